package dev.lblc.gateway.net;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.net.NetServerInternal;
import io.vertx.core.net.impl.ServerID;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Vert.x's register of servers that share a port, one for each event loop.
 *
 * <p>A server that starts to listen on an address joins those that it finds there, even while the last of them is closing its
 * socket, and then nothing is accepted for it; and no future tells when that socket is closed. So the register is asked until
 * the address is gone from it.
 */
public final class ServerRegistry {
  private static final long BETWEEN_LOOKS_MILLIS = 2;
  private static final long MOST_LOOKS = TimeUnit.SECONDS.toMillis(5) / BETWEEN_LOOKS_MILLIS;

  private ServerRegistry() {}

  /**
   * Returns what completes once no server listens there, all of them having been told to stop.
   *
   * @param port as it was given to Vert.x: a negative one stands for a free port
   */
  public static Future<Void> gone(Vertx vertx, String host, int port) {
    ServerID id = new ServerID(port, port < 0 ? host + "/" + -port : host);
    Promise<Void> promise = Promise.promise();
    look((VertxInternal) vertx, id, MOST_LOOKS, promise);
    return promise.future();
  }

  private static void look(VertxInternal vertx, ServerID id, long left, Promise<Void> promise) {
    Map<ServerID, NetServerInternal> servers = vertx.sharedTcpServers();
    boolean isThere;
    synchronized (servers) {
      isThere = servers.containsKey(id);
    }
    if (!isThere) {
      promise.complete();
    } else if (left == 0) {
      promise.fail(new IllegalStateException("port " + id.port() + " is still open"));
    } else {
      vertx.setTimer(BETWEEN_LOOKS_MILLIS, timer -> look(vertx, id, left - 1, promise));
    }
  }
}
