package dev.lblc.gateway.http.lane;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetClient;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The check at start whether this version of Vert.x builds its pipeline as the lane expects: a server on the loopback interface
 * that accepts one connection. Of a listener's options it has those that add handlers.
 */
public final class PipelineCheck {
  private static final Logger LOG = LoggerFactory.getLogger(PipelineCheck.class);
  private static final String LOOPBACK = "127.0.0.1";
  private static final int PATIENCE_SECONDS = 10;

  private PipelineCheck() {}

  /** Runs the check, and logs it if the lane cannot work. The future does not fail. */
  public static Future<Boolean> isPassed(Vertx vertx) {
    return run(vertx).map(true).otherwise(cause -> {
      log(cause);
      return false;
    });
  }

  /** Logs why the lane is not used. A start that took too long says nothing about Vert.x. */
  static void log(Throwable cause) {
    if (cause instanceof TimeoutException) {
      LOG.warn(
          "the check of the engine lane took longer than {} s, as on a machine with too much load: all requests take the slower"
              + " engine until the gateway is started again",
          PATIENCE_SECONDS);
    } else {
      LOG.warn(
          "this version of Vert.x does not read HTTP as expected: all requests take the slower engine",
          cause);
    }
  }

  /** Runs the check. The future fails if the pipeline is another, or nothing could be found out. */
  static Future<Void> run(Vertx vertx) {
    Promise<Void> outcome = Promise.promise();
    HttpServer server = vertx
        .createHttpServer(new HttpServerOptions()
            .setHttp2ClearTextEnabled(false)
            .setPerFrameWebSocketCompressionSupported(false)
            .setPerMessageWebSocketCompressionSupported(false))
        .connectionHandler(connection -> judge(connection, outcome))
        .requestHandler(request -> request.connection().close());
    NetClient client = vertx.createNetClient();
    server
        .listen(0, LOOPBACK)
        .compose(listening -> client.connect(listening.actualPort(), LOOPBACK))
        .onFailure(outcome::tryFail);
    return outcome
        .future()
        .timeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .eventually(() -> Future.join(client.close(), server.close()));
  }

  private static void judge(HttpConnection connection, Promise<Void> outcome) {
    try {
      VertxPipeline.check(connection);
      outcome.tryComplete();
    } catch (RuntimeException e) {
      outcome.tryFail(e);
    }
  }
}
