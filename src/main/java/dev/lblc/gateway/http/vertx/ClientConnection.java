package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.DeadlineRing.Stage;
import io.vertx.core.http.HttpConnection;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of a client: closed when no request of it has been in flight for long. Confined to its event loop.
 *
 * <p>It stays in its ring from its beginning to its end, and a request does no more than count.
 */
// Nobody waits for a connection that is given up to be closed.
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
    deadlines.enter(opened.limits, Stage.IDLE);
    Connections.onClosed(connection, () -> deadlines.leave(opened.limits));
  }

  /** Returns what watches a connection. */
  static ClientConnection of(HttpConnection connection) {
    return Connections.attached(connection);
  }

  /** A request has come. */
  void began() {
    inFlight++;
    hasMoved = true;
  }

  /** A request was answered, or has no client any more. */
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
    LOG.error("an idle connection of a client could not be closed", cause);
  }
}
