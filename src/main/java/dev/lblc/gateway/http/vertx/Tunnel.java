package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.HeaderPlan;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two joined connections that have left HTTP, such as a WebSocket: the gateway copies their bytes and does not read them. The
 * exchange ends when one of them ends. Confined to its event loop.
 */
final class Tunnel {
  private static final Logger LOG = LoggerFactory.getLogger(Tunnel.class);
  private static final int SWITCHING_PROTOCOLS = 101;

  private final InboundRequest client;
  private final Exchange<OutboundRequest> exchange;
  private final NetSocket clientSocket;
  private final NetSocket serverSocket;

  private Tunnel(InboundRequest client, NetSocket clientSocket, NetSocket serverSocket) {
    this.client = client;
    this.exchange = client.exchange();
    this.clientSocket = clientSocket;
    this.serverSocket = serverSocket;
  }

  /** Tells the client that the server agrees, and joins the two connections. */
  static void open(InboundRequest client, OutboundRequest server, HeaderPlan plan) {
    HttpClientResponse response = server.response();
    response.pause();
    HttpServerResponse out = client.response();
    out.setStatusCode(SWITCHING_PROTOCOLS);
    HeaderWriter.write(response.headers(), plan, out.headers());
    NetSocket serverSocket = response.netSocket();
    client
        .request()
        .toNetSocket()
        .onSuccess(clientSocket -> new Tunnel(client, clientSocket, serverSocket).begin())
        .onFailure(cause -> refused(client.exchange(), cause));
  }

  private void begin() {
    clientSocket.pause();
    client.becameTunnel(this::close);
    Buffer first = ClientConnection.of(client.request().connection()).takeHeld();
    new Pump(clientSocket, serverSocket, exchange::tunnelled).start(first, this::ended);
    new Pump(serverSocket, clientSocket, exchange::tunnelled).start(Buffer.buffer(), this::ended);
  }

  private void ended() {
    close();
    exchange.tunnelEnded();
  }

  private void close() {
    clientSocket.close();
    serverSocket.close();
  }

  /** Ends the exchange: the client's connection did not become a socket. */
  private static void refused(Exchange<OutboundRequest> exchange, Throwable cause) {
    if (exchange.isOver() || cause instanceof IOException || cause instanceof HttpClosedException) {
      LOG.debug("the client left before its tunnel was open", cause);
      exchange.abort(Failure.CLIENT_GONE);
    } else {
      LOG.error("a tunnel could not be opened: its client is disconnected", cause);
      exchange.abort(Failure.INTERNAL);
    }
  }
}
