package dev.lblc.gateway.http.lane;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;

final class PipelineCheckTest {
  @Test
  void pipeline_ofThisVertx_isAsExpected() {
    Vertx vertx = Vertx.vertx();
    Promise<Void> outcome = Promise.promise();
    vertx.runOnContext(v -> PipelineCheck.run(vertx).onComplete(outcome));
    Future<Void> checked = outcome.future();
    assertThatCode(() -> checked.await(10, SECONDS)).doesNotThrowAnyException();
    assertThatCode(() -> vertx.close().await(10, SECONDS)).doesNotThrowAnyException();
  }
}
