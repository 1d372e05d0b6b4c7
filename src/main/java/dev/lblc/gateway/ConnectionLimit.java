package dev.lblc.gateway;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the connections of one listener over all its instances, and closes those that come past the limit at once. */
final class ConnectionLimit implements Handler<HttpConnection> {
  private final int limit;
  private final AtomicInteger open = new AtomicInteger();

  ConnectionLimit(int limit) {
    this.limit = limit;
  }

  /** Connections now open. */
  int open() {
    return open.get();
  }

  // A listener returns the future it was added to.
  @SuppressWarnings("FutureReturnValueIgnored")
  @Override
  public void handle(HttpConnection connection) {
    ConnectionBase base = (ConnectionBase) connection;
    boolean full = open.incrementAndGet() > limit;
    // The channel's own end: the handlers of an HTTP connection that became a tunnel are gone.
    base.channel().closeFuture().addListener(closed -> open.decrementAndGet());
    if (full) {
      base.channelHandlerContext().close();
    }
  }
}
