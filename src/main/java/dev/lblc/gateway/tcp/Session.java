package dev.lblc.gateway.tcp;

import dev.lblc.gateway.log.AccessFacts;
import dev.lblc.gateway.log.AccessLog;
import dev.lblc.gateway.net.ClearTextException;
import dev.lblc.gateway.net.ConnectionFacts;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.DeadlineRing.Stage;
import dev.lblc.gateway.route.Attempts;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a client from its acceptance to its end.
 *
 * <p>It ends once, in one of two ways: both peers have said that they will send no more, and all was passed on; or it is
 * aborted, and then both peers see a reset. Either way the lease is closed before the last peer can see the end.
 *
 * <p>Confined to its event loop.
 */
final class Session {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** What is being waited for. */
  enum Phase {
    /** What the client says about itself: it has no route yet. */
    OPENING,
    /** A server that has room. */
    QUEUED,
    /** A connection to a server. */
    CONNECTING,
    /** What the peers send, and their ends. */
    RELAYING,
    /** The other end, after the one of a peer that will send no more. */
    HALF_CLOSED,
    /** Nothing. */
    OVER
  }

  private final TcpWorker worker;
  private final TcpServer acceptedBy;
  private final TcpSettings settings;
  private final Side client;
  private final long startNanos;
  private final InetSocketAddress peer;

  private Phase phase = Phase.OPENING;
  private @Nullable ConnectionFacts facts;
  private @Nullable TcpRoute route;
  private @Nullable Attempts attempts;
  private @Nullable Connecting connecting;
  private @Nullable Side server;
  private @Nullable TlsToServer tlsToServer;
  private int sidesEnded;
  private long queueStartNanos = AccessFacts.NONE;
  private long queueNanos = AccessFacts.NONE;
  private long connectStartNanos;
  private long connectNanos = AccessFacts.NONE;

  private final DeadlineRing.Entry limits = new DeadlineRing.Entry(new SessionLimits(this));

  Session(TcpWorker worker, TcpServer acceptedBy, TcpSettings settings, Channel channel) {
    this.worker = worker;
    this.acceptedBy = acceptedBy;
    this.settings = settings;
    this.client = new Side(this, channel, worker.loop().readSizes());
    this.peer = (InetSocketAddress) channel.remoteAddress();
    this.startNanos = worker.nanoTime();
  }

  // --- what is known ---

  /** Returns the server that accepted it. */
  TcpServer acceptedBy() {
    return acceptedBy;
  }

  /** Returns the settings that it began with, whatever its listener has been told since. */
  TcpSettings settings() {
    return settings;
  }

  Side client() {
    return client;
  }

  boolean isServer(Side side) {
    return side == server;
  }

  /** Returns the address at the other end of the client's connection. */
  InetSocketAddress peer() {
    return peer;
  }

  ConnectionFacts facts() {
    return known(facts);
  }

  TcpRoute route() {
    return known(route);
  }

  /** Returns the facts of the connection; null: not known yet. */
  @Nullable
  ConnectionFacts knownFacts() {
    return facts;
  }

  /** Returns the route; null: none was found, or not yet. */
  @Nullable
  TcpRoute knownRoute() {
    return route;
  }

  /** Returns the attempts to reach a server; null: none was made. */
  @Nullable
  Attempts attempts() {
    return attempts;
  }

  /** Returns the side of the server; null: no connection was made. */
  @Nullable
  Side server() {
    return server;
  }

  /** Returns how long servers were waited for, in nanoseconds; {@link AccessFacts#NONE}: they were not. */
  long queueNanos() {
    return queueNanos;
  }

  /** Returns how long the last attempt to connect took, in nanoseconds; {@link AccessFacts#NONE}: it did not succeed. */
  long connectNanos() {
    return connectNanos;
  }

  Phase phase() {
    return phase;
  }

  /** Returns whether it waits for a server that has room. */
  boolean isQueued() {
    return phase == Phase.QUEUED;
  }

  boolean isOver() {
    return phase == Phase.OVER;
  }

  long startNanos() {
    return startNanos;
  }

  /** Returns whether anything has happened since this was last asked. */
  boolean hasMoved() {
    boolean clientMoved = client.hasMoved();
    return (server != null && server.hasMoved()) || clientMoved;
  }

  // --- its stages, in order ---

  /** It is registered with its event loop. */
  void begin() {
    enter(Phase.OPENING);
  }

  /** The client has said what there is to know: finds the route, and a server. */
  void opened(ConnectionFacts known) {
    facts = known;
    TcpRoute found = settings.routes().find(known);
    if (found == null) {
      LOG.debug("listener {} has no route for {}", settings.config().name(), known);
      abort(client.holdsSslRequest() ? TcpFailure.SSL_REQUEST : TcpFailure.NO_ROUTE);
      return;
    }
    route = found;
    Attempts made = new Attempts(found.service(), found.keys().keyOf(known), found.retries());
    attempts = made;
    connecting = new Connecting(this, made, worker.loop());
    connecting.begin();
  }

  /** It waits in the queue of its service. */
  void queued() {
    queueStartNanos = worker.nanoTime();
    enter(Phase.QUEUED);
    abortIfLeft();
    if (isQueued()) {
      client.readAhead();
    }
  }

  /**
   * Aborts it if the client, which waits, has left: it will send no more and has sent nothing, or has broken its TLS off. Another may
   * wait for an answer.
   */
  void abortIfLeft() {
    if (client.isTruncated()) {
      truncated(client);
    } else if (client.hasEnded() && client.received() == 0) {
      abort(TcpFailure.CLIENT_GONE);
    }
  }

