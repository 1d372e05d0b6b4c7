package dev.lblc.gateway.http;

import dev.lblc.gateway.route.Attempts;
import dev.lblc.gateway.route.Route;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.NoServerException;
import dev.lblc.plugin.Turn;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stage of an exchange that gets a connection: takes a lease, connects to its server, and after a failed connect tries
 * another server while retries are left. Ends in {@link Exchange#connected} or {@link Exchange#abort}. Confined to the
 * exchange's event loop.
 */
final class Connecting<S extends ServerSide> {
  private static final Logger LOG = LoggerFactory.getLogger(Connecting.class);
  private static final int MOST_AGAIN = 3;

  private final Exchange<S> exchange;
  private final Upstreams<S> upstreams;
  private final Attempts attempts;
  private @Nullable Runnable leave;
  private int triedAgain;
  private boolean isUnproven;
  private boolean hasWaited;

  Connecting(Exchange<S> exchange, Upstreams<S> upstreams, Attempts attempts) {
    this.exchange = exchange;
    this.upstreams = upstreams;
    this.attempts = attempts;
  }

  Attempts attempts() {
    return attempts;
  }

  /** Returns whether the present attempt waits for a connection of the pool, or has done so. */
  boolean hasQueued() {
    return leave != null;
  }

  /** Drops what is kept of a request that is over. */
  void forget() {
    leave = null;
    hasWaited = false;
    attempts.forget();
  }

  /** Stops counting the connection, and gives up the place of an attempt that waits. */
  void release() {
    attempts.release();
    Runnable left = leave;
    leave = null;
    if (left != null) {
      left.run();
    }
  }

  /** Notes that the server has answered on its connection. */
  void proven() {
    Lease held = attempts.last();
    if (isUnproven && held != null) {
      held.connected();
    }
  }

  /** Notes that the server refuses the connection that it had seemed to take. */
  void refused() {
    Lease held = attempts.last();
    if (held != null) {
      held.connectFailed();
    }
  }

  /** Notes the status of the server's answer, or the one that the client gets for want of an answer. */
  void answered(int status) {
    Lease held = attempts.last();
    if (held != null) {
      held.answered(status);
    }
  }

  /** Notes that the server took the request and did not answer in time. */
  void timedOut() {
    Lease held = attempts.last();
    if (held != null) {
      held.timedOut();
    }
  }

  /** Makes an attempt; {@code before} is the reason of the exchange's failure if no server is left. */
  void attempt(Failure before) {
    if (attempts.isInTurn()) {
      attemptInTurn(before);
      return;
    }
    Lease taken;
    try {
      taken = take(before == Failure.CLOSED_EARLY);
    } catch (NoServerException e) {
      exchange.abort(before);
      return;
    }
    attempt(taken, before);
  }

  private void attemptInTurn(Failure before) {
    Turn turn = enter(before == Failure.CLOSED_EARLY);
    CompletableFuture<Lease> lease = turn.lease().toCompletableFuture();
    if (lease.isDone()) {
      granted(lease, before);
      return;
    }
    Runnable place = turn::leave;
    int request = exchange.number();
    leave = place;
    hasWaited = true;
    exchange.queued();
    CompletionStage<?> unused = lease.whenComplete((granted, failure) -> exchange.onLoop(() -> {
      if (exchange.isAt(request) && leave == place) {
        leave = null;
        try {
          granted(lease, before);
        } catch (RuntimeException e) {
          crashed(e, request);
        }
      } else if (granted != null) {
        granted.close();
      }
    }));
  }

  private void granted(CompletableFuture<Lease> lease, Failure before) {
    Lease taken;
    try {
      taken = attempts.take(lease);
    } catch (NoServerException e) {
      exchange.abort(before == Failure.NO_SERVER ? Failure.of(e.why()) : before);
      return;
    } catch (CompletionException e) {
      exchange.crashed(e);
      return;
    }
    attempt(taken, before);
  }

  private void attempt(Lease taken, Failure before) {
    triedAgain = 0;
    if (before != Failure.NO_SERVER) {
      exchange.retried(before);
    }
    connect(taken, false);
  }

  /** Returns whether {@link #again} may be called: a server may refuse a request each time. */
  boolean mayTryAgain() {
    return triedAgain < MOST_AGAIN;
  }

  /**
   * Makes the attempt again with a connection on which nothing was sent before: the server had closed the one that it got. Does
   * not count as a retry.
   */
  void again() {
    Lease held = attempts.last();
    if (held != null) {
      triedAgain++;
      exchange.retried(null);
      connect(held, true);
    }
  }

  private void connect(Lease taken, boolean isFresh) {
    leave = null;
    boolean isFirst = !isFresh && !hasWaited && attempts.givenUp() == 0 && !exchange.hasLooked();
    exchange.connecting(isFirst);
    Route by = exchange.route();
    S idle = isFresh ? null : upstreams.takeIdle(taken.server(), by);
    if (idle != null) {
      use(taken, idle, exchange.number(), isFirst);
    } else {
      upstreams.connect(taken.server(), by, isFresh, new Attempt(taken));
    }
  }

  /** Goes on with a connection. It is closed if that fails: the exchange may not have it yet. */
  private void use(Lease taken, S server, int request, boolean isAtOnce) {
    try {
      isUnproven = !server.isProven();
      if (!isUnproven) {
        taken.connected();
      }
      if (attempts.holds(taken)) {
        exchange.connected(server, taken.server(), isAtOnce);
      } else {
        server.giveBack();
      }
    } catch (RuntimeException e) {
      server.close();
      crashed(e, request);
    }
  }

  /** Takes a turn, as {@link #take} takes a lease. */
  private Turn enter(boolean mayTryAllAgain) {
    Turn turn = attempts.enter();
    if (mayTryAllAgain && hasNoServer(turn.lease().toCompletableFuture())) {
      attempts.tryAllAgain();
      return attempts.enter();
    }
    return turn;
  }

  private static boolean hasNoServer(CompletableFuture<Lease> turn) {
    return turn.isCompletedExceptionally()
        && turn.handle((lease, failure) -> failure instanceof NoServerException none
                && none.why() == NoServerException.Cause.NO_SERVER)
            .join();
  }

  private void crashed(RuntimeException cause, int request) {
    if (exchange.isAt(request)) {
      exchange.crashed(cause);
    } else {
      LOG.error("an attempt to connect failed in the gateway; its request is over", cause);
    }
  }

  /** Takes a lease. If a server closed a connection early and no other is left, all servers may be tried again. */
  private Lease take(boolean mayTryAllAgain) {
    try {
      return attempts.take();
    } catch (NoServerException e) {
      if (!mayTryAllAgain) {
        throw e;
      }
      attempts.tryAllAgain();
      return attempts.take();
    }
  }

  /**
   * One attempt. Its events are ignored once its lease is no longer held, and so when the exchange is at another request. What an event throws ends the exchange: the engine calls
   * from where nobody else would learn of it, or on behalf of another exchange.
   */
  private final class Attempt implements Upstreams.Attempt<S> {
    private final Lease taken;
    private final int request = exchange.number();

    Attempt(Lease taken) {
      this.taken = taken;
    }

    @Override
    public void waits(Runnable how) {
      if (attempts.holds(taken)) {
        leave = how;
      } else {
        how.run();
      }
    }

    @Override
    public void connected(S server) {
      use(taken, server, request, false);
    }

    @Override
    public void refused(Failure why) {
      try {
        goOn(why);
      } catch (RuntimeException e) {
        crashed(e, request);
      }
    }

    private void goOn(Failure why) {
      if (!attempts.holds(taken)) {
        return;
      }
      exchange.attemptFailed(why);
      if (why == Failure.POOL_EXHAUSTED) { // says nothing about the server
        exchange.abort(why);
        return;
      }
      if (why != Failure.NAME_UNKNOWN) { // that is the name server's fault
        taken.connectFailed();
      }
      if (attempts.giveUp()) {
        attempt(why);
      } else {
        exchange.abort(why);
      }
    }
  }
}
