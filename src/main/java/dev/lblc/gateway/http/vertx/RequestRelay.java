package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Exchange;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** The relay of a request's body to a server, no faster than the server takes it. Confined to its event loop. */
final class RequestRelay {
  private final HttpServerRequest from;
  private final Exchange<OutboundRequest> exchange;
  private final OutboundRequest server;
  private final HttpClientRequest to;
  private final LastPiece last;
  private final Buffer first;

  /** Creates the relay of a paused request of which nothing was read but what was looked at. */
  RequestRelay(InboundRequest client, OutboundRequest server) {
    this.from = client.request();
    this.exchange = client.exchange();
    this.server = server;
    this.to = server.request();
    this.first = client.takeLooked();
    // An HTTP/2 stream may report its end later than its last piece.
    this.last = new LastPiece(from.version() == HttpVersion.HTTP_2 ? null : from.headers());
  }

  void begin() {
    from.handler(this::piece);
    from.endHandler(v -> end());
    if (first.length() > 0) {
      piece(first);
    }
    if (!to.writeQueueFull()) {
      from.resume();
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
    if (server.isDropped() || !exchange.bodyGrew(from.bytesRead()) || last.holds(piece)) {
      return;
    }
    server.write(piece);
    if (to.writeQueueFull()) {
      from.pause();
      to.drainHandler(v -> from.resume());
    }
  }

  private void end() {
    if (server.isDropped()) {
      return;
    }
    Buffer held = last.held();
    try {
      if (held == null) {
        server.end();
      } else {
        server.end(held);
      }
    } catch (RuntimeException e) {
      exchange.crashed(e);
    }
  }
}
