package dev.lblc.admin;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The endpoint that sends a snapshot every second, as server-sent events.
 *
 * <pre>
 * a reader comes:  it gets the last snapshot, if others read; else one is made
 * every second:    one is made, on a worker thread, unless nobody reads or the last one is still being made
 * it is made:      every reader gets it that has taken the one before
 * </pre>
 *
 * A reader that does not read costs the snapshot that waits for it, and is cut off by the port's idle time. All methods are called on
 * the event loop of the port, except {@link #close}.
 */
final class StreamApi {
  private static final Logger LOG = LoggerFactory.getLogger(StreamApi.class);
  private static final long PERIOD_MILLIS = 1_000;

  /** Far beyond the tabs of all who look at a gateway at once. */
  static final int MOST_READERS = 256;

  private final Vertx vertx;
  private final Supplier<String> snapshot;
  private final Set<HttpServerResponse> readers = new HashSet<>();
  private volatile @Nullable Context loop;
  private @Nullable Buffer last;
  private boolean isMaking;
  private boolean isClosed;
  private long timer = -1;

  /**
   * Without a reader.
   *
   * @param snapshot makes one; called on a worker thread, by one at a time
   */
  StreamApi(Vertx vertx, Supplier<String> snapshot) {
    this.vertx = vertx;
    this.snapshot = snapshot;
  }

  void addTo(Endpoints endpoints) {
    endpoints.add(
        HttpMethod.GET,
        "/api/v1/stream",
        "a snapshot of all services each second, as server-sent events",
        this::open);
  }

  /** Ends all streams, and takes no more. From any thread. */
  void close() {
    onLoop(() -> {
      isClosed = true;
      endAll();
    });
  }

  /** Ends all streams; whoever may read can come again. From any thread. */
  void restart() {
    onLoop(this::endAll);
  }

  private void onLoop(Runnable action) {
    Context readersLoop = loop;
    if (readersLoop != null) { // else nobody has read yet
      readersLoop.runOnContext(v -> action.run());
    }
  }

  private void open(AdminRequest request) {
    HttpServerResponse response = request.response();
    loop = Objects.requireNonNull(Vertx.currentContext(), "on an event loop");
    if (isClosed || readers.size() >= MOST_READERS) {
      throw new ProblemException(
          503, isClosed ? "the gateway stops" : readers.size() + " read already");
    }
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("X-Content-Type-Options", "nosniff");
    if (request.http().method().equals(HttpMethod.HEAD)) {
      response.end();
      return;
    }
    response.setChunked(true).writeHead();
    response.exceptionHandler(gone -> readers.remove(response));
    response.closeHandler(v -> readers.remove(response));
    readers.add(response);
    if (last != null) {
      response.write(last);
    }
    if (timer < 0) {
      make();
      timer = vertx.setPeriodic(PERIOD_MILLIS, id -> make());
    }
  }

  private void make() {
    if (readers.isEmpty()) {
      rest();
      return;
    }
    if (isMaking) {
      return;
    }
    isMaking = true;
    Context on = Objects.requireNonNull(loop);
    on.executeBlocking(() -> Buffer.buffer("data: " + snapshot.get() + "\n\n"), false)
        .onComplete(made -> {
          isMaking = false;
          if (made.failed()) {
            LOG.error("no snapshot for those who read /api/v1/stream", made.cause());
          } else if (timer >= 0) {
            send(made.result());
          }
        });
  }

  private void send(Buffer made) {
    last = made;
    for (HttpServerResponse reader : List.copyOf(readers)) {
      if (!reader.closed() && !reader.writeQueueFull()) {
        reader.write(made);
      }
    }
  }

  private void endAll() {
    List.copyOf(readers).forEach(HttpServerResponse::end);
    readers.clear();
    rest();
  }

  /** Nothing is made until somebody reads again. */
  private void rest() {
    vertx.cancelTimer(timer);
    timer = -1;
    last = null;
  }
}
