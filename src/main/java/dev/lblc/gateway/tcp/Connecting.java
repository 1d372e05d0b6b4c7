package dev.lblc.gateway.tcp;

import dev.lblc.config.ProxyVersion;
import dev.lblc.discovery.Dial;
import dev.lblc.gateway.net.Loop;
import dev.lblc.gateway.net.ProxyHeader;
import dev.lblc.gateway.net.Sockets;
import dev.lblc.gateway.route.Attempts;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.NoServerException;
import dev.lblc.plugin.Turn;
import dev.lblc.scheduler.Server;
import dev.lblc.tls.UpstreamTls;
import dev.lblc.tls.UpstreamTlsException;
import io.netty.channel.Channel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of a session to a server: a lease, then a connection; after a failed connect those of another server, as often as
 * the route has retries. Nothing was sent until then. Ends in {@link Session#relay} or {@link Session#abort}.
 *
 * <p>Confined to its event loop.
 */
final class Connecting {
  private static final Logger LOG = LoggerFactory.getLogger(Connecting.class);

  /** The session has one. */
  private static final long NO_LIMIT = 0;

  private final Session session;
  private final Attempts attempts;
  private final Loop loop;
  private @Nullable Runnable leave;
  private @Nullable Dial dialled;
  private Dial.@Nullable Handshake handshake;

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
      if (dialled != null && handshake != null && dialled.isShaking()) {
        failed(taken, handshake.late());
      } else {
        failed(taken, TcpFailure.CONNECT_TIMEOUT, null);
      }
    }
  }

  /** Closes the connection that is being made; the session has released its lease, so that nothing is heard of it any more. */
  void cancel() {
    Runnable left = leave;
    leave = null;
    if (left != null) {
      left.run();
    }
    if (dialled != null) {
      dialled.cancel();
      dialled = null;
    }
  }

  /** {@code before}: why the session ends if there is no server, or none left. */
  private void attempt(TcpFailure before) {
    if (attempts.isInTurn()) {
      attemptInTurn(before);
      return;
    }
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
    attempt(taken, before);
  }

  private void attemptInTurn(TcpFailure before) {
    Turn turn = attempts.enter();
    CompletableFuture<Lease> lease = turn.lease().toCompletableFuture();
    if (lease.isDone()) {
      granted(lease, before);
      return;
    }
    Runnable place = turn::leave;
    leave = place;
    session.queued();
    CompletionStage<?> unused =
        lease.whenComplete((granted, failure) -> loop.eventLoop().execute(() -> {
          if (leave == place) {
            leave = null;
            granted(lease, before);
          } else if (granted != null) {
            granted.close();
          }
        }));
  }

  private void granted(CompletableFuture<Lease> lease, TcpFailure before) {
    Lease taken;
    try {
      taken = attempts.take(lease);
    } catch (NoServerException e) {
      session.abort(before == TcpFailure.NO_SERVER ? TcpFailure.of(e.why()) : before);
      return;
    } catch (CompletionException e) {
      LOG.error("no server could be chosen: the client is disconnected", e);
      session.abort(TcpFailure.INTERNAL);
      return;
    }
    attempt(taken, before);
  }

  private void attempt(Lease taken, TcpFailure before) {
    if (before != TcpFailure.NO_SERVER) {
      session.retried(before);
    }
    session.connecting();
    Server server = taken.server();
    handshake = handshake(server);
    Dial dial =
        loop.dial(loop.host(server.host()), server.port(), NO_LIMIT, handshake, new Outcome(taken));
    dialled = dial;
    dial.begin();
  }

  private Dial.@Nullable Handshake handshake(Server server) {
    UpstreamTls tls = session.route().tls();
    if (tls == null) {
      return null;
    }
    Dial.Handshake ofTls = tls.handshake(server.host(), server.port());
    return new Dial.Handshake() {
      @Override
      public void begin(Channel channel, Consumer<@Nullable Throwable> told) {
        if (hasSentHeader(channel)) { // who accepts connections reads it, and then TLS
          ofTls.begin(channel, told);
        } else {
          session.abort(TcpFailure.INTERNAL);
        }
      }

      @Override
      public Throwable late() {
        return ofTls.late();
      }
    };
  }

  /** Says to the server who the client is, before anything else, if its service wants that. Returns false if it cannot be said. */
  private boolean hasSentHeader(Channel toServer) {
    ProxyVersion header = session.route().proxyProtocol();
    if (header != null) {
      try {
        ProxyHeader.write(toServer, header, session.facts());
      } catch (RuntimeException e) {
        LOG.error("no PROXY protocol header for a server", e);
        return false;
      }
    }
    return true;
  }

  private void failed(Lease taken, Throwable cause) {
    UpstreamTls tls = session.route().tls();
    if (tls != null && cause instanceof UpstreamTlsException failure) {
      tls.failed(taken.server().id(), failure);
      failed(taken, TcpFailure.of(failure.failure()), cause);
    } else {
      failed(taken, TcpFailure.CONNECT_FAILED, cause);
    }
  }

  private void failed(Lease taken, TcpFailure failure, @Nullable Throwable cause) {
    LOG.debug("no connection to server {}: {}", taken.server().id(), failure, cause);
    if (failure != TcpFailure.NAME_UNKNOWN) { // that is the name server's fault
      taken.connectFailed();
    }
    boolean mayTryAnother = attempts.giveUp();
    cancel();
    if (mayTryAnother) {
      attempt(failure);
    } else {
      session.abort(failure);
    }
  }

  /** Of one attempt: what is heard once its lease is no longer held comes too late. */
  private final class Outcome implements Dial.Listener {
    private final Lease taken;

    Outcome(Lease taken) {
      this.taken = taken;
    }

    @Override
    public void connected(Channel channel) {
      if (!attempts.holds(taken)) {
        Sockets.reset(channel);
        return;
      }
      dialled = null;
      Side server = new Side(session, channel, loop.readSizes());
      channel.pipeline().addLast(server);
      UpstreamTls tls = session.route().tls();
      if (tls == null) {
        taken.connected();
      }
      if (tls == null && !hasSentHeader(channel)) {
        Sockets.reset(channel);
        session.abort(TcpFailure.INTERNAL);
        return;
      }
      session.relay(server, tls == null ? null : new TlsToServer(tls, taken, channel));
    }

    @Override
    public void refused(Throwable why) {
      if (attempts.holds(taken)) {
        failed(taken, why);
      }
    }

    @Override
    public void unknown() {
      if (attempts.holds(taken)) {
        failed(taken, TcpFailure.NAME_UNKNOWN, null);
      }
    }

    @Override
    public void noSocket() {
      if (attempts.holds(taken)) {
        session.abort(TcpFailure.INTERNAL);
      }
    }
  }
}
