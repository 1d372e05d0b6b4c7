package dev.lblc.gateway.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.gateway.count.Histogram;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.route.BodyStart;
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
import java.util.Objects;
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
  private final HttpCounts counts = new HttpCounts(1);
  private final DeadlineRing deadlines = new DeadlineRing();
  private long nowNanos = 1;
  private HttpRoutes routes;
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
    routes = HttpRoutes.compile(
        config.httpListeners().get(0),
        Map.of(),
        Lblc.of(VERTX)::service,
        Map.of(),
        service -> counts.of("web", service),
        null);
    exchange = new Exchange<>(
        client,
        new ExchangeContext<>(pool, deadlines, () -> nowNanos, 0, Runnable::run, null),
        routes);
    exchange.begin();
    assertThat(pool.attempts).hasSize(1);
    assertThat(active()).isEqualTo(1);
  }

  @AfterEach
  void nothingCountsAnyMore() {
    exchange.clientGone();
    assertThat(deadlines.size()).isZero();
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

  // --- the next request of the same exchange ---

  @Test
  void next_beforeTheRequestIsOver_isRefused() {
    assertThatThrownBy(() -> exchange.next(routes)).isInstanceOf(IllegalStateException.class);
    client.isComplete = false;
    exchange.abort(Failure.CONNECT_TIMEOUT);
    assertThat(exchange.isOver())
        .as("but the rest of the request has still to come")
        .isTrue();
    assertThatThrownBy(() -> exchange.next(routes)).isInstanceOf(IllegalStateException.class);
    exchange.restDiscarded();
    nextRequest();
    assertThat(exchange.isOver()).isFalse();
  }

  @Test
  void attempt_ofTheRequestBefore_thatIsConnected_isGivenBack() {
    Upstreams.Attempt<Connection> late = beforeNextRequest();
    Connection connection = new Connection();
    late.connected(connection);
    assertThat(connection.isGivenBack).isTrue();
    assertThat(client.forwardedTo).isEmpty();
    Connection own = new Connection();
    pool.attempts.get(1).connected(own);
    assertThat(client.forwardedTo).containsExactly(own);
  }

  @Test
  void attempt_ofTheRequestBefore_thatIsRefused_endsNothing() {
    Upstreams.Attempt<Connection> late = beforeNextRequest();
    late.refused(Failure.CONNECT_FAILED);
    late.refused(Failure.POOL_EXHAUSTED);
    assertThat(exchange.isOver()).isFalse();
    assertThat(client.answers).isEmpty();
    assertThat(pool.attempts).hasSize(2);
    assertThat(active()).isEqualTo(1);
  }

  @Test
  @ExpectedLog("ERROR .*Connecting: an attempt to connect failed.*IllegalStateException: tested")
  void attempt_ofTheRequestBefore_thatFails_endsNothing() {
    Upstreams.Attempt<Connection> late = beforeNextRequest();
    Connection connection = new Connection();
    connection.isFailing = true;
    late.connected(connection);
    assertThat(connection.isClosed).isTrue();
    assertThat(exchange.isOver()).isFalse();
    assertThat(client.answers).isEmpty();
  }

  @Test
  void attempt_ofTheRequestBefore_thatWaits_givesItsPlaceUpAtOnce() {
    AtomicInteger left = new AtomicInteger();
    beforeNextRequest().waits(left::incrementAndGet);
    assertThat(left).hasValue(1);
    exchange.clientGone();
    assertThat(left).hasValue(1);
  }

  @Test
  void callback_ofTheRequestBefore_knowsThatItIsLate() {
    int number = exchange.number();
    assertThat(exchange.isAt(number)).isTrue();
    exchange.abort(Failure.CONNECT_TIMEOUT);
    assertThat(exchange.isAt(number)).isFalse();
    nextRequest();
    assertThat(exchange.isAt(number)).isFalse();
    assertThat(exchange.isAt(exchange.number())).isTrue();
  }

  @Test
  void next_afterAFailure_beginsWithoutIt() {
    beforeNextRequest();
    answerWith(new Connection());
    assertThat(counts.ends())
        .containsEntry(List.of("one", Failure.CONNECT_TIMEOUT.label()), 1L)
        .containsEntry(List.of("one", "answered"), 1L);
    nextRequest();
    exchange.clientGone();
    assertThat(counts.ends()).containsEntry(List.of("one", Failure.CLIENT_GONE.label()), 1L);
  }

  @Test
  void durations_areThoseOfEachRequest() {
    nowNanos += 4_000_000; // until there is a connection
    Connection server = new Connection();
    pool.attempts.get(0).connected(server);
    nowNanos += 20_000_000;
    exchange.responseBegan(new Answered(200));
    nowNanos += 100_000_000;
    exchange.responseEnded(null);
    nextRequest();
    nowNanos += 1_000_000;
    exchange.clientGone();

    Histogram whole = Objects.requireNonNull(counts.durations().get(List.of("one")));
    assertThat(whole.sumSeconds()).isEqualTo(0.125);
    assertThat(whole.count()).isEqualTo(2);
    Histogram upstream = Objects.requireNonNull(counts.upstreamDurations().get(List.of("one")));
    assertThat(upstream.sumSeconds()).isEqualTo(0.02);
    assertThat(upstream.count()).isEqualTo(1);
  }

  @Test
  void retries_areCountedByWhy() {
    Connection kept = new Connection();
    kept.isReused = true;
    pool.attempts.get(0).connected(kept);
    exchange.serverFailed(Failure.CLOSED_EARLY);
    Connection fresh = new Connection();
    pool.attempts.get(1).connected(fresh);
    exchange.serverFailed(Failure.CLOSED_EARLY);
    assertThat(pool.attempts).as("the only server, and once more").hasSize(3);
    assertThat(counts.retries())
        .containsEntry(List.of("one", "stale_connection"), 1L)
        .containsEntry(List.of("one", Failure.CLOSED_EARLY.label()), 1L)
        .containsEntry(List.of("one", Failure.CONNECT_FAILED.label()), 0L);
    answerWith(new Connection());
  }

  /** Of the connection to the server nothing is known from the request before: a new one is closed if the answer is not complete. */
  @Test
  void next_afterAnAnswer_hasNoneYet() {
    Connection first = new Connection();
    answerWith(first);
    assertThat(first.isGivenBack).isTrue();
    nextRequest();
    Connection second = new Connection();
    pool.attempts.get(1).connected(second);
    exchange.abort(Failure.RESPONSE_TIMEOUT);
    assertThat(second.isGivenBack).isFalse();
    assertThat(second.isClosed).isTrue();
  }

  @Test
  void next_afterASlowBody_hasTimeAgain() {
    answerWith(new Connection());
    client.lines = List.of("Host: h", "Content-Length: 1000000");
    client.isComplete = false;
    nextRequest();
    Connection connection = new Connection();
    pool.attempts.get(1).connected(connection);
    trickle(BodyRate.GRACE_SECONDS + BodyRate.WINDOW_SECONDS - 1);
    client.isComplete = true;
    exchange.responseEnded(null);
    client.isComplete = false;
    nextRequest();
    pool.attempts.get(2).connected(new Connection());
    trickle(BodyRate.GRACE_SECONDS);
    assertThat(client.answers).isEmpty();
    trickle(BodyRate.WINDOW_SECONDS + 2);
    assertThat(client.answers).extracting(Answer::status).containsExactly(408);
    exchange.restDiscarded();
  }

  /** Has a few bytes of the body come, second by second. */
  private void trickle(int seconds) {
    for (int i = 0; i < seconds; i++) {
      client.received++;
      nowNanos += SECONDS.toNanos(1);
      deadlines.tick(nowNanos);
    }
  }

  private void answerWith(Connection connection) {
    pool.attempts.get(pool.attempts.size() - 1).connected(connection);
    exchange.responseEnded(null);
    assertThat(exchange.isOver()).isTrue();
  }

  /** Ends the request that waits for a connection, and begins the next; returns the attempt of the first. */
  private Upstreams.Attempt<Connection> beforeNextRequest() {
    exchange.abort(Failure.CONNECT_TIMEOUT);
    nextRequest();
    return pool.attempts.get(0);
  }

  private void nextRequest() {
    client.answers.clear();
    client.isFinished = false;
    exchange.next(routes);
    exchange.begin();
    assertThat(active()).isEqualTo(1);
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
    boolean isGivenBack;
    boolean isFailing;
    boolean isReused;

    @Override
    public boolean isReused() {
      return isReused;
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
    public void giveBack() {
      if (isFailing) {
        throw new IllegalStateException("tested");
      }
      isGivenBack = true;
    }

    @Override
    public void close() {
      isClosed = true;
    }
  }

  /** The head of a server's answer, without fields. */
  private record Answered(int status) implements ResponseHead {
    @Override
    public @Nullable String phrase() {
      return null;
    }

    @Override
    public @Nullable String header(CharSequence name) {
      return null;
    }

    @Override
    public List<String> headers(CharSequence name) {
      return List.of();
    }

    @Override
    public boolean hasHeader(CharSequence name) {
      return false;
    }
  }

  /** A client whose request is complete; it may throw what it is asked to send on. */
  private final class Client implements ClientSide<Connection> {
    final List<Answer> answers = new ArrayList<>();
    final List<Connection> forwardedTo = new ArrayList<>();
    List<String> lines = List.of("Host: h");

    boolean isFailing;
    boolean isComplete = true;
    boolean isFinished;
    boolean isCut;
    long received;

    @Override
    public RequestHead head() {
      return new StatedHead(Protocol.HTTP_1_1, "192.0.2.1").lines(lines);
    }

    @Override
    public boolean isRequestComplete() {
      return isComplete;
    }

    @Override
    public boolean isHeadWritten() {
      return isAnswered();
    }

    @Override
    public boolean isAnswered() {
      return isFinished || !answers.isEmpty();
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
      return received;
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
    public void look(BodyStart start) {}

    @Override
    public void endLook() {
      exchange.looked();
    }

    @Override
    public void forward(Connection server, String target, RequestPlan plan) {
      if (isFailing) {
        throw new IllegalStateException("tested");
      }
      forwardedTo.add(server);
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
    public void finish(@Nullable HeaderPlan trailers) {
      isFinished = true;
      exchange.answered();
    }

    @Override
    public void tunnel(Connection server, HeaderPlan plan) {}

    @Override
    public void cut() {
      isCut = true;
    }
  }
}
