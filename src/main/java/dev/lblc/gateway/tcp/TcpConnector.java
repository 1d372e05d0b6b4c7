package dev.lblc.gateway.tcp;

import dev.lblc.config.ProxyVersion;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.NoServerException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets a session to a server: takes a lease, then a connection, and after a failed connect those of another server, as often
 * as the route has retries; nothing was sent until then. Confined to its event loop.
 */
// A channel registers at once on its own loop, and of a connect that nobody waits for nobody hears.
@SuppressWarnings("FutureReturnValueIgnored")
final class TcpConnector {
  private static final Logger LOG = LoggerFactory.getLogger(TcpConnector.class);

  private final Loop loop;

  TcpConnector(Loop loop) {
    this.loop = loop;
  }

  /** Ends in {@link Session#relay} or {@link Session#abort}. */
  void connect(Session session) {
    attempt(session, null);
  }

  /** The server took too long. */
  void timedOut(Session session, Lease lease) {
    failed(session, lease, TcpFailure.CONNECT_TIMEOUT, null);
  }

  private void attempt(Session session, @Nullable TcpFailure before) {
    Lease lease;
    try {
      lease = session.acquire();
    } catch (NoServerException e) {
      session.abort(before == null ? TcpFailure.NO_SERVER : before);
      return;
    }
    loop.resolve(lease.server().host(), lease.server().port()).addListener(found -> {
      if (!session.isWaitingFor(lease)) {
        return;
      }
      if (found.isSuccess()) {
        dial(session, lease, (InetSocketAddress) found.getNow());
      } else {
        failed(session, lease, TcpFailure.CONNECT_FAILED, found.cause());
      }
    });
  }

  private void dial(Session session, Lease lease, InetSocketAddress address) {
    Channel channel;
    try {
      channel = loop.newChannel();
    } catch (ChannelException e) {
      LOG.error("no socket for a connection to a server", e);
      session.abort(TcpFailure.INTERNAL);
      return;
    }
    channel.pipeline().addLast(session.dialling(channel));
    loop.eventLoop().register(channel);
    channel.connect(address).addListener(connected -> {
      if (!session.isWaitingFor(lease)) {
        Side.reset(channel);
      } else if (connected.isSuccess()) {
        connected(session, lease, channel);
      } else {
        failed(session, lease, TcpFailure.CONNECT_FAILED, connected.cause());
      }
    });
  }

  private static void connected(Session session, Lease lease, Channel channel) {
    lease.connected();
    ProxyVersion version = session.route().proxyProtocol();
    if (version != null) {
      ProxyHeader.write(channel, version, session.facts());
    }
    session.relay();
  }

  private void failed(Session session, Lease lease, TcpFailure failure, @Nullable Throwable cause) {
    LOG.debug("no connection to server {}: {}", lease.server().id(), failure, cause);
    lease.connectFailed();
    if (session.giveUp(lease)) {
      attempt(session, failure);
    } else {
      session.abort(failure);
    }
  }
}