  /** A server was chosen, and a connection to it is attempted. */
  void connecting() {
    queueEnded();
    connectStartNanos = worker.nanoTime();
    enter(Phase.CONNECTING);
  }

  /** The server did not take the connection within the time allowed. */
  void connectTimedOut() {
    known(connecting).timedOut();
  }

  /**
   * The server has taken the connection: passes everything on.
   *
   * @param tls of the connection; null: clear text
   */
  void relay(Side connected, @Nullable TlsToServer tls) {
    connecting = null;
    server = connected;
    tlsToServer = tls;
    connectNanos = worker.nanoTime() - connectStartNanos;
    enter(Phase.RELAYING);
    Side.join(client, connected);
  }

  /** Counts another attempt to connect. */
  void retried(TcpFailure why) {
    route().counts().retried(worker.loop().number(), why);
  }

  /** Counts bytes of one side that are passed on to the other. */
  void passed(Side from, long bytes) {
    route()
        .counts()
        .passed(
            worker.loop().number(),
            from == client ? SessionCounts.TO_SERVER : SessionCounts.TO_CLIENT,
            bytes);
  }

  /** One of the peers will send no more, or now both. */
  void halfClosed() {
    if (phase == Phase.RELAYING) {
      enter(Phase.HALF_CLOSED);
      known(attempts).halfClosed();
    }
  }

  // --- ways out ---

  /** All that a peer had to send was passed on to this side, and it will send no more. */
  void passedOn(Side to) {
    sidesEnded++;
    if (sidesEnded < 2) {
      if (to == server && tlsToServer != null) {
        tlsToServer.clientEnded(to.received());
      }
      to.endOutput();
    } else {
      end(null);
      client.close();
      known(server).close();
    }
  }

  /** A socket is closed, or failed. */
  void broken(Side side, @Nullable Throwable cause) {
    if (isOver() || (side != client && side != server)) {
      return; // or it is not connected yet, of which another hears
    }
    if (cause instanceof ClearTextException) {
      abort(TcpFailure.CLEAR_TEXT);
    } else if (cause instanceof SSLException
        || (cause != null && cause.getCause() instanceof SSLException)) {
      LOG.debug("tls of a {} failed", side == client ? "client" : "server", cause);
      abort(
          side == client || tlsToServer == null
              ? TcpFailure.TLS_FAILED
              : tlsToServer.failed(cause, side.received()));
    } else if (cause == null || cause instanceof IOException) {
      LOG.debug("a connection broke", cause);
      abort(side == client ? TcpFailure.CLIENT_RESET : TcpFailure.SERVER_RESET);
    } else {
      LOG.error("a connection failed", cause);
      abort(TcpFailure.INTERNAL);
    }
  }

  /** Returns whether the end of a connection is as good as one of TLS: a client that has the whole answer often says no more. */
  boolean mayEndBluntly(Side side) {
    Side answers = server;
    return side == client
        ? answers != null && answers.hasEnded()
        : tlsToServer != null && tlsToServer.mayEndBluntly(side.received());
  }

  /** A side has ended without saying that this was all, as TLS has to. */
  void truncated(Side side) {
    abort(side == client ? TcpFailure.TLS_FAILED : TcpFailure.SERVER_TLS_FAILED);
  }

  /** What came from one side has no place any more: the other has ended its TLS both ways. */
  void undeliverable(Side to) {
    abort(to == client ? TcpFailure.CLIENT_GONE : TcpFailure.SERVER_RESET);
  }

  /** Aborts it if a peer broke off after its end. Nothing tells of that, so it is asked for now and then. */
  void abortIfBrokenAfterEnd() {
    if (isOver()) {
      return;
    }
    if (client.isBrokenAfterEnd()) {
      abort(TcpFailure.CLIENT_RESET);
    } else if (server != null && server.isBrokenAfterEnd()) {
      abort(TcpFailure.SERVER_RESET);
    }
  }

  /** Ends it by force: both peers see that it is not complete. */
  void abort(TcpFailure why) {
    if (isOver()) {
      return;
    }
    boolean isToldWhy =
        phase == Phase.OPENING && (why == TcpFailure.TLS_FAILED || why == TcpFailure.CLEAR_TEXT);
    end(why);
    if (isToldWhy) { // by an alert or an answer, which a reset could overtake
      client.close();
    } else {
      client.reset();
    }
    if (connecting != null) {
      connecting.cancel();
    }
    if (server != null) {
      server.reset();
    }
  }

  private void queueEnded() {
    if (queueStartNanos != AccessFacts.NONE) {
      queueNanos = Math.max(0, queueNanos) + worker.nanoTime() - queueStartNanos;
      queueStartNanos = AccessFacts.NONE;
    }
  }

  private void end(@Nullable TcpFailure why) {
    queueEnded();
    enter(Phase.OVER);
    if (attempts != null) {
      if (tlsToServer != null) {
        tlsToServer.ended(known(server).received());
      }
      attempts.release();
    }
    settings.count(route, worker.loop().number(), why);
    AccessLog log = settings.accessLog();
    if (log != null) {
      log.write(new SessionFacts(this, why, worker.nanoTime() - startNanos));
    }
  }

  private void enter(Phase next) {
    phase = next;
    switch (next) {
      case OPENING, QUEUED, CONNECTING -> worker.deadlines().enter(limits, Stage.SETTING_UP);
      case RELAYING -> worker.deadlines().enter(limits, Stage.RUNNING);
      case HALF_CLOSED -> worker.deadlines().enter(limits, Stage.ENDING);
      case OVER -> worker.deadlines().leave(limits);
    }
  }

  private static <T> T known(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("asked for too early");
    }
    return value;
  }
}
