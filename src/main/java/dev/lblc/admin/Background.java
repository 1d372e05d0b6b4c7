package dev.lblc.admin;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Answers whose text grows with the number of servers. A worker thread makes them: with thousands of servers that takes tenths of a
 * second, and the event loop of the admin port carries traffic, too. One is made at a time, however many ask, and none for a client that
 * has left while it waited.
 */
final class Background {
  private Background() {}

  /**
   * Returns an endpoint.
   *
   * @param text is called on a worker thread
   * @param answer is called with it on the event loop of the request
   */
  static Consumer<AdminRequest> endpoint(
      Callable<String> text, BiConsumer<HttpServerResponse, Buffer> answer) {
    return request -> answer(request, text, answer);
  }

  /** Answers one request, as of {@link #endpoint}; what {@code text} throws is the answer. */
  static void answer(
      AdminRequest request, Callable<String> text, BiConsumer<HttpServerResponse, Buffer> answer) {
    Context context = Objects.requireNonNull(Vertx.currentContext(), "on an event loop");
    HttpServerResponse response = request.response();
    Callable<Buffer> work = () -> response.closed() ? Buffer.buffer() : Buffer.buffer(text.call());
    context.executeBlocking(work, true).onComplete(made -> {
      if (made.succeeded()) {
        answer.accept(response, made.result());
      } else {
        Answering.fail(request.http(), made.cause());
      }
    });
  }
}
