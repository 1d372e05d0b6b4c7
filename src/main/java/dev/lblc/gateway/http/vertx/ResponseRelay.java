package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.HeaderPlan;
import dev.lblc.gateway.http.ResponsePlan;
import dev.lblc.gateway.http.ResponsePlan.Body;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * The relay of a server's response to the client: head, body no faster than the client takes it, trailers. If the server's
 * response is cut short, so is the client's. Confined to its event loop.
 */
final class ResponseRelay {
  private final InboundRequest client;
  private final Exchange<OutboundRequest> exchange;
  private final OutboundRequest server;
  private final HttpClientResponse from;
  private final HttpServerResponse to;
  private final ResponsePlan plan;
  private final LastPiece last;

  /** Whether the body ends with the client's connection: one of unknown length, to a client of HTTP/1.0. */
  private final boolean isLast;

  /** Creates the relay of a response whose head has just come. */
  ResponseRelay(InboundRequest client, OutboundRequest server, ResponsePlan plan) {
    this.client = client;
    this.exchange = client.exchange();
    this.server = server;
    this.from = server.response();
    this.to = client.response();
    this.plan = plan;
    this.isLast = plan.body() == Body.UNTIL_CLOSE;
    this.last = new LastPiece(plan.body() == Body.SIZED ? from.headers() : null);
  }

  /** Prepares the head, and waits for the rest; throws {@link IllegalArgumentException} if the head cannot be sent. */
  void begin() {
    client.setStatus(plan.status(), plan.phrase());
    HeaderWriter.write(from.headers(), plan.headers(), to.headers());
    if (plan.body() == Body.CHUNKED) {
      to.setChunked(true);
    }
    if (isLast) {
      // To a client of HTTP/1.0 Vert.x would announce a connection that stays open, and chunks if
      // the head goes out before its body.
      to.headersEndHandler(v -> to.headers()
          .remove(HttpHeaders.TRANSFER_ENCODING)
          .set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE));
    }
    from.handler(this::piece);
    from.endHandler(v -> end());
    from.exceptionHandler(cause -> exchange.serverFailed(UpstreamFailure.withinAnswer(cause)));
    if (plan.body() != Body.NONE) {
      flushHeadSoon();
    }
  }

  /** Writes the last bytes and the trailers; null: no trailers. */
  void finish(@Nullable HeaderPlan trailers) {
    if (trailers != null) {
      HeaderWriter.write(from.trailers(), trailers, to.trailers());
    }
    client.ending();
    Buffer held = last.held();
    if (held == null) {
      to.end();
    } else {
      to.end(held);
    }
    if (isLast) {
      client.request().connection().close();
    }
  }

  private void piece(Buffer piece) {
    try {
      pass(piece);
    } catch (RuntimeException e) {
      exchange.crashed(e);
    }
  }

  private void pass(Buffer piece) {
    if (exchange.isOver() || last.holds(piece)) {
      return;
    }
    to.write(piece);
    if (to.writeQueueFull()) {
      from.pause();
      server.waiting(true);
      to.drainHandler(v -> {
        server.waiting(false);
        from.resume();
      });
    }
  }

  private void end() {
    MultiMap trailers = plan.body() == Body.CHUNKED ? from.trailers() : null;
    try {
      exchange.responseEnded(
          trailers == null || trailers.isEmpty() ? null : (MapView) () -> trailers);
    } catch (RuntimeException e) {
      exchange.crashed(e);
    }
  }

  /** Writes the head soon even if no body comes: an event stream may send its first byte late. */
  private void flushHeadSoon() {
    Vertx.currentContext().runOnContext(v -> {
      if (!exchange.isOver() && !to.headWritten()) {
        to.writeHead();
      }
    });
  }
}
