package dev.lblc.gateway.tcp;

import dev.lblc.gateway.log.AccessLog;
import dev.lblc.gateway.net.ConnectionCount;
import dev.lblc.gateway.net.ConnectionFacts;
import dev.lblc.gateway.net.Refusals;
import dev.lblc.gateway.net.Sockets;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets of a listener of TCP and the connections they accept. Its ports are bound on the loop of the first worker; the
 * connections go to all workers in turn, so that each loop has its share of them even where they are few and long.
 *
 * <p>Its settings may be replaced at any time and hold for connections accepted from then on. May be used from any thread.
 */
public final class TcpServer {
  private static final Logger LOG = LoggerFactory.getLogger(TcpServer.class);

  private final Vertx vertx;
  private final ConnectionCount connections;
  private volatile TcpSettings settings;
  private volatile List<TcpWorker> workers = List.of();
  private volatile List<Channel> sockets = List.of();
  private int turn; // confined to the loop that accepts

  /** Creates one that does not listen yet. */
  public TcpServer(Vertx vertx, TcpSettings settings) {
    this.vertx = vertx;
    this.settings = settings;
    this.connections =
        new ConnectionCount(settings.config().name(), settings.config().maxConnections());
  }

  /** Returns the settings for new connections. */
  public TcpSettings settings() {
    return settings;
  }

  /** Replaces the settings. The sockets stay as they are. */
  public void update(TcpSettings wanted) {
    settings = wanted.after(settings);
    connections.limit(wanted.config().maxConnections());
  }

  /** Binds all ports, or none: then the future fails. */
  public Future<Void> listen(List<TcpWorker> all) {
    workers = List.copyOf(all);
    return new Acceptors(vertx, this, settings.config(), workers.get(0).loop())
        .bindAll()
        .onSuccess(bound -> sockets = bound)
        .mapEmpty();
  }

  /** Returns how many connections of clients are open. */
  public int connections() {
    return connections.open();
  }

  /** Returns the ports that are bound, in the order of the configuration. */
  public List<Integer> ports() {
    return sockets.stream().map(Sockets::localPort).toList();
  }

  /** Closes the listening sockets. Returns what completes once their ports are free. */
  public Future<Void> stopAccepting() {
    List<Channel> bound = sockets;
    sockets = List.of();
    return Acceptors.closeAll(vertx, bound);
  }

  /** Lets the sessions end by themselves for so long, then by force. To be called once nothing is accepted any more. */
  public Future<Void> drain(Duration limit) {
    return Future.join(workers.stream().map(worker -> worker.drain(this, limit)).toList())
        .mapEmpty();
  }

  /** Hands a connection to the next worker, or closes it if there are too many. */
  void accept(Channel channel) {
    TcpSettings begunWith = settings;
    if (!connections.opened()) {
      begunWith.refusals().add(Refusals.Reason.MAX_CONNECTIONS);
      refused(begunWith, channel, TcpFailure.TOO_MANY);
      refuse(channel);
      return;
    }
    try {
      next().accept(this, begunWith, channel);
      channel.closeFuture().addListener(closed -> connections.closed());
    } catch (RuntimeException e) {
      LOG.error(
          "listener {} cannot serve a connection: it is reset",
          begunWith.config().name(),
          e);
      begunWith.unrouted().endedAnywhere(TcpFailure.INTERNAL);
      refused(begunWith, channel, TcpFailure.INTERNAL);
      refuse(channel);
    }
  }

  private static void refused(TcpSettings settings, Channel channel, TcpFailure why) {
    AccessLog log = settings.accessLog();
    if (log != null) {
      String client = ConnectionFacts.ip((InetSocketAddress) channel.remoteAddress());
      log.write(new RefusedFacts(
          client, Sockets.localPort(channel), settings.config().tls() != null, why));
    }
  }

  /** Resets a connection whose close future would not tell, as it never was registered. */
  private void refuse(Channel channel) {
    connections.closed();
    Sockets.abortively(channel);
    channel.unsafe().closeForcibly();
  }

  private TcpWorker next() {
    List<TcpWorker> all = workers;
    turn = (turn + 1) % all.size();
    return all.get(turn);
  }
}
