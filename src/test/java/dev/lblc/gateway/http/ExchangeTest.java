package dev.lblc.gateway.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.route.HttpRoutes;
import dev.lblc.gateway.route.Route;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.LblcVerticle;
import dev.lblc.plugin.Strategies;
import dev.lblc.scheduler.Server;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An exchange between sides that the test plays. */
final class ExchangeTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final String FAILED =
      "ERROR .*Exchange: a request failed in the gateway.*IllegalStateException: tested";

  private static GatewayConfig config;

  private final LblcService service = Lblc.of(VERTX).service("one");
  private final Pool pool = new Pool();
  private final Client client = new Client();
  private Exchange<Connection> exchange;

  @BeforeAll
  static void start() throws Exception {
    JsonArray servers = new JsonArray()
        .add(new JsonObject().put("id", "a").put("host", "127.0.0.1").put("port", 9));
    JsonObject services = new JsonObject()
        .put("one", new JsonObject().put("strategy", "lblc").put("servers", servers));
    JsonObject all = new JsonObject()
        .put("listeners", new JsonArray().add(ConfigJson.listener("127.0.0.1", 0)))
        .put("routes", new JsonArray().add(ConfigJson.route("one")))
        .put("services", services);
    config = ConfigReader.readText("test", all.encode(), Strategies.ofClassPath(), Map.of());
    VERTX
        .deployVerticle(
            new LblcVerticle(),
            new DeploymentOptions().setConfig(new JsonObject().put("services", services)))
        .await(10, SECONDS);
  }

  @AfterAll
  static void stop() throws Exception {
    VERTX.close().await(10, SECONDS);
  }

  @BeforeEach
  void begin() {
    HttpRoutes routes = HttpRoutes.compile(
        config.httpListeners().get(0), Map.of(), Lblc.of(VERTX)::service, new ExchangeEnds()::of);
    exchange = new Exchange<>(
        client, new ExchangeContext<>(pool, new DeadlineRing(), System::nanoTime), routes);
    exchange.begin();
    assertThat(pool.attempts).hasSize(1);
    assertThat(active()).isEqualTo(1);
  }

  @AfterEach
  void nothingCountsAnyMore() {
    assertThat(active()).isZero();
    assertThat(service.status().doubleReleases()).isZero();
  }

  private int active() {
    return service.status().servers().get(0).active().local();
  }

  /** The pool calls from where nobody handles what is thrown. */
  @Test
  @ExpectedLog(FAILED)
  void connection_onWhichTheRequestCannotBeSent_endsTheExchange() {
    Connection connection = new Connection();
    client.isFailing = true;
    pool.attempts.get(0).connected(connection);
    assertThat(client.answers).extracting(Answer::status).containsExactly(500);
    assertThat(connection.isClosed).isTrue();
    assertThat(exchange.isOver()).isTrue();
  }

  @Test
  void attempt_thatWaitsWhenTheClientLeaves_givesItsPlaceUp() {
    AtomicInteger left = new AtomicInteger();
    pool.attempts.get(0).waits(left::incrementAndGet);
    exchange.clientGone();
    assertThat(left).hasValue(1);
  }

  @Test
  void attempt_thatWaitsForTooLong_givesItsPlaceUp() {
    AtomicInteger left = new AtomicInteger();
    pool.attempts.get(0).waits(left::incrementAndGet);
    exchange.abort(Failure.CONNECT_TIMEOUT);
    assertThat(left).hasValue(1);
    assertThat(client.answers).extracting(Answer::status).containsExactly(504);
  }

  /** Keeps the attempts instead of making them. */
  private static final class Pool implements Upstreams<Connection> {
    final List<Attempt<Connection>> attempts = new ArrayList<>();

    @Override
    public void connect(Server to, Route by, boolean isFresh, Attempt<Connection> attempt) {
      attempts.add(attempt);
    }
  }

  private static final class Connection implements ServerSide {
    boolean isClosed;

    @Override
    public boolean isReused() {
      return false;
    }

    @Override
    public boolean isUntouched() {
      return true;
    }

    @Override
    public boolean isStalled() {
      return false;
    }

    @Override
    public long waiting() {
      return 0;
    }

    @Override
    public void giveBack() {}

    @Override
    public void close() {
      isClosed = true;
    }
  }

  /** A client whose request is complete; it throws what it is asked to send on. */
  private final class Client implements ClientSide<Connection> {
    final List<Answer> answers = new ArrayList<>();
    boolean isFailing;
    boolean isCut;

    @Override
    public RequestHead head() {
      return new StatedHead(Protocol.HTTP_1_1, "192.0.2.1").lines(List.of("Host: h"));
    }

    @Override
    public boolean isRequestComplete() {
      return true;
    }

    @Override
    public boolean isHeadWritten() {
      return !answers.isEmpty();
    }

    @Override
    public boolean isAnswered() {
      return !answers.isEmpty();
    }

    @Override
    public boolean isClosed() {
      return isCut;
    }

    @Override
    public boolean isStalled() {
      return false;
    }

    @Override
    public int status() {
      return 0;
    }

    @Override
    public long received() {
      return 0;
    }

    @Override
    public long sent() {
      return 0;
    }

    @Override
    public long waiting() {
      return 0;
    }

    @Override
    public void holdBody() {}

    @Override
    public void forward(Connection server, String target, RequestPlan plan) {
      if (isFailing) {
        throw new IllegalStateException("tested");
      }
    }

    @Override
    public void discardRest() {}

    @Override
    public void refuseRest() {}

    @Override
    public void answer(Answer answer) {
      answers.add(answer);
      exchange.answered();
    }

    @Override
    public void relay(Connection server, ResponsePlan plan) {}

    @Override
    public void finish(@Nullable HeaderPlan trailers) {}

    @Override
    public void tunnel(Connection server, HeaderPlan plan) {}

    @Override
    public void cut() {
      isCut = true;
    }
  }
}
