package dev.lblc.gateway.http;

import dev.lblc.gateway.route.Attempts;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.NoServerException;

/**
 * The way of an exchange to a server: a lease, then a connection; after a failed connect those of another server, as often as
 * the route has retries. Ends in {@link Exchange#connected} or {@link Exchange#abort}. Confined to its event loop.
 */
final class Connecting<S extends ServerSide> {
  private final Exchange<S> exchange;
  private final Upstreams<S> upstreams;
  private final Attempts attempts;

  Connecting(Exchange<S> exchange, Upstreams<S> upstreams, Attempts attempts) {
    this.exchange = exchange;
    this.upstreams = upstreams;
    this.attempts = attempts;
  }

  /** Makes an attempt; {@code before}: why the exchange fails if there is no server, or none left. */
  void attempt(Failure before) {
    Lease taken;
    try {
      taken = take(before == Failure.CLOSED_EARLY);
    } catch (NoServerException e) {
      exchange.abort(before);
      return;
    }
    exchange.connecting();
    upstreams.connect(taken.server(), exchange.route().connectMillis(), new Attempt(taken));
  }

  /** After a connection that was closed too early its server is as good as any, if there is no other. */
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

  /** One attempt. Once its lease is no longer held, what is heard of it comes too late. */
  private final class Attempt implements Upstreams.Attempt<S> {
    private final Lease taken;

    Attempt(Lease taken) {
      this.taken = taken;
    }

    @Override
    public void connected(S server) {
      taken.connected();
      if (attempts.holds(taken)) {
        exchange.connected(server, taken.server());
      } else {
        server.giveBack();
      }
    }

    @Override
    public void refused(Failure why) {
      if (!attempts.holds(taken)) {
        return;
      }
      if (why == Failure.POOL_EXHAUSTED) { // which says nothing about the server
        exchange.abort(why);
        return;
      }
      taken.connectFailed();
      if (attempts.giveUp()) {
        attempt(why);
      } else {
        exchange.abort(why);
      }
    }
  }
}
