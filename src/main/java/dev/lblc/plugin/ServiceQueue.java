package dev.lblc.plugin;

import dev.lblc.config.QueueConfig;
import dev.lblc.plugin.NoServerException.Cause;
import dev.lblc.scheduler.Clock;
import dev.lblc.scheduler.Facts;
import dev.lblc.scheduler.PeriodicTimer;
import dev.lblc.scheduler.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Those of one service that wait on this node until a server has room for them, in the order in which they came.
 *
 * <pre>
 * a newcomer: nobody waits, and its home, or some server if it has none, has room: it goes there, without a lock
 *             else it joins the line, and the line is served
 * the line is served: by each connection that ends here, and every {@value #LOOK_MILLIS} ms for what other nodes, health and edits do
 *   first to last: its home is full, and it has waited for less than homeWait: it goes on waiting; those behind it may pass
 *                  some server has room: it goes to the one that the strategy chooses
 *                  none would be left even if none were full: it is refused
 * </pre>
 *
 * <p>May be used from any thread; outcomes are told outside of the lock.
 */
final class ServiceQueue {
  /** Far below what a person notices, and so seldom that a line of thousands costs little. */
  private static final int LOOK_MILLIS = 20;

  private final Service service;
  private final Clock clock;
  private final PeriodicTimer timer;
  private final Leases leases;
  private final QueueCounts counts = new QueueCounts();
  private final Set<Place> line = new LinkedHashSet<>(); // guarded by this
  private Runnable stopLooking = () -> {}; // guarded by this
  private volatile QueueConfig config;
  private volatile boolean closed; // written under the lock

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
      Service service, QueueConfig config, Clock clock, PeriodicTimer timer, Leases leases) {
    this.service = service;
    this.config = config;
    this.clock = clock;
    this.timer = timer;
    this.leases = leases;
  }

  /** Returns how many wait, and how long others have waited. */
  QueueStatus status() {
    return counts.status(length, config.length());
  }

  /** Follows another configuration. Who waits already stays, and may wait for as long as it says. */
  void configure(QueueConfig next) {
    config = next;
  }

  /** Takes a server, or a place in the line. */
  Turn enter(@Nullable String destination, Set<String> except, Facts facts) {
    Place place = new Place(destination, except, facts, clock.millis());
    boolean mayGo = length == 0 && !isToWaitForHome(place) && service.hasRoom(except);
    if (mayGo || !service.canServe(except)) {
      try {
        return NoWait.of(leases.acquire(destination, except, facts));
      } catch (NoServerException e) { // or another took the last place meanwhile
        if (!service.canServe(except)) {
          return NoWait.refused(e);
        }
      }
    }
    Cause refusal = join(place);
    if (refusal != null) {
      counts.refused(refusal);
      return NoWait.refused(new NoServerException(service.name(), refusal));
    }
    serve();
    return place;
  }

  /** Lets those go on for whom there is a server. */
  void serve() {
    if (length == 0) {
      return;
    }
    List<Runnable> outcomes = new ArrayList<>();
    synchronized (this) {
      Iterator<Place> places = line.iterator();
      boolean isLate = true;
      while (places.hasNext() && (isLate || service.hasRoom(Set.of()))) {
        Place place = places.next();
        Runnable outcome = outcome(place);
        if (outcome != null) {
          places.remove();
          outcomes.add(outcome);
        }
        isLate = outcome != null; // those in front have waited for the longest
      }
      lineChanged();
    }
    outcomes.forEach(Runnable::run);
  }

  /** Refuses all who wait, and who comes. */
  void close() {
    synchronized (this) {
      closed = true;
    }
    serve();
  }

  /** Returns what becomes of one that waits; null: it goes on waiting. */
  private @Nullable Runnable outcome(Place place) {
    long waited = clock.millis() - place.sinceMillis;
    if (closed || !service.canServe(place.except)) {
      return () -> place.refuse(Cause.NO_SERVER);
    }
    if (service.hasRoom(place.except) && !isToWaitForHome(place)) {
      try {
        Lease lease = leases.acquire(place.destination, place.except, place.facts);
        return () -> place.grant(lease, waited);
      } catch (NoServerException e) { // somebody who does not wait was first
        return null;
      }
    }
    return waited < config.timeout().toMillis() ? null : () -> place.refuse(Cause.QUEUE_TIMEOUT);
  }

  /** Who leaves out servers has been at its home. */
  private boolean isToWaitForHome(Place place) {
    return place.except.isEmpty()
        && clock.millis() - place.sinceMillis < config.homeWait().toMillis()
        && service.isHomeFull(place.destination);
  }

  /** Returns why it may not wait; null: it does. */
  private synchronized @Nullable Cause join(Place place) {
    if (closed) {
      return Cause.NO_SERVER;
    }
    if (line.size() >= config.length()) {
      return Cause.QUEUE_FULL;
    }
    line.add(place);
    lineChanged();
    return null;
  }

  private synchronized void leave(Place place) {
    if (line.remove(place)) {
      counts.left();
      lineChanged();
    }
  }

  /** Before the line is served: who ends a connection from now on sees that somebody waits. */
  private void lineChanged() {
    boolean hadSome = length > 0;
    length = line.size();
    if (hadSome && length == 0) {
      stopLooking.run();
    } else if (!hadSome && length > 0) {
      stopLooking = timer.every(Duration.ofMillis(LOOK_MILLIS), this::serve);
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
