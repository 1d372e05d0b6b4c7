package dev.lblc.cluster;

import com.hazelcast.map.IMap;
import dev.lblc.scheduler.Placement;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.TableReplica;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries the homes that this node decided to the map, behind the requests that they were decided for.
 *
 * <pre>
 * a marked destination waits, once however often it is decided
 * soon after, PutHomes carries the homes it has then; a thousand at most are on their way
 *   one that the map does not have yet waits for {@link Room} first; if there is none it is forgotten
 * the answer is what the map holds since: it is handed on
 *   but of what was decided again meanwhile only the version is noted
 * what failed waits again, and for half a second nothing is sent
 * </pre>
 *
 * <p>What waits may be added to from any thread; everything else runs on the executor that was handed in.
 */
final class WriteBehind {
  private static final int MOST_IN_FLIGHT = 1_000;
  private static final long RETRY_MILLIS = 500;

  private final String part;
  private final IMap<String, HomeRecord> map;
  private final TableReplica replica;
  private final Supplier<SchedulerOptions> options;
  private final ClusterTime time;
  private final ScheduledExecutorService executor;
  private final Degradation degradation;
  private final BiConsumer<String, HomeRecord> answers;

  /** Destinations whose homes the map has yet to hear of. */
  private final Backlog marked = new Backlog();

  /** Those of them that are new and wait for {@link Room}. */
  private final Backlog arriving = new Backlog();

  /** Homes of before a merge that are to be put back. */
  private final Queue<Placement> contests = new ConcurrentLinkedQueue<>();

  private final AtomicBoolean flushing = new AtomicBoolean();

  /** Since the map failed, until it is tried again. */
  private final AtomicBoolean resting = new AtomicBoolean();

  private final AtomicInteger inFlight = new AtomicInteger();
  private final ExecutorService counter = newCounter();
  private final Room room;
  private volatile boolean stopped;

  /**
   * To that map.
   *
   * @param part what does not work while the map fails
   * @param answers is told, on the executor, what the map holds for a destination that was sent
   */
  WriteBehind(
      String part,
      IMap<String, HomeRecord> map,
      TableReplica replica,
      Supplier<SchedulerOptions> options,
      ClusterTime time,
      ScheduledExecutorService executor,
      Degradation degradation,
      BiConsumer<String, HomeRecord> answers) {
    this.part = part;
    this.map = map;
    this.replica = replica;
    this.options = options;
    this.time = time;
    this.executor = executor;
    this.degradation = degradation;
    this.answers = answers;
    this.room = new Room(map::size, counter, executor, time::nowMillis, this::counted);
  }

  /** From any thread, perhaps under the table's monitor: no more than a note. */
  void mark(String destination) {
    if (!stopped) {
      marked.add(destination);
      wake();
    }
  }

  /** From any thread: homes of before a merge, with the version of those that were chosen in it, are put back. */
  void contest(Placement placement) {
    contests.add(placement);
    wake();
  }

  /** On the executor: what was forgotten waits no longer, and what nobody confirmed waits again. */
  void review() {
    Predicate<String> isForgotten = destination -> replica.placement(destination) == null;
    marked.removeIf(isForgotten);
    arriving.removeIf(isForgotten);
    replica.unconfirmed().forEach(this::mark);
  }

  /** How many homes the map does not have yet. */
  int size() {
    return marked.size() + arriving.size() + contests.size() + inFlight.get();
  }

  /** Nothing is marked from now on. */
  void stop() {
    stopped = true;
    counter.shutdownNow();
  }

  private void wake() {
    if (!resting.get() && flushing.compareAndSet(false, true)) {
      executor.execute(this::flush);
    }
  }

  private void flush() {
    flushing.set(false);
    flushContests();
    flushMarked();
    flushArriving();
  }

  private void flushContests() {
    while (maySend()) {
      Placement contest = contests.poll();
      if (contest == null) {
        return;
      }
      put(contest, true);
    }
  }

  private void flushMarked() {
    while (maySend()) {
      // Taken before it is read: a decision made meanwhile marks it again.
      String destination = marked.poll();
      if (destination == null) {
        return;
      }
      Placement placement = replica.placement(destination);
      if (placement == null) {
        continue; // it expired meanwhile
      }
      if (isNew(placement)) {
        arriving.add(destination);
      } else {
        put(placement, false);
      }
    }
  }

  private void flushArriving() {
    while (maySend() && !arriving.isEmpty()) {
      Room.Answer answer = room.take(options.get().hardLimit());
      if (answer == Room.Answer.LATER) {
        return; // the count, or the next answer, wakes us
      }
      String destination = arriving.poll();
      Placement placement = destination == null ? null : replica.placement(destination);
      boolean isStillNew = placement != null && isNew(placement);
      if (answer == Room.Answer.YES && !isStillNew) {
        room.arrived();
      }
      if (placement == null) {
        continue;
      }
      if (answer == Room.Answer.NO && isStillNew) {
        replica.forget(placement.destination(), placement.version());
      } else {
        put(placement, false);
      }
    }
  }

  /** Else the next answer wakes us, or the end of the rest. */
  private boolean maySend() {
    return !resting.get() && inFlight.get() < MOST_IN_FLIGHT;
  }

  /** Whether the map does not have it, as far as this node knows. */
  private static boolean isNew(Placement placement) {
    return placement.version() == 0;
  }

  private void put(Placement placement, boolean isContest) {
    inFlight.incrementAndGet();
    try {
      map.submitToKey(
              placement.destination(),
              new PutHomes(
                  placement.homes(),
                  placement.version(),
                  time.toShared(placement.lastUseMillis()),
                  options.get().expiration().toMillis(),
                  isContest))
          .whenCompleteAsync((record, failure) -> answered(placement, record, failure), executor);
    } catch (RuntimeException e) { // this member is stopping
      answered(placement, null, e);
    }
  }

  private void answered(Placement sent, @Nullable HomeRecord record, @Nullable Throwable failure) {
    String destination = sent.destination();
    inFlight.decrementAndGet();
    if (isNew(sent)) {
      room.arrived();
    }
    if (failure != null || record == null) {
      marked.add(destination);
      retry(failure);
      return;
    }
    degradation.worked(part);
    if (marked.contains(destination)) {
      // Decided again meanwhile: only the version is news.
      replica.confirm(record.placement(destination, time));
    } else {
      answers.accept(destination, record);
    }
    if (!marked.isEmpty() || !arriving.isEmpty() || !contests.isEmpty()) {
      wake();
    }
  }

  /** The map was counted; not if there is a failure. */
  private void counted(@Nullable Throwable failure) {
    if (failure == null) {
      wake();
    } else {
      retry(failure);
    }
  }

  private void retry(@Nullable Throwable failure) {
    degradation.failed(part, String.valueOf(failure));
    if (resting.compareAndSet(false, true)) {
      ScheduledFuture<?> unused =
          executor.schedule(this::tryAgain, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void tryAgain() {
    resting.set(false);
    wake();
  }

  private static ExecutorService newCounter() {
    return new ThreadPoolExecutor(0, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
      Thread thread = new Thread(task, "lblc-cluster-count");
      thread.setDaemon(true);
      return thread;
    });
  }
}
