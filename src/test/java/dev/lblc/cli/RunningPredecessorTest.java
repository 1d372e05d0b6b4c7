package dev.lblc.cli;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.boot.StartException;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A successor's view of predecessors that end, or are something else. */
final class RunningPredecessorTest {
  private static final String ENDED = "WARN RunningPredecessor: .* has ended by itself";

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server = vertx.createHttpServer();
  private RunningPredecessor predecessor;
  private URI base;

  /** What it answers a POST with; empty: it closes its port and the connection. */
  private volatile String answer = "{\"offer\": \"o\"}";

  @BeforeEach
  void start() throws Exception {
    server.requestHandler(this::answer).listen(0, "127.0.0.1").await(10, SECONDS);
    base = URI.create("http://127.0.0.1:" + server.actualPort());
    predecessor = new RunningPredecessor(new AdminClient(base, null));
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  @Test
  @ExpectedLog(ENDED)
  void replace_ofOneThatHasEnded_goesOn() throws Exception {
    predecessor.prepare();
    server.close().await(10, SECONDS);
    predecessor.replace();
  }

  @Test
  @ExpectedLog(ENDED)
  void replace_ofOneThatEndsMeanwhile_goesOn() throws Exception {
    predecessor.prepare();
    answer = "";
    predecessor.replace();
  }

  @Test
  @ExpectedLog(ENDED)
  void prepare_ofOneThatEndsMeanwhile_goesOnWithoutAnOffer() throws Exception {
    answer = "";
    predecessor.prepare();
    predecessor.replace();
  }

  @Test
  void prepare_ofSomethingElse_fails() {
    answer = "{}";
    assertThatThrownBy(predecessor::prepare)
        .isInstanceOf(StartException.class)
        .hasMessage("takeover: " + base + " made no offer");
  }

  private void answer(HttpServerRequest request) {
    if (answer.isEmpty()) {
      server.close();
    } else {
      request.response().end(answer);
    }
  }
}
