package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.http.UnreadableLine;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.DeadlineRing.Stage;
import dev.lblc.gateway.route.HttpRoutes;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time limits of a client's connection while it has no request in flight:
 *
 * <pre>
 *   HTTP/1: no request yet, or the head of one has begun    timeouts.header, then 408
 *   otherwise                                               timeouts.idle, then it is closed
 * </pre>
 *
 * <p>It stays in one ring from the connection's start to its end. A request changes a counter and nothing else. Confined to the
 * connection's event loop.
 */
// Nobody waits until a dropped connection is closed.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientConnection implements DeadlineRing.Timed {
  private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

  private final HttpConnection connection;
  private final DeadlineRing deadlines;
  private final Supplier<HttpRoutes> routes;
  private final BooleanSupplier isStopping;
  private final @Nullable RequestDecoder decoder;
  private final DeadlineRing.Entry limits = new DeadlineRing.Entry(this);
  private int inFlight;
  private boolean hasMoved;
  private boolean isNew = true;
  private boolean isHeadAwaited;
  private boolean isShutDown;
  private boolean isTunnel;

  private ClientConnection(
      HttpConnection connection,
      DeadlineRing deadlines,
      Supplier<HttpRoutes> routes,
      BooleanSupplier isStopping) {
    this.connection = connection;
    this.isStopping = isStopping;
    this.deadlines = deadlines;
    this.routes = routes;
    this.decoder = Connections.readStrictly(connection, routes.get().limits());
    this.isHeadAwaited = decoder != null;
    if (decoder == null) {
      Connections.limitHead(connection, routes.get().limits().header());
    }
  }

  /**
   * Begins to watch a connection that was just accepted.
   *
   * @param isStopping asked at each answer: whether the connection ends with it
   */
  static void opened(
      HttpConnection connection,
      DeadlineRing deadlines,
      Supplier<HttpRoutes> routes,
      BooleanSupplier isStopping) {
    ClientConnection opened = new ClientConnection(connection, deadlines, routes, isStopping);
    Connections.attach(connection, opened);
    Connections.readFirst(connection, new ShutdownWatch(opened));
    Connections.readInPieces(connection);
    deadlines.enter(opened.limits, Stage.IDLE);
    Connections.onClosed(connection, () -> deadlines.leave(opened.limits));
  }

  /** Returns the time limits of a connection. */
  static ClientConnection of(HttpConnection connection) {
    return Connections.attached(connection);
  }

  /** Notes that a request has come. */
  void began() {
    inFlight++;
    hasMoved = true;
    isNew = false;
  }

  /** Notes that a request was answered, or its client has gone. */
  void ended() {
    inFlight--;
    hasMoved = true;
    if (isShutDown) {
      closeSoonIfIdle();
    }
  }

  /** Notes that the connection has left HTTP. Returns whether it is to end soon. */
  boolean becameTunnel() {
    isTunnel = true;
    return isShutDown;
  }

  /** Returns whether the connection is to end with the answer whose head is written now. */
  boolean isEnding() {
    return isShutDown || isStopping.getAsBoolean();
  }

  /** Notes that the process is going to stop. */
  void stopAnnounced() {
    if (decoder == null) {
      shutDown();
    }
  }

  /** Ends the connection as soon as that breaks no request. Returns false if it is for somebody else to end it. */
  boolean shutDown() {
    if (isTunnel) {
      return false;
    }
    if (!isShutDown) {
      isShutDown = true;
      if (decoder == null) {
        goAway();
      } else {
        closeSoonIfIdle();
      }
    }
    return true;
  }

  /** Says first that no more requests are wanted, and later which one was the last: RFC 9113 6.8. */
  @SuppressWarnings("deprecation") // nothing else says it, and leaves the connection open
  private void goAway() {
    connection.goAway(0, Integer.MAX_VALUE);
    Connections.later(connection, Limits.LAST_REQUEST_MILLIS, () -> {
      connection.goAway(0);
      Connections.endBehind(connection);
    });
  }

  private void closeSoonIfIdle() {
    if (isIdle()) {
      Connections.later(connection, Limits.LAST_REQUEST_MILLIS, () -> {
        if (isIdle()) {
          connection.close();
        }
      });
    }
  }

  /** Returns whether no request has begun to come; {@code timeouts.header} limits one that has. */
  private boolean isIdle() {
    return inFlight == 0 && decoder != null && !decoder.isHeadBegun();
  }

  /** Returns what the client has sent behind a request that was granted a tunnel; it is the tunnel's. */
  Buffer takeHeld() {
    return decoder == null ? Buffer.buffer() : decoder.behindUpgrade().take();
  }

  /** Notes that a request was answered that asked for another protocol: what is behind it is HTTP, unless it is a tunnel's. */
  void upgradeEnded() {
    if (decoder != null) {
      decoder.goOnBehindUpgrade();
    }
  }

  /** Returns the first line of a request of which nothing could be read; null: there was none. */
  @Nullable
  UnreadableLine unreadableLine() {
    return decoder == null ? null : decoder.unreadableLine();
  }

  @Override
  public boolean hasMoved() {
    boolean isAwaited = decoder != null && (isNew || decoder.isHeadBegun());
    boolean moved = hasMoved || inFlight > 0 || isAwaited != isHeadAwaited;
    hasMoved = false;
    isHeadAwaited = isAwaited;
    return moved;
  }

  @Override
  public void checkLimits(long nowNanos, long phaseNanos, long quietNanos) {
    HttpRoutes now = routes.get();
    if (decoder != null && isHeadAwaited) {
      if (quietNanos > now.headerNanos()) {
        deadlines.leave(limits);
        decoder.timeOut();
      }
    } else if (quietNanos > now.idleNanos()) {
      deadlines.leave(limits);
      connection.close();
    }
  }

  @Override
  public void checkFailed(RuntimeException cause) {
    LOG.error("the time limits of a client's connection could not be checked", cause);
  }
}
