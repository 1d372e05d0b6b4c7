package dev.lblc.plugin;

import dev.lblc.config.QueueConfig;
import dev.lblc.plugin.NoServerException.Cause;
import dev.lblc.scheduler.Clock;
import dev.lblc.scheduler.Facts;
import dev.lblc.scheduler.PeriodicTimer;
import dev.lblc.scheduler.Service;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Those of one service that wait on this node until a server has room for them, in the order in which they came.
 *
 * <pre>
 * a newcomer: nobody waits, and its home, or some server if it has none, has room: it goes there, without a lock
 *             else it joins the line, and the line is served
 * the line is served: by each connection that ends here, and every {@value #LOOK_MILLIS} ms for what other nodes, health and edits do
 *   first to last: its home is full, and it has waited for less than homeWait: it goes on waiting; those behind it may pass
 *                  some server has room, and this node is not to leave that to others: it goes to the one that the strategy chooses
 *                  none would be left even if none were full: it is refused
 * </pre>
 *
 * <p>May be used from any thread; outcomes are told outside of the lock.
 */
final class ServiceQueue {
  private static final System.Logger LOG = System.getLogger(ServiceQueue.class.getName());

  /** Far below what a person notices, and so seldom that a line of thousands costs little. */
  private static final int LOOK_MILLIS = 20;

  /** What is left when all nodes have their whole places is taken by who looks at the right time: seldom by two before one's report. */
  private static final int LOOKS_PER_ROUNDING = 16;

  /**
   * For so long a node that took such a place goes on with it: else it would be free for longer than it is used, where requests are
   * short and places fewer than nodes.
   */
  private static final int KEPT_MILLIS = LOOKS_PER_ROUNDING * LOOK_MILLIS;

  /** What a thread that tells outcomes has still to tell; null: it tells none. */
  private static final ThreadLocal<Deque<Runnable>> TOLD = new ThreadLocal<>();

  private final Service service;
  private final Clock clock;
  private final PeriodicTimer timer;
  private final Supplier<? extends RandomGenerator> random;
  private final Leases leases;
  private final QueueCounts counts = new QueueCounts();
  private final Set<Place> line = new LinkedHashSet<>(); // guarded by this
  private Runnable stopLooking = () -> {}; // guarded by this
  private volatile QueueConfig config;
  private volatile boolean closed; // written under the lock

  /** Whether this node may take a place of which only a part is its share. Written under the lock. */
  private volatile boolean isRoundingUp;

  /** Until when a place of which only a part is this node's share is taken again as it becomes free here. Guarded by this. */
  private long keptUntilMillis;

  /** How many wait for their homes alone, beside servers that have room, as the line was last served. Guarded by this. */
  private int forHome;

  /** How many wait: for those who do not want to take the lock. Written under it. */
  private volatile int length;

  /** Takes a server, as who does not wait does. */
  interface Leases {
    /**
     * Returns a lease.
     *
     * @throws NoServerException if there is no server
     */
    Lease acquire(@Nullable String destination, Set<String> except, Facts facts);
  }

  /** Of that service, in which nobody waits yet. */
  ServiceQueue(
      Service service,
      QueueConfig config,
      Clock clock,
      PeriodicTimer timer,
      Supplier<? extends RandomGenerator> random,
      Leases leases) {
    this.service = service;
    this.config = config;
    this.clock = clock;
    this.timer = timer;
    this.random = random;
    this.leases = leases;
    this.keptUntilMillis = clock.millis();
  }

  /** Returns how many wait, and how long others have waited. */
  synchronized QueueStatus status() {
    Iterator<Place> places = line.iterator();
    long longest = places.hasNext() ? clock.millis() - places.next().sinceMillis : 0;
    return counts.status(line.size(), config.length(), Math.max(0, longest));
  }

  /** Follows another configuration. Who waits already stays, and may wait for as long as it says. */
  void configure(QueueConfig next) {
    config = next;
  }

  /** Takes a server, or a place in the line. */
  Turn enter(@Nullable String destination, Set<String> except, Facts facts) {
    Place place = new Place(destination, except, facts, clock.millis());
    boolean mayGo = length == 0 && !isToWaitForHome(place) && hasRoom(except);
    if (mayGo || !service.canServe(except)) {
      try {
        return NoWait.of(leases.acquire(destination, except, facts));
      } catch (NoServerException e) { // or another took the last place meanwhile
        if (!service.canServe(except)) {
          return NoWait.refused(e);
        }
      }
    }
    tell(join(place));
    return place;
  }

  /** Lets those go on for whom there is a server. */
  void serve() {
    if (length > 0) {
      List<Runnable> outcomes;
      synchronized (this) {
        isRoundingUp = clock.millis() - keptUntilMillis < 0;
        outcomes = served(null);
        isRoundingUp = false;
        lineChanged();
      }
      tell(outcomes);
    }
  }

  /** Refuses all who wait, and who comes. */
  void close() {
    synchronized (this) {
      closed = true;
    }
    serve();
  }

  /** Finds what no connection that ends tells of. */
  private void look() {
    List<Runnable> outcomes = new ArrayList<>();
    synchronized (this) {
      // Who has been at a server may have none left while those in front have.
      for (Iterator<Place> places = line.iterator(); places.hasNext(); ) {
        Place place = places.next();
        if (!place.except.isEmpty() && !service.canServe(place.except)) {
          places.remove();
          outcomes.add(() -> place.refuse(Cause.NO_SERVER));
        }
      }
      isRoundingUp = random.get().nextInt(LOOKS_PER_ROUNDING) == 0;
      List<Runnable> served = served(null);
      if (isRoundingUp && !served.isEmpty()) {
        keptUntilMillis = clock.millis() + KEPT_MILLIS;
      }
      outcomes.addAll(served);
      isRoundingUp = false;
      lineChanged();
    }
    tell(outcomes);
  }

  /**
   * Goes through the line. Guarded by this.
   *
   * @param newcomer gets its outcome at once: nobody waits for it yet
   * @return what is to be told to others who wait no more
   */
  private List<Runnable> served(@Nullable Place newcomer) {
    List<Runnable> outcomes = new ArrayList<>();
    Iterator<Place> places = line.iterator();
    boolean isLate = true;
    forHome = 0;
    while (places.hasNext() && (isLate || hasRoom(Set.of()))) {
      Place place = places.next();
      Runnable outcome = outcome(place);
      isLate = outcome != null; // those in front have waited for the longest
      if (outcome != null) {
        places.remove();
        if (place == newcomer) {
          outcome.run();
        } else {
          outcomes.add(outcome);
        }
      }
    }
    return outcomes;
  }

  /**
   * Tells outcomes, outside of the lock. Who is told may end its connection at once, which lets others go on: these are told
   * behind it and not within, so that a long line needs no deep stack.
   */
  private void tell(List<Runnable> outcomes) {
    Deque<Runnable> before = TOLD.get();
    if (before != null) {
      before.addAll(outcomes);
    } else if (!outcomes.isEmpty()) {
      Deque<Runnable> all = new ArrayDeque<>(outcomes);
      TOLD.set(all);
      try {
        for (Runnable next = all.poll(); next != null; next = all.poll()) {
          next.run();
        }
      } finally {
        TOLD.remove();
      }
    }
  }

  /** Returns what becomes of one that waits; null: it goes on waiting. */
  private @Nullable Runnable outcome(Place place) {
    long waited = clock.millis() - place.sinceMillis;
    if (closed || !service.canServe(place.except)) {
      return () -> place.refuse(Cause.NO_SERVER);
    }
    boolean hasRoom = hasRoom(place.except);
    boolean isForHome = hasRoom && isToWaitForHome(place);
    if (hasRoom && !isForHome) {
      try {
        Lease lease = leases.acquire(place.destination, place.except, place.facts);
        return () -> place.grant(lease, waited);
      } catch (NoServerException e) {
        LOG.log(
            Level.TRACE,
            "who does not wait was first, or the strategy wants none of the servers",
            e);
      }
    }
    if (waited < config.timeout().toMillis()) {
      forHome += isForHome ? 1 : 0;
      return null;
    }
    return () -> place.refuse(Cause.QUEUE_TIMEOUT);
  }

  /** What is free beyond this node's share is left to those who wait on other nodes. */
  private boolean hasRoom(Set<String> except) {
    return service.hasRoom(except) && !service.hasItsShare(isRoundingUp);
  }

  /** Who leaves out servers has been at its home. */
  private boolean isToWaitForHome(Place place) {
    return place.except.isEmpty()
        && clock.millis() - place.sinceMillis < config.homeWait().toMillis()
        && service.isHomeFull(place.destination);
  }

  /**
   * Puts a newcomer at the end of the line, and serves the line: one that may pass all others needs no place. Returns what is to be
   * told to others.
   */
  private synchronized List<Runnable> join(Place place) {
    if (closed) {
      place.refuse(Cause.NO_SERVER);
      return List.of();
    }
    line.add(place);
    // Before the line is served: who ends a connection from now on sees that somebody waits.
    lineChanged();
    List<Runnable> outcomes = served(place);
    if (line.size() > config.length() && line.remove(place)) {
      place.refuse(Cause.QUEUE_FULL);
    }
    lineChanged();
    return outcomes;
  }

  private synchronized void leave(Place place) {
    if (line.remove(place)) {
      counts.left();
      lineChanged();
    }
  }

  /**
   * Has others see how many wait: not those who wait for their homes alone, for they take nothing of what is free, and other nodes
   * would leave it to them. Guarded by this.
   */
  private void lineChanged() {
    boolean hadSome = length > 0;
    length = line.size();
    service.servers().setWaiting(Math.max(0, length - forHome));
    if (hadSome && length == 0) {
      stopLooking.run();
    } else if (!hadSome && length > 0) {
      stopLooking = timer.every(Duration.ofMillis(LOOK_MILLIS), this::look);
    }
  }

  private final class Place implements Turn {
    private final @Nullable String destination;
    private final Set<String> except;
    private final Facts facts;
    private final long sinceMillis;
    private final CompletableFuture<Lease> lease = new CompletableFuture<>();

    Place(@Nullable String destination, Set<String> except, Facts facts, long sinceMillis) {
      this.destination = destination;
      this.except = except;
      this.facts = facts;
      this.sinceMillis = sinceMillis;
    }

    @Override
    public CompletableFuture<Lease> lease() {
      return lease;
    }

    @Override
    public void leave() {
      ServiceQueue.this.leave(this);
    }

    private void grant(Lease granted, long waitedMillis) {
      counts.waited(waitedMillis);
      lease.complete(granted);
    }

    private void refuse(Cause why) {
      counts.refused(why);
      lease.completeExceptionally(new NoServerException(service.name(), why));
    }
  }
}
