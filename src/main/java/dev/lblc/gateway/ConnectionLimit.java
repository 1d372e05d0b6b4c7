package dev.lblc.gateway;

import dev.lblc.gateway.http.Connections;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the connections of one listener over all its instances, and closes those that come past the limit at once. */
final class ConnectionLimit implements Handler<HttpConnection> {
  private final int limit;
  private final AtomicInteger open = new AtomicInteger();

  ConnectionLimit(int limit) {
    this.limit = limit;
  }

  @Override
  public void handle(HttpConnection connection) {
    boolean full = open.incrementAndGet() > limit;
    Connections.onClosed(connection, open::decrementAndGet);
    if (full) {
      Connections.closeNow(connection);
    }
  }
}
