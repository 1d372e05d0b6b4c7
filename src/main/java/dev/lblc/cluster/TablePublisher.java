package dev.lblc.cluster;

import com.hazelcast.map.IMap;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import dev.lblc.scheduler.Placement;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.TableReplica;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
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
 * The publisher of a table: carries the homes that this node decided to the map, behind the requests.
 *
 * <pre>
 * a decided destination waits in the backlog, once however often it is decided
 * soon after, PutHomes carries the homes that it has then; a thousand at most are on their way
 *   a destination that the map does not have yet needs a place in the {@link Quota}; without one it is forgotten, and in a
 *   full map, too, if it was asked for once only
 * what the map seems to lack or has otherwise, without a decision, is re-published: after a split perhaps in the place of homes
 *   that others used later, so it goes as a contest
 * the answer is what the map holds since: it is handed on
 *   of a destination that was decided again meanwhile only the version is noted
 * what failed waits again, and for half a second nothing is sent; if nothing waits by then, a count of the map shows whether it works
 * </pre>
 *
 * <p>The backlog takes from any thread; everything else runs on the cluster's thread.
 */
final class TablePublisher {
  private static final int MOST_IN_FLIGHT = 1_000;
  private static final long RETRY_MILLIS = 500;

  private final String part;
  private final IMap<String, HomeRecord> map;
  private final TableReplica replica;
  private final Supplier<SchedulerOptions> options;
  private final NodeContext context;
  private final ClusterThread tasks;
  private final BiConsumer<String, HomeRecord> answers;

  /** Destinations whose homes this node decided and the map does not have yet. */
  private final Backlog decided = new Backlog();

  /** Destinations that the map has, as far as this node knows, and that are sent again. */
  private final Backlog republished = new Backlog();

  /** Those of both that are new and wait for {@link Quota}; they are on their way, too. */
  private final Backlog arriving = new Backlog();

  /** Homes of before a merge that are to be put back, with the versions of those in their place. */
  private final Queue<Placement> contests = new ConcurrentLinkedQueue<>();

  private final AtomicBoolean flushing = new AtomicBoolean();

  /** Since the map failed, until it is tried again. */
  private final AtomicBoolean resting = new AtomicBoolean();

  private final AtomicInteger inFlight = new AtomicInteger();

  private final OnTheirWay onTheirWay;
  private final ExecutorService counter;
  private final Quota quota;
  private volatile boolean stopped;

  /**
   * To that map.
   *
   * @param part what does not work while the map fails
   * @param counter where the map is counted, which waits for every member; shut down when this stops
   * @param answers is told, in a task, what the map holds for a destination that was sent
   */
  TablePublisher(
      String part,
      IMap<String, HomeRecord> map,
      TableReplica replica,
      Supplier<SchedulerOptions> options,
      NodeContext context,
      ExecutorService counter,
      BiConsumer<String, HomeRecord> answers) {
    this.part = part;
    this.map = map;
    this.replica = replica;
    this.options = options;
    this.context = context;
    this.tasks = context.thread();
    this.answers = answers;
    this.counter = counter;
    this.onTheirWay = new OnTheirWay(context.time()::nowMillis);
    this.quota = new Quota(map::size, counter, tasks, context.time()::nowMillis, this::counted);
  }

  /** Notes a decision. From any thread, perhaps under the table's monitor. */
  void decided(String destination) {
    add(decided, destination);
  }

  /** Publishes what this node has again: the map may lack it, or have something else. From any thread. */
  void republish(String destination) {
    add(republished, destination);
  }

  /** Puts homes of before a merge back, with the version of those that the merge chose. From any thread. */
  void contest(Placement placement) {
    if (!stopped) {
      contests.add(placement);
      wake();
    }
  }

  /** Drops from the backlog what was forgotten, and adds what nobody confirmed. On the cluster's thread. */
  void review() {
    Predicate<String> isForgotten = destination -> replica.placement(destination) == null;
    decided.removeIf(isForgotten);
    republished.removeIf(isForgotten);
    arriving.removeIf(isForgotten);
    onTheirWay.removeIf(isForgotten);
    replica.unconfirmed().forEach(this::republish);
  }

  /** Returns whether the map has just failed, so that nothing is sent for a while. */
  boolean isResting() {
    return resting.get();
  }

  /** Returns how many homes the map does not have yet. */
  int size() {
    return decided.size() + republished.size() + arriving.size() + contests.size() + inFlight.get();
  }

  /** Returns how long the map has not taken what was sent to it, in milliseconds; 0: nothing waits. From any thread. */
  long stuckMillis() {
    return onTheirWay.longestMillis();
  }

  /** Returns whether the homes of a destination wait for the map, or for its answer. From any thread. */
  boolean isPending(String destination) {
    return decided.contains(destination) || onTheirWay.contains(destination);
  }

  /**
   * This node holds what the map says that it holds: the answer to what was sent before brings nothing new, and until it is here
   * those homes are no decision of this node's on top of that record. From any thread.
   */
  void agreed(String destination, HomeRecord record) {
    if (!decided.contains(destination)) {
      onTheirWay.settle(destination, () -> {
        Placement ours = replica.placement(destination);
        return ours == null || ours.homes().equals(record.homes());
      });
    }
  }

  /** Returns the destinations of which that is so; those that come or go meanwhile may be among them. */
  List<Iterator<String>> pending() {
    return List.of(onTheirWay.iterator(), decided.iterator());
  }

  /** Takes and sends nothing from now on. On the cluster's thread. */
  void stop() {
    stopped = true;
    counter.shutdownNow();
  }

  private void add(Backlog backlog, String destination) {
    if (!stopped) {
      backlog.add(destination);
      wake();
    }
  }

