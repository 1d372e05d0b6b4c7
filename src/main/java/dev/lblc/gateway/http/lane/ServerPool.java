package dev.lblc.gateway.http.lane;

import dev.lblc.discovery.Dial;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.Upstreams;
import dev.lblc.gateway.net.TlsEnd;
import dev.lblc.gateway.route.Route;
import dev.lblc.scheduler.Server;
import dev.lblc.tls.UpstreamTls;
import dev.lblc.tls.UpstreamTlsException;
import io.netty.channel.Channel;
import io.netty.channel.ConnectTimeoutException;
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
final class ServerPool implements Upstreams<LaneServer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServerPool.class);
  private static final int MOST_WAITING_PER_SERVER = 16_384;

  private final LaneLoop lane;
  private final Map<Server, ServerConnections> all = new HashMap<>();

  ServerPool(LaneLoop lane) {
    this.lane = lane;
  }

  @Override
  public @Nullable LaneServer takeIdle(Server to, Route by) {
    return take(connections(to, by), by);
  }

  @Override
  public void connect(Server to, Route by, boolean isFresh, Attempt<LaneServer> attempt) {
    connect(connections(to, by), by, isFresh, attempt);
  }

  private ServerConnections connections(Server to, Route by) {
    ServerConnections connections = all.get(to);
    if (connections == null) {
      connections = new ServerConnections(to, lane.loop().host(to.host()));
      all.put(to, connections);
    }
    connections.limitTo(by.pool());
    return connections;
  }

  private void connect(
      ServerConnections to, Route by, boolean isFresh, Attempt<LaneServer> attempt) {
    ServerConnection idle = isFresh ? null : take(to, by);
    all.putIfAbsent(to.server(), to); // forgotten with the last of its connections
    if (idle != null) {
      attempt.connected(idle);
    } else if (to.open()) {
      dial(to, by, attempt);
    } else if (isFresh) {
      makeRoom(to);
      connect(to.server(), by, false, attempt); // the pool may have forgotten the server
    } else {
      await(to, by, attempt);
    }
  }

  /** Takes the idle connection that was used last, and closes those of an address, or with a TLS, that the server no longer has. */
  private static @Nullable ServerConnection take(ServerConnections from, Route by) {
    ServerConnection idle = from.take();
    while (idle != null && idle.isOutdated(by.tls())) {
      idle.close();
      idle = from.take();
    }
    return idle;
  }

  private void await(ServerConnections to, Route by, Attempt<LaneServer> attempt) {
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

  private void dial(ServerConnections to, Route by, Attempt<LaneServer> attempt) {
    Server server = to.server();
    UpstreamTls tls = by.tls();
    Dial.Handshake handshake = tls == null ? null : tls.handshake(server.host(), server.port());
    lane.loop()
        .dial(to.host(), server.port(), by.connectMillis(), handshake, new Dial.Listener() {
          @Override
          public void connected(Channel channel) {
            attempt.connected(connection(to, channel, tls));
          }

          @Override
          public void refused(Throwable why) {
            closedOne(to);
            ServerPool.refused(to, tls, attempt, why);
          }

          @Override
          public void unknown() {
            closedOne(to);
            LOG.debug("no address of server {} is known", server.id());
            attempt.refused(Failure.NAME_UNKNOWN);
          }

          @Override
          public void noSocket() {
            closedOne(to);
            attempt.refused(Failure.INTERNAL);
          }
        })
        .begin();
  }

  private ServerConnection connection(
      ServerConnections to, Channel channel, @Nullable UpstreamTls tls) {
    // The answer of a server that closes in mid-request would go unread with the first write that
    // fails.
    channel.config().setAutoClose(false);
    ServerConnection connection = new ServerConnection(lane, to, channel, tls);
    if (tls != null) {
      channel.pipeline().addLast(new TlsEnd());
    }
    channel.pipeline().addLast(connection);
    connection.opened();
    return connection;
  }

  /** Tells why there is no connection; a connection that was begun is closed by then. */
  private static void refused(
      ServerConnections to,
      @Nullable UpstreamTls tls,
      Attempt<LaneServer> attempt,
      Throwable cause) {
    LOG.debug("no connection to server {}", to.server().id(), cause);
    if (tls != null && cause instanceof UpstreamTlsException failed) {
      tls.failed(to.server().id(), failed);
      attempt.refused(Failure.of(failed.failure()));
      return;
    }
    attempt.refused(
        cause instanceof ConnectTimeoutException
            ? Failure.CONNECT_TIMEOUT
            : Failure.CONNECT_FAILED);
  }
}
