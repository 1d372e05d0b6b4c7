package dev.lblc.gateway.route;

import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.NoServerException;
import dev.lblc.plugin.Turn;
import dev.lblc.scheduler.Facts;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one request or connection to reach a server of its route's service: the lease it holds, the servers it has
 * tried and the retries it has left.
 *
 * <pre>
 *   lease = take()                      counts as active on the lease's server
 *   connect to lease.server()
 *     works:   lease.connected()        then lease.answered(status) or lease.timedOut() if the protocol
 *                                       has answers, and release() at the end, however it ends
 *     fails:   lease.connectFailed()
 *              giveUp() ? take() again  without the servers tried so far
 *                       : fail
 * </pre>
 *
 * <p>HTTP and TCP share this class, so it does no I/O and knows neither protocol. A retry is a fresh choice among the other
 * servers: the destination keeps its home.
 *
 * <p>Confined to one thread, or to one event loop.
 */
public final class Attempts {
  private LblcService service;
  private @Nullable String destination;
  private Facts facts = Facts.NONE;
  private Set<String> tried = Set.of();
  private int retriesLeft;
  private int givenUp;
  private @Nullable Lease lease;
  private boolean isHeld;

  /**
   * Creates the attempts at a service, none of them made yet.
   *
   * @param destination the key of locality; null: none
   * @param retries how many servers may be tried after the first one
   */
  public Attempts(LblcService service, @Nullable String destination, int retries) {
    this.service = service;
    this.destination = destination;
    this.retriesLeft = retries;
  }

  /**
   * Begins the attempts of another request or connection, as if they were new. The other parameters are those of the constructor.
   *
   * @param known what the strategy sees of the request
   * @throws IllegalStateException if a lease is held
   */
  public void begin(LblcService of, @Nullable String key, Facts known, int retries) {
    forget();
    service = of;
    destination = key;
    facts = known;
    retriesLeft = retries;
  }

  /**
   * Drops what is kept of a request or connection that has ended.
   *
   * @throws IllegalStateException if a lease is held
   */
  public void forget() {
    if (isHeld) {
      throw new IllegalStateException("the lease was not released");
    }
    destination = null;
    facts = Facts.NONE;
    tried = Set.of();
    givenUp = 0;
    lease = null;
  }

  /** Returns the service whose servers are tried. */
  public LblcService service() {
    return service;
  }

  /**
   * Chooses a server that was not tried yet and counts one active connection there, until {@link #giveUp} or {@link
   * #release}.
   *
   * @throws NoServerException if there is no other server; nothing is counted then
   */
  public Lease take() {
    if (isHeld) {
      throw new IllegalStateException("the attempt before was neither given up nor released");
    }
    return take(service.acquire(destination, tried, facts));
  }

  /** Returns whether a server is to be asked for by {@link #enter}: its service has a queue. */
  public boolean isInTurn() {
    return service.hasQueue();
  }

  /** Asks for a server that was not tried yet, or a place in the queue of those who wait for one. */
  public Turn enter() {
    if (isHeld) {
      throw new IllegalStateException("the attempt before was neither given up nor released");
    }
    return service.acquireInTurn(destination, tried, facts);
  }

  /**
   * Takes the lease of a turn that has come: it counts until {@link #giveUp} or {@link #release}.
   *
   * @throws NoServerException if there is none
   */
  public Lease take(CompletableFuture<Lease> turn) {
    try {
      return take(turn.join());
    } catch (CompletionException e) {
      throw e.getCause() instanceof NoServerException none ? none : e;
    }
  }

  private Lease take(Lease granted) {
    lease = granted;
    isHeld = true;
    return granted;
  }

  /**
   * Releases the lease of a server that failed. Returns whether another server may be tried; also false if no lease is held:
   * then the request or connection has ended.
   */
  public boolean giveUp() {
    Lease failed = lease;
    if (!isHeld || failed == null) {
      return false;
    }
    release();
    if (retriesLeft == 0) {
      return false;
    }
    retriesLeft--;
    givenUp++;
    if (tried.isEmpty()) {
      tried = new HashSet<>();
    }
    tried.add(failed.server().id());
    return true;
  }

  /** Forgets which servers were tried, so that {@link #take} chooses among all of them; the retries left stay. */
  public void tryAllAgain() {
    tried = Set.of();
  }

  /** Stops counting the connection. Does nothing if no lease is held. */
  public void release() {
    if (isHeld && lease != null) {
      isHeld = false;
      lease.close();
    }
  }

  /** Counts the connection as inactive from now on: one of its sides sends no more. Does nothing if no lease is held. */
  public void halfClosed() {
    if (isHeld && lease != null) {
      lease.halfClosed();
    }
  }

  /** Returns whether this lease is the one held: events of any other lease come too late. */
  public boolean holds(Lease taken) {
    return isHeld && lease == taken;
  }

  /** Returns how many servers were given up so that another one could be tried. */
  public int givenUp() {
    return givenUp;
  }

  /** Returns the lease taken last, held or not; null: none was taken. */
  public @Nullable Lease last() {
    return lease;
  }
}
