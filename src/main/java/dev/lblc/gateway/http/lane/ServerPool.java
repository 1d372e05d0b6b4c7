package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.Upstreams;
import dev.lblc.gateway.route.Route;
import dev.lblc.scheduler.Server;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one event loop to servers: a request takes the idle one that was used last, or a new one. Requests never wait
 * for a connection of another.
 *
 * <p>An idle connection is read, so that its end, or bytes that nobody asked for, take it out of the pool at once. Confined to the
 * loop.
 */
// A channel registers at once on its own loop.
@SuppressWarnings("FutureReturnValueIgnored")
final class ServerPool implements Upstreams<ServerConnection> {
  private static final Logger LOG = LoggerFactory.getLogger(ServerPool.class);

  private final LaneLoop lane;
  private final Map<Server, IdleConnections> idle = new HashMap<>();

  ServerPool(LaneLoop lane) {
    this.lane = lane;
  }

  @Override
  public void connect(
      Server to, Route by, boolean isFresh, Attempt<ServerConnection> attempt) {
    IdleConnections pooled = isFresh ? null : idle.get(to);
    ServerConnection taken = pooled == null ? null : pooled.take();
    if (taken != null) {
      attempt.connected(taken);
    } else {
      resolve(to, by, attempt);
    }
  }

  /** Takes back a connection that can serve another request; closes it if there are enough. */
  void giveBack(ServerConnection connection) {
    IdleConnections pooled = idle.computeIfAbsent(connection.server(), server -> new IdleConnections());
    if (!pooled.add(connection)) {
      connection.close();
    }
  }

  /** Takes an idle connection out that can serve no more. */
  void remove(ServerConnection connection) {
    IdleConnections pooled = idle.get(connection.server());
    if (pooled != null) {
      pooled.remove(connection);
      if (pooled.isEmpty()) {
        idle.remove(connection.server()); // the server may be gone for good
      }
    }
  }

  /** Closes all idle connections. */
  void close() {
    for (IdleConnections each : List.copyOf(idle.values())) {
      for (ServerConnection taken = each.take(); taken != null; taken = each.take()) {
        taken.close();
      }
    }
  }

  private void resolve(Server to, Route by, Attempt<ServerConnection> attempt) {
    lane.loop().resolve(to.host(), to.port()).addListener(found -> {
      if (found.isSuccess()) {
        dial(to, (InetSocketAddress) found.getNow(), by, attempt);
      } else {
        refused(to, attempt, found.cause());
      }
    });
  }

  private void dial(
      Server to, InetSocketAddress address, Route by, Attempt<ServerConnection> attempt) {
    Channel channel = lane.loop().newChannel();
    if (channel == null) {
      attempt.refused(Failure.INTERNAL);
      return;
    }
    channel.config().setOption(
        ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(by.connectMillis(), Integer.MAX_VALUE));
    // The answer of a server that closes in mid-request would go unread with the first write that fails.
    channel.config().setAutoClose(false);
    ServerConnection connection = new ServerConnection(lane, this, to, channel);
    channel.pipeline().addLast(connection);
    lane.loop().eventLoop().register(channel);
    channel.connect(address).addListener(connected -> {
      if (connected.isSuccess()) {
        connection.opened();
        attempt.connected(connection);
      } else {
        channel.close();
        refused(to, attempt, connected.cause());
      }
    });
  }

  private static void refused(
      Server to, Attempt<ServerConnection> attempt, @Nullable Throwable cause) {
    LOG.debug("no connection to server {}", to.id(), cause);
    attempt.refused(
        cause instanceof ConnectTimeoutException
            ? Failure.CONNECT_TIMEOUT
            : Failure.CONNECT_FAILED);
  }
}
