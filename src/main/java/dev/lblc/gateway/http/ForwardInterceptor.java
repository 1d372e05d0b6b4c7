package dev.lblc.gateway.http;

import io.netty.handler.codec.PrematureChannelClosureException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import io.vertx.ext.web.WebServerRequest;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyRequest;
import io.vertx.httpproxy.ProxyResponse;
import java.io.IOException;

/**
 * What the gateway adds to the stock proxy. The proxy copies the request, asks for a connection and pumps the body; here
 * its head is edited before, and the response, or what stands for it after a failure, is sent by {@link ResponseRelay}.
 */
final class ForwardInterceptor implements ProxyInterceptor {

  /** The exchange that a proxied request belongs to. */
  static Exchange exchange(ProxyContext context) {
    return ((WebServerRequest) context.request().proxiedRequest())
        .routingContext()
        .get(Exchange.KEY);
  }

  @Override
  public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
    Exchange exchange = exchange(context);
    ProxyRequest request = context.request();
    RequestHead.edit(request.headers(), exchange);
    request.setURI(RequestHead.target(exchange));
    return context.sendRequest().map(ForwardInterceptor::withoutHeaders).recover(cause -> {
      exchange.fail(failureOf(cause));
      exchange.dropUpstream();
      return Future.succeededFuture(request.response());
    });
  }

  @Override
  public Future<Void> handleProxyResponse(ProxyContext context) {
    Exchange exchange = exchange(context);
    Failure failure = exchange.failure();
    if (failure != null) {
      exchange.abort(failure);
      return Future.succeededFuture();
    }
    return ResponseRelay.send(exchange, context.response().proxiedResponse());
  }

  /** The relay reads the headers as they came; those copied for the proxy's own way of sending would only be checked by it. */
  private static ProxyResponse withoutHeaders(ProxyResponse response) {
    response.headers().clear();
    return response;
  }

  /** What it means that no response head came. */
  static Failure failureOf(Throwable cause) {
    if (cause instanceof FailureException known) {
      return known.failure();
    }
    return cause instanceof HttpClosedException
            || cause instanceof StreamResetException
            || cause instanceof PrematureChannelClosureException
            || cause instanceof IOException
        ? Failure.CLOSED_EARLY
        : Failure.BAD_ANSWER;
  }
}
