package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.RequestPlan;
import dev.lblc.gateway.http.ServerSide;
import dev.lblc.scheduler.Server;
import dev.lblc.tls.UpstreamTls;
import dev.lblc.tls.UpstreamTlsException;
import dev.lblc.tls.UpstreamTlsFailure;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/** The server's side of an exchange: a request on a connection of a Vert.x client. Confined to its event loop. */
final class OutboundRequest implements ServerSide {
  /** The response's future or its relay reports failures; without this handler Vert.x would log them, too. */
  private static final Handler<Throwable> HANDLED_ELSEWHERE = failure -> {};

  private final HttpClientRequest request;
  private final boolean isReused;
  private final Server server;

  /** The TLS of which the server has not seen the end yet; null: it has, or there is none. */
  private final @Nullable UpstreamTls refusable;

  private @Nullable HttpClientResponse response;
  private boolean isBegun;
  private boolean isHeadSent;
  private boolean isEnded;
  private boolean isDropped;
  private boolean isUpgrade;

  /**
   * Takes over a request of which nothing was sent.
   *
   * @param isReused whether its connection has served another one before
   * @param refusable the TLS that the server may yet refuse; null: it will not
   */
  OutboundRequest(
      HttpClientRequest request, boolean isReused, Server server, @Nullable UpstreamTls refusable) {
    this.request = request;
    this.isReused = isReused;
    this.server = server;
    this.refusable = refusable;
    request.exceptionHandler(HANDLED_ELSEWHERE);
  }

  /** Sends a client's request by the plan. */
  void send(InboundRequest client, String target, RequestPlan plan) {
    HttpServerRequest from = client.request();
    isBegun = true;
    isUpgrade = plan.isUpgrade();
    request.setMethod(from.method()).setURI(target);
    HeaderWriter.write(from.headers(), plan.headers(), request.headers());
    Exchange<OutboundRequest> exchange = client.exchange();
    request
        .response()
        .onComplete(head -> responded(exchange, head), cause -> failed(exchange, cause));
    if (plan.isUpgrade()) {
      // The body of an upgrade request is not forwarded.
      request.connect();
    } else if (from.isEnded() || plan.body() == RequestPlan.Body.NONE) {
      request.setChunked(plan.body() == RequestPlan.Body.CHUNKED);
      Buffer looked = client.takeLooked();
      if (looked.length() == 0) {
        end();
      } else {
        end(looked);
      }
    } else {
      request.setChunked(plan.body() == RequestPlan.Body.CHUNKED);
      new RequestRelay(client, this).begin();
      sendHeadSoon();
    }
  }

  HttpClientRequest request() {
    return request;
  }

  /** Notes whether a part of the answer waits for the client; its connection is not for others until that is delivered. */
  void waiting(boolean isWaiting) {
    Connections.answerWaits(request.connection(), isWaiting);
  }

  /** Returns the response; to be called once its head has come. */
  HttpClientResponse response() {
    HttpClientResponse come = response;
    if (come == null) {
      throw new IllegalStateException("there is no response yet");
    }
    return come;
  }

  /** Returns whether the exchange has dropped this request: later events are ignored. */
  boolean isDropped() {
    return isDropped;
  }

  /** A head whose body is long in coming does not wait for it: the server may refuse at once. */
  private void sendHeadSoon() {
    Vertx.currentContext().runOnContext(v -> {
      if (!isHeadSent && !isDropped) {
        isHeadSent = true;
        request.writeHead();
      }
    });
  }

  /** Sends a piece of the body. */
  void write(Buffer piece) {
    isHeadSent = true;
    request.write(piece);
  }

  /** Ends the request. */
  void end() {
    isHeadSent = true;
    isEnded = true;
    request.end();
  }

  /** Ends the request with this piece of its body. */
  void end(Buffer piece) {
    isHeadSent = true;
    isEnded = true;
    request.end(piece);
  }

  @Override
  public boolean isReused() {
    return isReused;
  }

  @Override
  public boolean isProven() {
    return refusable == null;
  }

  @Override
  public boolean isUntouched() {
    return !isBegun;
  }

  /** Vert.x does not say. */
  @Override
  public long waiting() {
    return 0;
  }

  @Override
  public boolean isStalled() {
    return !isEnded && !isDropped && request.writeQueueFull();
  }

  /** Gives the connection back, unless Vert.x has taken the codec of HTTP from it. */
  @Override
  public void giveBack() {
    if (isUpgrade) {
      close();
      return;
    }
    isDropped = true;
    if (!isBegun) {
      request.reset();
    }
  }

  @Override
  public void close() {
    isDropped = true;
    if (response != null) {
      // Vert.x would keep what it has read and not handed on, and never release it.
      response.handler(null).endHandler(null).resume();
    }
    // A reset alone would give the connection back to the pool in the middle of the request if the
    // response was complete.
    Connections.closeNow(request.connection());
    request.reset();
  }

  private void responded(Exchange<OutboundRequest> exchange, HttpClientResponse head) {
    head.exceptionHandler(HANDLED_ELSEWHERE);
    if (isDropped) {
      return;
    }
    response = head;
    try {
      exchange.responseBegan(new ResponseView(head));
    } catch (RuntimeException e) {
      exchange.crashed(e);
    }
  }

  private void failed(Exchange<OutboundRequest> exchange, Throwable cause) {
    if (isDropped) {
      return;
    }
    if (refusable != null && UpstreamTlsFailure.isLateRefusal(cause)) {
      refusable.failed(server.id(), new UpstreamTlsException(UpstreamTlsFailure.REFUSED, cause));
      exchange.serverFailed(Failure.TLS_REFUSED);
    } else {
      exchange.serverFailed(UpstreamFailure.of(cause));
    }
  }
}
