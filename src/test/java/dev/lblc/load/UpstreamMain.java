package dev.lblc.load;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Upstreams in a process of their own, so that it can be killed: {@code UpstreamMain HOST PORT...}. Each answers
 * {@code /large…} with 64 KiB in 16 pieces a few milliseconds apart, {@code /hold…} not at all, {@code /holding} with
 * the number of those, {@code /bytes/N} with N bytes as fast as they are taken, {@code /count} with the number of bytes of the
 * request, {@code /flood} over a WebSocket without end, and anything else with 1 KiB at once; {@value #WHO} says which one it was. Prints a line when all
 * listen.
 */
public final class UpstreamMain {
  /** The header with the port of the upstream that answered. */
  static final String WHO = "upstream";

  private static final Buffer KIB = Buffer.buffer("x".repeat(1024));
  private static final Buffer PIECE = Buffer.buffer("y".repeat(4096));
  private static final Buffer LARGE_PIECE = Buffer.buffer("z".repeat(1 << 16));
  private static final int PIECES = 16;

  private final Vertx vertx;
  private final int port;
  private final AtomicInteger holding = new AtomicInteger();

  private UpstreamMain(Vertx vertx, int port) {
    this.vertx = vertx;
    this.port = port;
  }

  /** Runs until it is killed. */
  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx();
    List<Future<?>> starts = new ArrayList<>();
    for (String port : List.of(args).subList(1, args.length)) {
      UpstreamMain upstream = new UpstreamMain(vertx, Integer.parseInt(port));
      starts.add(vertx
          .createHttpServer(new HttpServerOptions().setHost(args[0]))
          .requestHandler(upstream::answer)
          .listen(upstream.port));
    }
    Future.all(starts)
        .onSuccess(all -> System.out.println("listening on " + List.of(args)))
        .onFailure(failure -> {
          System.out.println("failed: " + failure);
          vertx.close();
        });
  }

  private void answer(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    response.putHeader(WHO, Integer.toString(port));
    String path = request.path();
    if (path.startsWith("/large")) {
      inPieces(response);
    } else if (path.startsWith("/bytes/")) {
      long length = Long.parseLong(path.substring("/bytes/".length()));
      response.putHeader("content-length", Long.toString(length));
      stream(response, length);
    } else if (path.startsWith("/count")) {
      long[] received = {0};
      request.handler(piece -> received[0] += piece.length());
      request.endHandler(v -> response.end(Long.toString(received[0])));
    } else if (path.startsWith("/flood")) {
      request.toWebSocket().onSuccess(UpstreamMain::flood);
    } else if (path.equals("/holding")) {
      response.end(Integer.toString(holding.get()));
    } else if (path.startsWith("/hold")) {
      holding.incrementAndGet();
      response.closeHandler(closed -> holding.decrementAndGet());
    } else {
      response.end(KIB);
    }
  }

  private static void stream(HttpServerResponse response, long length) {
    long left = length;
    while (left > 0 && !response.writeQueueFull()) {
      int size = (int) Math.min(left, LARGE_PIECE.length());
      response.write(LARGE_PIECE.slice(0, size));
      left -= size;
    }
    long rest = left;
    if (rest == 0) {
      response.end();
    } else {
      response.drainHandler(v -> stream(response, rest));
    }
  }

  private static void flood(ServerWebSocket to) {
    while (!to.isClosed() && !to.writeQueueFull()) {
      to.writeBinaryMessage(PIECE);
    }
    to.drainHandler(v -> flood(to));
  }

  private void inPieces(HttpServerResponse response) {
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
