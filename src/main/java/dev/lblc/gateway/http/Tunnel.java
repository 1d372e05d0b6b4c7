package dev.lblc.gateway.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries WebSockets: asks the server for the upgrade that the client asked for, and if it agrees connects the two
 * sockets, whose bytes are no business of the gateway's. The exchange lasts until the tunnel ends.
 *
 * <p>Not left to the stock proxy, whose tunnel knows no back-pressure and keeps the connection of a refused upgrade.
 */
final class Tunnel {
  private static final Logger LOG = LoggerFactory.getLogger(Tunnel.class);
  private static final int SWITCHING_PROTOCOLS = 101;

  private Tunnel() {}

  /** Opens a tunnel, or answers why not. */
  static void open(Exchange exchange, Connector connector) {
    exchange.request().pause();
    connector
        .connect(exchange)
        .compose(upstream -> {
          writeHead(exchange, upstream);
          exchange.upgrading();
          exchange.sending();
          return upstream.connect();
        })
        .onComplete(response -> answered(exchange, response), cause -> {
          if (!exchange.isOver()) {
            exchange.abort(UpstreamFailure.of(cause));
          }
        });
    // A request for an upgrade has no body worth having; its end tells when the wait for the
    // response begins.
    exchange.request().resume();
  }

  private static void writeHead(Exchange exchange, HttpClientRequest upstream) {
    HttpServerRequest request = exchange.request();
    CharSequence protocol = request.headers().get(HttpHeaders.UPGRADE);
    MultiMap headers = MultiMap.caseInsensitiveMultiMap().addAll(request.headers());
    RequestHead.edit(headers, exchange);
    headers.remove(HttpHeaders.HOST).remove(HttpHeaders.CONTENT_LENGTH);
    headers.set(HttpHeaders.CONNECTION, HttpHeaders.UPGRADE).set(HttpHeaders.UPGRADE, protocol);
    upstream.setMethod(request.method()).setURI(RequestHead.target(exchange));
    upstream.headers().addAll(headers);
  }

  private static void answered(Exchange exchange, HttpClientResponse response) {
    response.pause();
    if (exchange.isOver()) {
      return;
    }
    boolean switches = response.statusCode() == SWITCHING_PROTOCOLS;
    if (switches
        && HttpHeaders.WEBSOCKET
            .toString()
            .equalsIgnoreCase(response.getHeader(HttpHeaders.UPGRADE))) {
      connect(exchange, response);
    } else { // a switch to what nobody asked for is refused there
      ResponseRelay.send(exchange, response);
    }
  }

  private static void connect(Exchange exchange, HttpClientResponse response) {
    HttpServerResponse out = exchange.response();
    MultiMap headers = response.headers();
    HopByHop.remove(headers);
    headers.remove(HttpHeaders.CONTENT_LENGTH);
    HeaderEditor.edit(headers, exchange.route().responseEdits());
    out.setStatusCode(SWITCHING_PROTOCOLS).headers().addAll(headers);
    out.putHeader(HttpHeaders.CONNECTION, HttpHeaders.UPGRADE);
    out.putHeader(HttpHeaders.UPGRADE, HttpHeaders.WEBSOCKET);
    NetSocket server = response.netSocket();
    exchange
        .request()
        .toNetSocket()
        .onSuccess(client -> join(exchange, client, server))
        .onFailure(cause -> refused(exchange, cause));
  }

  /** The client's connection did not become a socket. */
  private static void refused(Exchange exchange, Throwable cause) {
    if (exchange.isOver() || cause instanceof IOException || cause instanceof HttpClosedException) {
      LOG.debug("the client left before its tunnel was open", cause);
      exchange.abort(Failure.CLIENT_GONE);
    } else {
      LOG.error("a tunnel failed", cause);
      exchange.abort(Failure.INTERNAL);
    }
  }

  private static void join(Exchange exchange, NetSocket client, NetSocket server) {
    client.pause();
    exchange.tunnelling(() -> {
      client.close();
      server.close();
    });
    new Pump(client, server, exchange::tunnelled).start(() -> closed(exchange, client, server));
    new Pump(server, client, exchange::tunnelled).start(() -> closed(exchange, client, server));
  }

  private static void closed(Exchange exchange, NetSocket client, NetSocket server) {
    client.close();
    server.close();
    exchange.end();
  }
}
