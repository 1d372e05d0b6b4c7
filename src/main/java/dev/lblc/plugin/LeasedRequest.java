package dev.lblc.plugin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.httpproxy.ProxyContext;
import org.jspecify.annotations.Nullable;

/**
 * One request of a stock proxy to one server: its lease ends with the server's response or tunnel, and at the latest a few
 * looks after the client has its answer or is gone.
 *
 * <p>The stock proxy answers by itself in several cases, without reading the server's response, which then never ends: when
 * its headers cannot be parsed, when an interceptor fails or puts another body in its place. And it does not hear of a
 * client that leaves before its WebSocket is accepted. The places where the client's side tells of its end have room for
 * one handler each, which the application may need: it is looked at instead, more and more rarely.
 *
 * <p>Confined to the request's event loop.
 */
final class LeasedRequest {
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final long FIRST_LOOK_MILLIS = 250;
  private static final long RAREST_LOOK_MILLIS = 4_000;

  private final Vertx vertx;
  private final HttpServerResponse client;
  private final boolean isWebSocket;
  private final Lease lease;
  private @Nullable HttpClientRequest request;
  private boolean wasOver;
  private boolean isClosed;
  private long timer;

  private LeasedRequest(Vertx vertx, ProxyContext context, Lease lease) {
    this.vertx = vertx;
    this.client = context.request().proxiedRequest().response();
    this.isWebSocket = context.isWebSocket();
    this.lease = lease;
  }

  /** For a lease that was just taken. */
  static LeasedRequest open(Vertx vertx, ProxyContext context, Lease lease) {
    LeasedRequest opened = new LeasedRequest(vertx, context, lease);
    opened.lookIn(FIRST_LOOK_MILLIS);
    return opened;
  }

  /** It has a connection; fails if nobody waits for it any more. */
  Future<HttpClientRequest> granted(HttpClientRequest onConnection) {
    lease.connected();
    if (isClosed || client.closed()) {
      close();
      return onConnection
          .reset()
          .transform(reset -> Future.failedFuture("the client left before its request was sent"));
    }
    request = onConnection;
    if (isWebSocket) {
      // The stock proxy sets no handler, without which Vert.x logs what the response fails with.
      onConnection.exceptionHandler(failure -> {});
    }
    onConnection
        .response()
        .compose(response -> {
          lease.answered(response.statusCode());
          return ended(onConnection, response);
        })
        .onComplete(ended -> close());
    return Future.succeededFuture(onConnection);
  }

  /** It got no connection. */
  void refused(boolean isServersFault) {
    if (isServersFault) {
      lease.connectFailed();
    }
    close();
  }

  private Future<Void> ended(HttpClientRequest onConnection, HttpClientResponse response) {
    if (!isWebSocket) {
      return response.end();
    }
    if (response.statusCode() != SWITCHING_PROTOCOLS) {
      return onConnection.reset().mapEmpty(); // the stock proxy answers without its body
    }
    return Future.future(
        closed -> onConnection.connection().closeHandler(v -> closed.tryComplete()));
  }

  private void lookIn(long millis) {
    timer = vertx.setTimer(millis, fired -> look(millis));
  }

  /** An end that is seen twice is one: after the first time what is under way may still come to its own. */
  private void look(long afterMillis) {
    boolean isOver = client.closed() || (client.ended() && !isWebSocket);
    if (isOver && wasOver) {
      abandon();
    } else {
      wasOver = isOver;
      lookIn(isOver ? FIRST_LOOK_MILLIS : Math.min(2 * afterMillis, RAREST_LOOK_MILLIS));
    }
  }

  private void abandon() {
    close();
    HttpClientRequest left = request;
    if (left != null) {
      left.reset();
      if (left.version() != HttpVersion.HTTP_2) {
        left.connection().close(); // what is left of its answer would never be read
      }
    }
  }

  private void close() {
    if (!isClosed) {
      isClosed = true;
      vertx.cancelTimer(timer);
      lease.close();
    }
  }
}