  private void wake() {
    if (!resting.get() && flushing.compareAndSet(false, true)) {
      tasks.execute(this::flush);
    }
  }

  private void flush() {
    flushing.set(false);
    flushContests();
    flush(decided, false);
    flush(republished, true);
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

  private void flush(Backlog backlog, boolean isContest) {
    while (maySend()) {
      // Taken before it is read: a decision made meanwhile adds it again.
      String destination = backlog.poll();
      if (destination == null) {
        return;
      }
      Placement placement = replica.placement(destination);
      if (placement == null) {
        onTheirWay.gone(destination); // it expired meanwhile
        continue;
      }
      if (isContest && decided.contains(destination)) {
        continue; // what is to be told is a decision, and goes as one
      }
      if (isNew(placement)) {
        onTheirWay.waits(destination);
        arriving.add(destination);
      } else {
        put(placement, isContest);
      }
    }
  }

  private void flushArriving() {
    while (maySend()) {
      String destination = arriving.poll();
      if (destination == null) {
        return;
      }
      Placement placement = replica.placement(destination);
      if (placement == null) {
        onTheirWay.gone(destination);
      } else if (!isNew(placement)) {
        put(placement, true);
      } else {
        switch (place(destination, options.get())) {
          case GRANTED -> put(placement, false);
          case EXHAUSTED -> giveUp(placement);
          case UNKNOWN -> {
            arriving.add(destination);
            return; // the count, or the next answer, wakes us
          }
        }
      }
    }
  }

  /** Takes a place for a newcomer. That it deserves none is said by a count of now alone: there may be room again. */
  private Quota.Verdict place(String destination, SchedulerOptions options) {
    int most = TableReplica.mostForNewcomers(options);
    if (replica.deservesPlace(destination, quota.held(), options)) {
      return quota.take(most);
    }
    return quota.isCounted(most) ? Quota.Verdict.EXHAUSTED : Quota.Verdict.UNKNOWN;
  }

  /** Forgets a newcomer that the map has no place for. */
  private void giveUp(Placement placement) {
    onTheirWay.gone(placement.destination());
    replica.forget(placement.destination(), placement.version());
  }

  /** Else the next answer wakes us, or the end of the rest, if anything. */
  private boolean maySend() {
    return !stopped && !resting.get() && inFlight.get() < MOST_IN_FLIGHT;
  }

  /** Whether the map does not have it, as far as this node knows. */
  private static boolean isNew(Placement placement) {
    return placement.version() == 0;
  }

  private void put(Placement placement, boolean isContest) {
    inFlight.incrementAndGet();
    onTheirWay.sent(placement.destination());
    try {
      tasks.whenComplete(
          map.submitToKey(
              placement.destination(),
              new PutHomes(
                  placement.homes(),
                  WrittenForm.basis(placement),
                  context.time().toShared(placement.lastUseMillis()),
                  options.get().expiration().toMillis(),
                  isContest)),
          (record, failure) -> answered(placement, isContest, record, failure));
    } catch (RuntimeException e) { // this member is stopping
      answered(placement, isContest, null, e);
    }
  }

  private void answered(
      Placement placement,
      boolean isContest,
      @Nullable HomeRecord record,
      @Nullable Throwable failure) {
    String destination = placement.destination();
    inFlight.decrementAndGet();
    if (isNew(placement)) {
      quota.arrived();
    }
    if (failure != null || record == null) {
      (isContest ? republished : decided).add(destination);
      if (isRefusal(failure)) {
        onTheirWay.answered(destination); // the map works, for others: nothing is stuck
      } else {
        onTheirWay.failed(destination);
      }
      retry(failure);
      return;
    }
    worked();
    if (decided.contains(destination)) {
      // Decided again meanwhile: only the version is news.
      replica.confirm(record.placement(destination, context.time()));
    } else {
      answers.accept(destination, record);
    }
    onTheirWay.answered(destination);
    if (!decided.isEmpty()
        || !republished.isEmpty()
        || !arriving.isEmpty()
        || !contests.isEmpty()) {
      wake();
    }
  }

  /** Whether a member cannot read what was sent, as one without these classes. */
  static boolean isRefusal(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof HazelcastSerializationException) {
        return true;
      }
    }
    return false;
  }

  /** The map was counted; not if there is a failure. */
  private void counted(@Nullable Throwable failure) {
    if (failure == null) {
      worked();
      wake();
    } else {
      retry(failure);
    }
  }

  /** Notes what became of something else that the map was asked for. In a task; null: it was done. */
  void outcome(@Nullable Throwable failure) {
    if (failure != null) {
      retry(failure);
    } else if (!stopped) {
      worked();
    }
  }

  private void worked() {
    if (!resting.get()) { // else some of it works: that would be said again and again
      context.degradation().worked(part);
    }
  }

  private void retry(@Nullable Throwable failure) {
    if (stopped) {
      return; // nobody would say that it works again
    }
    context.degradation().failed(part, String.valueOf(failure));
    if (resting.compareAndSet(false, true)) {
      ScheduledFuture<?> unused = tasks.schedule(this::tryAgain, RETRY_MILLIS);
    }
  }

  private void tryAgain() {
    resting.set(false);
    flush();
    if (size() == 0 && !stopped) { // nothing that is sent will show whether it works again
      quota.count(TableReplica.mostForNewcomers(options.get()));
    }
  }

  /** Returns a thread that counts, and is there while it has something to count. */
  static ExecutorService newCounter() {
    return new ThreadPoolExecutor(0, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
      Thread thread = new Thread(task, "lblc-cluster-count");
      thread.setDaemon(true);
      return thread;
    });
  }
}
