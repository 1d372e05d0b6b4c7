package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.DeadlineRing.Stage;
import io.vertx.core.http.HttpConnection;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The idle limit of a client's connection: closes the connection if it had no request in flight for 70 s. Confined to its event
 * loop.
 *
 * <p>It stays in one ring from the connection's start to its end. A request changes a counter and nothing else.
 */
// Nobody waits until a dropped connection is closed.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientConnection implements DeadlineRing.Timed {
  private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(70);

  private final HttpConnection connection;
  private final DeadlineRing deadlines;
  private final DeadlineRing.Entry limits = new DeadlineRing.Entry(this);
  private int inFlight;
  private boolean hasMoved;

  private ClientConnection(HttpConnection connection, DeadlineRing deadlines) {
    this.connection = connection;
    this.deadlines = deadlines;
  }

  /** Begins to watch a connection that was just accepted. */
  static void opened(HttpConnection connection, DeadlineRing deadlines) {
    ClientConnection opened = new ClientConnection(connection, deadlines);
    Connections.attach(connection, opened);
    Connections.readStrictly(connection);
    deadlines.enter(opened.limits, Stage.IDLE);
    Connections.onClosed(connection, () -> deadlines.leave(opened.limits));
  }

  /** Returns the idle limit of a connection. */
  static ClientConnection of(HttpConnection connection) {
    return Connections.attached(connection);
  }

  /** Notes that a request has come. */
  void began() {
    inFlight++;
    hasMoved = true;
  }

  /** Notes that a request was answered, or its client has gone. */
  void ended() {
    inFlight--;
    hasMoved = true;
  }

  @Override
  public boolean hasMoved() {
    boolean moved = hasMoved || inFlight > 0;
    hasMoved = false;
    return moved;
  }

  @Override
  public void checkLimits(long nowNanos, long phaseNanos, long quietNanos) {
    if (quietNanos > IDLE_NANOS) {
      deadlines.leave(limits);
      connection.close();
    }
  }

  @Override
  public void checkFailed(RuntimeException cause) {
    LOG.error("the idle limit of a client's connection could not be checked", cause);
  }
}
