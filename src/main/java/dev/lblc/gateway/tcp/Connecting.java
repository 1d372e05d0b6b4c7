package dev.lblc.gateway.tcp;

import dev.lblc.gateway.net.Loop;
import dev.lblc.gateway.net.Sockets;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.NoServerException;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of a session to a server: takes a lease, then a connection, and after a failed connect those of another server, as
 * often as the route has retries; nothing was sent until then. Ends in {@link Session#relay} or {@link Session#abort}.
 *
 * <p>Confined to its event loop.
 */
// A channel registers at once on its own loop, and of a connect that nobody waits for nobody hears.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connecting {
  private static final Logger LOG = LoggerFactory.getLogger(Connecting.class);

  private final Session session;
  private final TcpRoute route;
  private final Loop loop;
  private Set<String> tried = Set.of();
  private int retriesLeft;
  private @Nullable Lease lease;
  private @Nullable Channel dialled;

  Connecting(Session session, TcpRoute route, Loop loop) {
    this.session = session;
    this.route = route;
    this.loop = loop;
    this.retriesLeft = route.retries();
  }

  /** To be called once. */
  void begin() {
    attempt(TcpFailure.NO_SERVER);
  }

  /** The server took too long. */
  void timedOut() {
    if (lease != null) {
      failed(lease, TcpFailure.CONNECT_TIMEOUT, null);
    }
  }

  /** Gives the attempt up that is under way: nothing is heard of it any more. */
  void cancel() {
    lease = null;
    if (dialled != null) {
      Sockets.reset(dialled);
      dialled = null;
    }
  }

  /** {@code before}: why the session ends if there is no server, or none left. */
  private void attempt(TcpFailure before) {
    Lease taken;
    try {
      taken = route.service().acquire(session.destination(), tried);
    } catch (NoServerException e) {
      session.abort(before);
      return;
    } catch (RuntimeException e) {
      LOG.error("no server could be chosen", e);
      session.abort(TcpFailure.INTERNAL);
      return;
    }
    lease = taken;
    session.attempts(taken);
    loop.resolve(taken.server().host(), taken.server().port()).addListener(found -> {
      if (taken != lease) {
        return;
      }
      if (found.isSuccess()) {
        dial(taken, (InetSocketAddress) found.getNow());
      } else {
        failed(taken, TcpFailure.CONNECT_FAILED, found.cause());
      }
    });
  }

  private void dial(Lease taken, InetSocketAddress address) {
    Channel channel = loop.newChannel();
    if (channel == null) {
      session.abort(TcpFailure.INTERNAL);
      return;
    }
    dialled = channel;
    Side server = new Side(session, channel, loop.readSizes());
    channel.pipeline().addLast(server);
    loop.eventLoop().register(channel);
    channel.connect(address).addListener(connected -> {
      if (taken != lease) {
        return;
      }
      if (connected.isSuccess()) {
        taken.connected();
        session.relay(server);
      } else {
        failed(taken, TcpFailure.CONNECT_FAILED, connected.cause());
      }
    });
  }

  private void failed(Lease taken, TcpFailure failure, @Nullable Throwable cause) {
    LOG.debug("no connection to server {}: {}", taken.server().id(), failure, cause);
    cancel();
    taken.connectFailed();
    session.release();
    if (retriesLeft == 0) {
      session.abort(failure);
      return;
    }
    retriesLeft--;
    Set<String> more = new HashSet<>(tried);
    more.add(taken.server().id());
    tried = more;
    attempt(failure);
  }
}
