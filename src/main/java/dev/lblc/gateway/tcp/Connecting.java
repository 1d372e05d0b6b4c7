package dev.lblc.gateway.tcp;

import dev.lblc.gateway.net.Loop;
import dev.lblc.gateway.net.Sockets;
import dev.lblc.gateway.route.Attempts;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.NoServerException;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of a session to a server: a lease, then a connection; after a failed connect those of another server, as often as
 * the route has retries. Nothing was sent until then. Ends in {@link Session#relay} or {@link Session#abort}.
 *
 * <p>Confined to its event loop.
 */
// A channel registers at once on its own loop, and of a connect that nobody waits for nobody hears.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connecting {
  private static final Logger LOG = LoggerFactory.getLogger(Connecting.class);

  private final Session session;
  private final Attempts attempts;
  private final Loop loop;
  private @Nullable Channel dialled;

  Connecting(Session session, Attempts attempts, Loop loop) {
    this.session = session;
    this.attempts = attempts;
    this.loop = loop;
  }

  /** Makes the first attempt. To be called once. */
  void begin() {
    attempt(TcpFailure.NO_SERVER);
  }

  /** Gives up a server that took too long. */
  void timedOut() {
    Lease taken = attempts.last();
    if (taken != null && attempts.holds(taken)) {
      failed(taken, TcpFailure.CONNECT_TIMEOUT, null);
    }
  }

  /** Closes the connection that is being made; the session has released its lease, so that nothing is heard of it any more. */
  void cancel() {
    if (dialled != null) {
      Sockets.reset(dialled);
      dialled = null;
    }
  }

  /** {@code before}: why the session ends if there is no server, or none left. */
  private void attempt(TcpFailure before) {
    Lease taken;
    try {
      taken = attempts.take();
    } catch (NoServerException e) {
      session.abort(before);
      return;
    } catch (RuntimeException e) {
      LOG.error("no server could be chosen: the client is disconnected", e);
      session.abort(TcpFailure.INTERNAL);
      return;
    }
    session.connecting();
    loop.resolve(taken.server().host(), taken.server().port()).addListener(found -> {
      if (!attempts.holds(taken)) {
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
      if (!attempts.holds(taken)) {
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
    taken.connectFailed();
    boolean mayTryAnother = attempts.giveUp();
    cancel();
    if (mayTryAnother) {
      attempt(failure);
    } else {
      session.abort(failure);
    }
  }
}
