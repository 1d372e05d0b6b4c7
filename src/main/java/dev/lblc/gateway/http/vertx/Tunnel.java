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
 * Two joined connections that have left HTTP: the gateway copies their bytes. The exchange ends when one of them ends. If the
 * gateway stops, both ends of a WebSocket get a Close frame and have until the end of the drain to answer it. Confined to its event
 * loop.
 */
final class Tunnel {
  private static final Logger LOG = LoggerFactory.getLogger(Tunnel.class);
  private static final int SWITCHING_PROTOCOLS = 101;

  /** A Close frame that says 1001, going away; a server's has to be masked, with any mask. */
  private static final Buffer GOODBYE_TO_CLIENT =
      Buffer.buffer(new byte[] {(byte) 0x88, 2, 3, (byte) 0xe9});

  private static final Buffer GOODBYE_TO_SERVER =
      Buffer.buffer(new byte[] {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 3, (byte) 0xe9});

  private final InboundRequest client;
  private final Exchange<OutboundRequest> exchange;
  private final NetSocket clientSocket;
  private final NetSocket serverSocket;
  private final Pump toServer;
  private final Pump toClient;

  private Tunnel(InboundRequest client, NetSocket clientSocket, NetSocket serverSocket) {
    this.client = client;
    this.exchange = client.exchange();
    this.clientSocket = clientSocket;
    this.serverSocket = serverSocket;
    boolean hasFrames = exchange.isWebSocket();
    this.toServer = new Pump(
        clientSocket, serverSocket, client::tunnelledIn, hasFrames ? GOODBYE_TO_SERVER : null);
    this.toClient = new Pump(
        serverSocket, clientSocket, client::tunnelledOut, hasFrames ? GOODBYE_TO_CLIENT : null);
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
    boolean isEnding = client.becameTunnel(this::close);
    clientSocket.shutdownHandler(limit -> goAway());
    Buffer first = ClientConnection.of(client.request().connection()).takeHeld();
    toServer.start(first, this::ended);
    toClient.start(Buffer.buffer(), this::ended);
    if (isEnding) {
      goAway();
    }
  }

  private void goAway() {
    toClient.sayGoodbye(this::closeIfBothSaidGoodbye);
    toServer.sayGoodbye(this::closeIfBothSaidGoodbye);
  }

  private void closeIfBothSaidGoodbye() {
    if (toClient.hasClosed() && toServer.hasClosed()) {
      close();
    }
  }

  private void ended() {
    close();
    exchange.tunnelEnded();
  }

  private void close() {
    clientSocket.shutdownHandler(null); // which would be called in place of a close
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
