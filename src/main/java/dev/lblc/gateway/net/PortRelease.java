package dev.lblc.gateway.net;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.net.NetServerInternal;
import io.vertx.core.net.impl.ServerID;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wait until a port that was listened on is free again.
 *
 * <p>No future tells. The JDK's transport closes a listening socket at the next turn of its event loop, and connections are
 * accepted until then. Servers of Vert.x that share a port are kept in a register: one that starts to listen joins those that
 * it finds there, even while the last of them closes its socket, and then nothing is accepted for it. So both are asked until
 * they agree.
 */
public final class PortRelease {
  private static final Logger LOG = LoggerFactory.getLogger(PortRelease.class);
  private static final long BETWEEN_LOOKS_MILLIS = 2;
  private static final long MOST_LOOKS = TimeUnit.SECONDS.toMillis(1) / BETWEEN_LOOKS_MILLIS;

  private PortRelease() {}

  /**
   * Returns what completes once nothing listens on the port, which no other process may bind meanwhile, or after a second or two: then it never will, and who binds it
   * hears why. Never fails.
   */
  public static Future<Void> of(Vertx vertx, InetSocketAddress address) {
    Promise<Void> promise = Promise.promise();
    look(vertx, () -> isFree(address), MOST_LOOKS, promise);
    return promise.future();
  }

  /**
   * Returns the same for the port of servers of Vert.x that have been told to stop.
   *
   * @param bindPort as it was given to Vert.x: a negative one stands for a free port
   * @param isShared whether another process may listen on it, too: then it need not be free
   */
  public static Future<Void> ofServers(
      Vertx vertx, String host, int bindPort, int port, boolean isShared) {
    ServerID id = new ServerID(bindPort, bindPort < 0 ? host + "/" + -bindPort : host);
    Promise<Void> promise = Promise.promise();
    look(
        vertx,
        () -> !isRegistered((VertxInternal) vertx, id)
            && (isShared || isFree(new InetSocketAddress(host, port))),
        MOST_LOOKS,
        promise);
    return promise.future();
  }

  private static void look(
      Vertx vertx, Callable<Boolean> isReleased, long left, Promise<Void> promise) {
    vertx.executeBlocking(isReleased, false).onComplete(looked -> {
      if (left == 0 || (looked.succeeded() && looked.result())) {
        promise.complete();
      } else {
        vertx.setTimer(BETWEEN_LOOKS_MILLIS, timer -> look(vertx, isReleased, left - 1, promise));
      }
    });
  }

  private static boolean isRegistered(VertxInternal vertx, ServerID id) {
    Map<ServerID, NetServerInternal> servers = vertx.sharedTcpServers();
    synchronized (servers) {
      return servers.containsKey(id);
    }
  }

  /** Returns whether nothing listens on a port. Blocks, if the address has a name. */
  // A socket that does not listen can be bound beside the connections of the port, but not beside a
  // listening one.
  public static boolean isFree(InetSocketAddress address) {
    return canBind(address, false);
  }

  /** Returns whether a port can be bound beside those that listen on it with SO_REUSEPORT, if any do. Blocks likewise. */
  public static boolean isShared(InetSocketAddress address) {
    return canBind(address, true);
  }

  private static boolean canBind(InetSocketAddress address, boolean isShared) {
    try (SocketChannel probe = SocketChannel.open()) {
      probe.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      if (isShared) {
        probe.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      }
      probe.bind(address);
      return true;
    } catch (IOException e) {
      LOG.debug("{} is not free yet", address, e);
      return false;
    }
  }
}
