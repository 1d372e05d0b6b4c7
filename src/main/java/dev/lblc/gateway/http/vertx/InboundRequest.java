package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Answer;
import dev.lblc.gateway.http.ClientSide;
import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.ExchangeContext;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.HeaderPlan;
import dev.lblc.gateway.http.RequestHead;
import dev.lblc.gateway.http.RequestPlan;
import dev.lblc.gateway.http.ResponsePlan;
import dev.lblc.gateway.http.UnreadableLine;
import dev.lblc.gateway.route.BodyStart;
import dev.lblc.gateway.route.HttpRoutes;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The client's side of an exchange: a request to a Vert.x server, and its response. Confined to its event loop. */
final class InboundRequest implements ClientSide<OutboundRequest> {
  private static final CharSequence TEXT = HttpHeaders.createOptimized("text/plain; charset=utf-8");
  private static final int NOT_MODIFIED = 304;
  private static final long HTTP2_INTERNAL_ERROR = 0x2;
  private static final long HTTP2_CANCEL = 0x8;

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final InboundHead head;
  private final ClientConnection connection;
  private final Exchange<OutboundRequest> exchange;
  private @Nullable ResponseRelay relay;
  private boolean isInFlight = true;
  private boolean isEnding;
  private @Nullable Runnable tunnel;
  private @Nullable BodyStart looking;
  private Buffer looked = Buffer.buffer();
  private long tunnelledIn;
  private long tunnelledOut;

  /**
   * Takes over the request; nothing happens to it until its exchange begins.
   *
   * @param unreadable the first line of a request that could not be read; null: it could
   */
  InboundRequest(
      HttpServerRequest request,
      ExchangeContext<OutboundRequest> context,
      HttpRoutes routes,
      @Nullable UnreadableLine unreadable) {
    this.request = request;
    this.response = request.response();
    this.head = new InboundHead(request, unreadable);
    this.exchange = new Exchange<>(this, context, routes);
    this.connection = ClientConnection.of(request.connection());
    connection.began();
    response.exceptionHandler(this::failed);
    response.endHandler(v -> {
      ended();
      exchange.answered();
    });
    response.closeHandler(v -> {
      ended();
      exchange.clientGone();
    });
  }

  /** Refuses a body that the decoder cannot read. The end of a connection or stream is reported to the handlers above. */
  private void failed(Throwable cause) {
    boolean isUnreadable =
        cause instanceof DecoderException || cause instanceof IllegalArgumentException;
    if (isUnreadable && request.version() != HttpVersion.HTTP_2) {
      if (isAnswered()
          || !isHeadWritten()) { // no answer is cut: Vert.x closes the connection behind it
        Connections.linger(request.connection());
      }
      exchange.abort(Failure.BAD_BODY);
    }
  }

  /** Of HTTP/2 Vert.x reports both that the response has ended and that the stream is closed. */
  private void ended() {
    if (isInFlight) {
      isInFlight = false;
      connection.ended();
      if (request.headers().contains(HttpHeaders.UPGRADE)) {
        connection.upgradeEnded();
      }
    }
  }

  Exchange<OutboundRequest> exchange() {
    return exchange;
  }

  HttpServerRequest request() {
    return request;
  }

  HttpServerResponse response() {
    return response;
  }

  @Override
  public RequestHead head() {
    return head;
  }

  @Override
  public boolean isRequestComplete() {
    return request.isEnded();
  }

  @Override
  public boolean isHeadWritten() {
    return response.headWritten();
  }

  @Override
  public boolean isAnswered() {
    return isEnding || response.ended(); // with trailers Vert.x does not say that it has ended
  }

  @Override
  public boolean isClosed() {
    return response.closed();
  }

  @Override
  public boolean isStalled() {
    return !isAnswered() && response.writeQueueFull();
  }

  @Override
  public int status() {
    return response.getStatusCode();
  }

  @Override
  public long received() {
    return request.bytesRead() + tunnelledIn;
  }

  @Override
  public long sent() {
    return response.bytesWritten() + tunnelledOut;
  }

  /** Vert.x does not say. */
  @Override
  public long waiting() {
    return 0;
  }

  @Override
  public void holdBody() {
    request.pause();
  }

