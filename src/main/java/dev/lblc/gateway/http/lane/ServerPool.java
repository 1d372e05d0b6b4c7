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
 * The connections of one event loop to servers: a request takes the idle one that was used last, or a new one. It waits only
 * where the service has a limit of connections.
 *
 * <p>An idle connection is read, so that its end, or bytes that nobody asked for, take it out of the pool at once. Confined to the
 * loop.
 */
// A channel registers at once on its own loop.
@SuppressWarnings("FutureReturnValueIgnored")
final class ServerPool implements Upstreams<ServerConnection> {
  private static final Logger LOG = LoggerFactory.getLogger(ServerPool.class);
  private static final int MOST_WAITING_PER_SERVER = 16_384;

  private final LaneLoop lane;
  private final Map<Server, ServerConnections> all = new HashMap<>();

  ServerPool(LaneLoop lane) {
    this.lane = lane;
  }

  @Override
  public @Nullable ServerConnection takeIdle(Server to, Route by) {
    return connections(to, by).take();
  }

  @Override
  public void connect(Server to, Route by, boolean isFresh, Attempt<ServerConnection> attempt) {
    connect(connections(to, by), by, isFresh, attempt);
  }

  private ServerConnections connections(Server to, Route by) {
    ServerConnections connections = all.get(to);
    if (connections == null) {
      connections = new ServerConnections(to);
      all.put(to, connections);
    }
    connections.limitTo(by.pool());
    return connections;
  }

  private void connect(
      ServerConnections to, Route by, boolean isFresh, Attempt<ServerConnection> attempt) {
    ServerConnection idle = isFresh ? null : to.take();
    if (idle != null) {
      attempt.connected(idle);
    } else if (to.open()) {
      resolve(to, by, attempt);
    } else if (isFresh) {
      makeRoom(to);
      connect(to.server(), by, false, attempt); // the pool may have forgotten the server
    } else {
      await(to, by, attempt);
    }
  }

  private void await(ServerConnections to, Route by, Attempt<ServerConnection> attempt) {
    Runnable retry = () -> connect(to, by, false, attempt);
    if (to.await(retry, MOST_WAITING_PER_SERVER)) {
      attempt.waits(() -> to.leave(retry));
    } else {
      attempt.refused(Failure.POOL_EXHAUSTED);
    }
  }

  /** Closes the idle connections: the server has closed one of them, and there may be no more. */
  private static void makeRoom(ServerConnections of) {
    for (ServerConnection idle = of.take(); idle != null; idle = of.take()) {
      idle.close();
    }
  }

  /** Takes back a connection that can serve another request; closes it if there are enough. */
  void giveBack(ServerConnection connection) {
    ServerConnections to = connection.pooledWith();
    if (to.add(connection)) {
      to.goOn();
    } else {
      connection.close();
    }
  }

  /** Forgets a connection that is closed. */
  void closed(ServerConnection connection) {
    ServerConnections from = connection.pooledWith();
    from.remove(connection);
    closedOne(from);
  }

  private void closedOne(ServerConnections from) {
    from.closed();
    from.goOn();
    if (from.isUnused()) {
      all.remove(from.server(), from); // the server may be gone for good
    }
  }

  /** Closes all idle connections. */
  void close() {
    List.copyOf(all.values()).forEach(ServerPool::makeRoom);
  }

  private void resolve(ServerConnections to, Route by, Attempt<ServerConnection> attempt) {
    lane.loop().resolve(to.server().host(), to.server().port()).addListener(found -> {
      if (found.isSuccess()) {
        dial(to, (InetSocketAddress) found.getNow(), by, attempt);
      } else {
        closedOne(to);
        refused(to, attempt, found.cause());
      }
    });
  }

  private void dial(
      ServerConnections to,
      InetSocketAddress address,
      Route by,
      Attempt<ServerConnection> attempt) {
    Channel channel = lane.loop().newChannel();
    if (channel == null) {
      closedOne(to);
      attempt.refused(Failure.INTERNAL);
      return;
    }
    channel.config().setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
        Math.min(by.connectMillis(), Integer.MAX_VALUE));
    // The answer of a server that closes in mid-request would go unread with the first write that
    // fails.
    channel.config().setAutoClose(false);
    ServerConnection connection = new ServerConnection(lane, to, channel);
    channel.pipeline().addLast(connection);
    lane.loop().eventLoop().register(channel);
    channel.connect(address).addListener(connected -> {
      if (connected.isSuccess()) {
        connection.opened();
        attempt.connected(connection);
      } else {
        connection.close();
        refused(to, attempt, connected.cause());
      }
    });
  }

  /** Tells why there is no connection; a connection that was begun is closed by then. */
  private static void refused(
      ServerConnections to, Attempt<ServerConnection> attempt, @Nullable Throwable cause) {
    LOG.debug("no connection to server {}", to.server().id(), cause);
    attempt.refused(
        cause instanceof ConnectTimeoutException
            ? Failure.CONNECT_TIMEOUT
            : Failure.CONNECT_FAILED);
  }
}
