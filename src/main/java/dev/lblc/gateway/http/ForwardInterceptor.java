package dev.lblc.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.ext.web.WebServerRequest;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyRequest;
import io.vertx.httpproxy.ProxyResponse;

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
    if (RequestHead.isEmptyOverHttp2(exchange.request())) {
      request.setBody(null); // else the proxy would announce a chunked one
      exchange.request().resume();
    }
    return send(context, exchange);
  }

  private static Future<ProxyResponse> send(ProxyContext context, Exchange exchange) {
    ProxyRequest request = context.request();
    return context.sendRequest().map(ForwardInterceptor::withoutHeaders).recover(cause -> {
      if (exchange.answer() != null) {
        // The proxy stumbled over a header of the response, which the relay has no use for.
        return Future.succeededFuture(request.response());
      }
      if (exchange.isOver()) {
        // What was under way was given up with it.
        return Future.succeededFuture(request.response());
      }
      Failure failure = UpstreamFailure.of(cause);
      if (failure == Failure.CLOSED_EARLY && exchange.mayResend()) {
        request.setBody(null);
        return send(context, exchange);
      }
      exchange.fail(failure);
      exchange.dropUpstream();
      return Future.succeededFuture(request.response());
    });
  }

  @Override
  public Future<Void> handleProxyResponse(ProxyContext context) {
    Exchange exchange = exchange(context);
    HttpClientResponse answer = exchange.answer();
    if (answer != null) {
      return ResponseRelay.send(exchange, answer);
    }
    Failure failure = exchange.failure();
    exchange.abort(failure == null ? Failure.INTERNAL : failure);
    return Future.succeededFuture();
  }

  /** The relay reads the headers as they came; those copied for the proxy's own way of sending would only be checked by it. */
  private static ProxyResponse withoutHeaders(ProxyResponse response) {
    response.headers().clear();
    return response;
  }
}