  /** Looks at what has come, and from now on at what comes. */
  @Override
  public void look(BodyStart start) {
    looking = start;
    request.handler(piece -> lookInto(start, piece));
    request.endHandler(v -> {
      start.end();
      endLook();
    });
    request.resume();
  }

  private void lookInto(BodyStart start, Buffer piece) {
    looked.appendBuffer(piece);
    int length = Math.min(start.room(), piece.length());
    start.add(ByteBuffer.wrap(piece.getBytes(0, length)));
    if (start.isSettled()) {
      endLook();
    }
  }

  @Override
  public void endLook() {
    if (looking != null) {
      looking = null;
      request.pause();
      exchange.looked();
    }
  }

  /** Returns what was looked at of the body and goes to the server first; empty: nothing. To be called once. */
  Buffer takeLooked() {
    Buffer taken = looked;
    looked = Buffer.buffer();
    return taken;
  }

  @Override
  public void forward(OutboundRequest server, String target, RequestPlan plan) {
    server.send(this, target, plan);
  }

  @Override
  public void discardRest() {
    request.handler(null);
    request.endHandler(null);
    request.resume();
  }

  @Override
  public void refuseRest() {
    if (request.version() == HttpVersion.HTTP_2) {
      response.reset(HTTP2_CANCEL);
    } else {
      Connections.closeNow(request.connection());
    }
  }

  @Override
  public void answer(Answer answer) {
    isEnding = true;
    looking = null;
    response.headers().clear();
    setStatus(answer.status(), HttpResponseStatus.valueOf(answer.status()).reasonPhrase());
    endConnection();
    String name = answer.name();
    String value = answer.value();
    if (name != null && value != null) {
      response.putHeader(name, value);
    }
    String text = answer.text();
    if (text == null || request.method().equals(HttpMethod.HEAD)) {
      response.end();
    } else {
      response.putHeader(HttpHeaders.CONTENT_TYPE, TEXT).end(text);
    }
  }

  @Override
  public void relay(OutboundRequest server, ResponsePlan plan) {
    endConnection();
    ResponseRelay begun = new ResponseRelay(this, server, plan);
    begun.begin();
    relay = begun;
  }

  @Override
  public void finish(@Nullable HeaderPlan trailers) {
    if (relay != null) {
      relay.finish(trailers);
    }
  }

  @Override
  public void tunnel(OutboundRequest server, HeaderPlan plan) {
    Tunnel.open(this, server, plan);
  }

  /** Has the answer say that the connection ends, if it does, and end it. */
  private void endConnection() {
    if (connection.isEnding() && request.version() != HttpVersion.HTTP_2) {
      response.headersEndHandler(
          v -> response.headers().set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE));
      Connections.endBehind(request.connection());
    }
  }

  /** Notes that the connection became a tunnel; {@code close} closes both ends. Returns whether it is to end soon. */
  boolean becameTunnel(Runnable close) {
    tunnel = close;
    exchange.tunnelling();
    return connection.becameTunnel();
  }

  /** Counts bytes that the client has sent through the tunnel. */
  void tunnelledIn(int bytes) {
    tunnelledIn += bytes;
  }

  /** Counts bytes that were sent to the client through the tunnel. */
  void tunnelledOut(int bytes) {
    tunnelledOut += bytes;
  }

  @Override
  public void cut() {
    if (tunnel != null) {
      tunnel.run();
    } else if (request.version() == HttpVersion.HTTP_2) {
      response.reset(HTTP2_INTERNAL_ERROR);
    } else if (request.version() == HttpVersion.HTTP_1_0) {
      Connections.resetNow(request.connection());
    } else {
      Connections.closeNow(request.connection());
    }
  }

  /** Notes that what is written next ends the answer. */
  void ending() {
    isEnding = true;
  }

  /**
   * Sets the status of the answer, and its phrase if it is not the usual one. A 304 keeps the usual one: with another Vert.x
   * would add a Content-Length.
   */
  void setStatus(int status, @Nullable String phrase) {
    response.setStatusCode(status);
    if (phrase != null && status != NOT_MODIFIED && !phrase.equals(response.getStatusMessage())) {
      response.setStatusMessage(phrase);
    }
  }
}
