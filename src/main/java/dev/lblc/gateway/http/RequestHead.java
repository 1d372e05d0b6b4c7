package dev.lblc.gateway.http;

import dev.lblc.gateway.route.BadRequestException;
import dev.lblc.gateway.route.RequestTarget;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns the head of a client's request into that of the request to the server. */
final class RequestHead {
  private static final String CHUNKED = "chunked";

  private RequestHead() {}

  /**
   * Refuses a framing that another reader could take differently, and spells the others as the proxy reads them.
   *
   * @throws BadRequestException for any transfer coding but chunked, or one in HTTP/1.0
   */
  static void checkFraming(HttpServerRequest request) {
    MultiMap headers = request.headers();
    if (request.version() == HttpVersion.HTTP_2) {
      if (!headers.contains(HttpHeaders.CONTENT_LENGTH) && Connections.hasBody(request)) {
        // HTTP/2 frames bodies itself; towards an HTTP/1.1 server one of unknown length is chunked.
        headers.set(HttpHeaders.TRANSFER_ENCODING, HttpHeaders.CHUNKED);
      }
      return;
    }
    List<String> codings = headers.getAll(HttpHeaders.TRANSFER_ENCODING);
    if (codings.isEmpty()) {
      return;
    }
    if (codings.size() > 1
        || !codings.get(0).trim().equalsIgnoreCase(CHUNKED)
        || request.version() == HttpVersion.HTTP_1_0) {
      throw new BadRequestException("unsupported transfer coding");
    }
    headers.set(HttpHeaders.TRANSFER_ENCODING, HttpHeaders.CHUNKED);
  }

  /** Returns whether it came by HTTP/2 and its head was its end; once {@link #checkFraming} has passed it. */
  static boolean isEmptyOverHttp2(HttpServerRequest request) {
    MultiMap headers = request.headers();
    return request.version() == HttpVersion.HTTP_2
        && !headers.contains(HttpHeaders.CONTENT_LENGTH)
        && !headers.contains(HttpHeaders.TRANSFER_ENCODING);
  }

  /** Edits a copy of the client's headers for the server. */
  static void edit(MultiMap headers, Exchange exchange) {
    InboundFacts facts = exchange.facts();
    HopByHop.remove(headers);
    // Answered by the listener, which asks the client to go on at once.
    headers.remove(HttpHeaders.EXPECT);
    ForwardingHeaders.set(
        headers,
        facts.peer(),
        facts.peerTrusted(),
        facts.scheme(),
        facts.authority(),
        facts.localPort());
    if (exchange.request().version() == HttpVersion.HTTP_2) {
      joinCookies(headers);
    }
    HeaderEditor.edit(headers, exchange.route().requestEdits());
  }

  /** The target to send to the server. */
  static String target(Exchange exchange) {
    RequestTarget target = exchange.facts().target();
    @Nullable String prefix = exchange.route().stripPrefix();
    return prefix == null ? target.origin() : target.withoutPrefix(prefix);
  }

  /** HTTP/2 may split Cookie into several fields, which HTTP/1.1 may not. */
  private static void joinCookies(MultiMap headers) {
    List<String> cookies = headers.getAll(HttpHeaders.COOKIE);
    if (cookies.size() > 1) {
      headers.set(HttpHeaders.COOKIE, String.join("; ", cookies));
    }
  }
}
