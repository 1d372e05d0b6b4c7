package dev.lblc.load;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * An upstream in a process of its own, so that it can be killed: {@code UpstreamMain PORT}. It answers {@code /small…}
 * with 1 KiB at once, and anything else with 64 KiB in 16 pieces a few milliseconds apart. Prints a line when it
 * listens.
 */
public final class UpstreamMain {
  private static final Buffer KIB = Buffer.buffer("x".repeat(1024));
  private static final Buffer PIECE = Buffer.buffer("y".repeat(4096));
  private static final int PIECES = 16;

  private UpstreamMain() {}

  /** Runs until it is killed. */
  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx();
    vertx
        .createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
        .requestHandler(request -> answer(vertx, request))
        .listen(Integer.parseInt(args[0]))
        .onSuccess(server -> System.out.println("listening on " + server.actualPort()))
        .onFailure(failure -> {
          System.out.println("failed: " + failure);
          vertx.close();
        });
  }

  private static void answer(Vertx vertx, HttpServerRequest request) {
    HttpServerResponse response = request.response();
    if (request.path().startsWith("/small") || request.path().equals("/health")) {
      response.end(KIB);
      return;
    }
    response.putHeader("content-length", Integer.toString(PIECES * PIECE.length()));
    int[] sent = {0};
    vertx.setPeriodic(2, timer -> {
      if (response.closed() || response.ended()) {
        vertx.cancelTimer(timer);
      } else if (++sent[0] == PIECES) {
        vertx.cancelTimer(timer);
        response.end(PIECE);
      } else {
        response.write(PIECE);
      }
    });
  }
}
