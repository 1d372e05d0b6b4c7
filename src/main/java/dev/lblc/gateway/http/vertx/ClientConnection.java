package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.UnreadableLine;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.DeadlineRing.Stage;
import dev.lblc.gateway.route.HttpRoutes;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
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
  private final @Nullable RequestDecoder decoder;
  private final DeadlineRing.Entry limits = new DeadlineRing.Entry(this);
  private int inFlight;
  private boolean hasMoved;
  private boolean isNew = true;
  private boolean isHeadAwaited;

  private ClientConnection(
      HttpConnection connection, DeadlineRing deadlines, Supplier<HttpRoutes> routes) {
    this.connection = connection;
    this.deadlines = deadlines;
    this.routes = routes;
    this.decoder = Connections.readStrictly(connection, routes.get().limits());
    this.isHeadAwaited = decoder != null;
    if (decoder == null) {
      Connections.limitHead(connection, routes.get().limits().header());
    }
  }

  /** Begins to watch a connection that was just accepted. */
  static void opened(
      HttpConnection connection, DeadlineRing deadlines, Supplier<HttpRoutes> routes) {
    ClientConnection opened = new ClientConnection(connection, deadlines, routes);
    Connections.attach(connection, opened);
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
