package dev.lblc.gateway.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a server's response to the client: head, body with back-pressure, trailers. It does what the stock proxy does
 * otherwise or not at all: hop-by-hop headers stop here, a response of unknown length is not collected for an HTTP/1.0
 * client, and one that is cut short is cut short for the client too.
 */
final class ResponseRelay {
  private static final Logger LOG = LoggerFactory.getLogger(ResponseRelay.class);

  private ResponseRelay() {}

  /**
   * Sends it to its end.
   *
   * @param in paused
   * @return succeeds in any case, when nothing more is to be done; failures are the exchange's
   */
  static Future<Void> send(Exchange exchange, HttpClientResponse in) {
    exchange.receiving();
    if (!isFinal(in)) {
      in.exceptionHandler(failure -> {});
      exchange.abort(Failure.BAD_ANSWER);
      return Future.succeededFuture();
    }
    HttpServerResponse out = exchange.response();
    boolean lastsUntilClose;
    try {
      lastsUntilClose = writeHead(exchange, in, out);
    } catch (IllegalArgumentException e) {
      LOG.debug("a status or header of the server's cannot be sent", e);
      exchange.abort(Failure.BAD_ANSWER);
      return Future.succeededFuture();
    } catch (RuntimeException e) {
      LOG.error("a response cannot be sent", e);
      exchange.abort(Failure.INTERNAL);
      return Future.succeededFuture();
    }
    Future<Void> body = in.pipe().endOnComplete(false).to(out);
    if (in.getHeader(HttpHeaders.CONTENT_LENGTH) == null) {
      flushHeadOfAStream(exchange, out);
    }
    return body.transform(result -> {
      if (result.succeeded()) {
        exchange.received();
        finish(exchange, in, out, lastsUntilClose);
      } else {
        exchange.abort(Failure.CUT_SHORT);
      }
      return Future.succeededFuture();
    });
  }

  /** Whether it answers the request: a switch of protocols that nobody asked for and an unknown coding do not. */
  private static boolean isFinal(HttpClientResponse in) {
    if (in.statusCode() < 200) {
      return false;
    }
    List<String> codings = in.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
    return codings.isEmpty()
        || (codings.size() == 1 && codings.get(0).trim().equalsIgnoreCase("chunked"));
  }

  /** Makes the head; whether nothing but the end of the connection ends the body. */
  private static boolean writeHead(
      Exchange exchange, HttpClientResponse in, HttpServerResponse out) {
    out.setStatusCode(in.statusCode());
    String phrase = in.statusMessage();
    if (phrase != null && !phrase.equals(out.getStatusMessage())) {
      out.setStatusMessage(phrase);
    }
    MultiMap headers = in.headers();
    HopByHop.remove(headers);
    HeaderEditor.edit(headers, exchange.route().responseEdits());
    out.headers().addAll(headers);
    if (headers.contains(HttpHeaders.CONTENT_LENGTH) || !mayHaveBody(exchange, in)) {
      return false;
    }
    if (exchange.request().version() != HttpVersion.HTTP_1_0) {
      out.setChunked(true);
      return false;
    }
    // The header that Vert.x adds would say otherwise.
    out.headersEndHandler(v -> out.headers().set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE));
    return true;
  }

  private static boolean mayHaveBody(Exchange exchange, HttpClientResponse in) {
    int status = in.statusCode();
    return !exchange.request().method().equals(HttpMethod.HEAD)
        && status != HttpResponseStatus.NO_CONTENT.code()
        && status != HttpResponseStatus.NOT_MODIFIED.code();
  }

  /** A head whose body is long in coming, such as that of an event stream, does not wait for it. */
  private static void flushHeadOfAStream(Exchange exchange, HttpServerResponse out) {
    if (out.isChunked()) {
      Vertx.currentContext().runOnContext(v -> {
        if (!exchange.isOver() && !out.headWritten()) {
          out.writeHead();
        }
      });
    }
  }

  private static void finish(
      Exchange exchange, HttpClientResponse in, HttpServerResponse out, boolean lastsUntilClose) {
    if (exchange.isOver()) {
      return;
    }
    if (out.isChunked() && !in.trailers().isEmpty()) {
      MultiMap trailers = in.trailers();
      HopByHop.remove(trailers);
      out.trailers().addAll(trailers);
    }
    exchange.release();
    out.end();
    if (lastsUntilClose) {
      exchange.request().connection().close();
    }
  }
}
