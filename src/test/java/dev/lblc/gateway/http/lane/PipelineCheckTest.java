package dev.lblc.gateway.http.lane;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.lblc.testing.ExpectedLog;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class PipelineCheckTest {
  @Test
  @ExpectedLog(
      "WARN PipelineCheck: the check of the engine lane took longer than 10 s.*started again$")
  void log_ofATimeout_doesNotBlameVertx() {
    PipelineCheck.log(new TimeoutException());
  }

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
