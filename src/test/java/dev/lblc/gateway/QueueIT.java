package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.plugin.QueueStatus;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests and connections that wait because all servers have as many as they may have. */
@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
final class QueueIT {
  private static final int CANCEL = 8;

  private final TestGateway gateway;
  private final Engine engine;
  private final int crowd;
  private final BlockingQueue<HttpServerRequest> held = new LinkedBlockingQueue<>();

  QueueIT(Engine engine) {
    gateway = new TestGateway(engine);
    this.engine = engine;
    crowd = engine == Engine.LANE ? 1_000 : 200;
  }

  @AfterEach
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
  }

  @Test
  void requests_beyondMax_waitInOrder_leaveWithTheirClients_andAreRefusedBeyondLength()
      throws Exception {
    start(1, new JsonObject().put("length", 3).put("timeout", "60s"), gateway.http(held::add));
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        RawClient client = new RawClient(gateway.port());
        clients.add(client.send(get("/models/" + i)));
        int waiting = i;
        Eventually.holds("it waits", () -> held.size() == 1 && queue().length() == waiting);
      }
      String refused = RawClient.get(gateway.port(), "/models/4");
      assertThat(refused)
          .startsWith("HTTP/1.1 503 ")
          .containsIgnoringCase("\r\nretry-after: 1\r\n")
          .contains("too many requests wait for a server");
      clients.get(2).close();
      Eventually.holds("it has left", () -> queue().length() == 2);
      for (int next : new int[] {0, 1, 3}) {
        HttpServerRequest request =
            Objects.requireNonNull(held.poll(10, TimeUnit.SECONDS), "the next one");
        assertThat(request.path()).isEqualTo("/models/" + next);
        assertThat(held).as("one at a time").isEmpty();
        request.response().end("answer " + next);
        assertThat(clients.get(next).response()).endsWith("answer " + next);
      }
      assertThat(queue())
          .extracting(QueueStatus::length, QueueStatus::full, QueueStatus::left)
          .containsExactly(0, 1L, 1L);
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void request_thatWaitsForTooLong_isRefused_andOneWithABodyIsSentWhole() throws Exception {
    start(1, new JsonObject().put("length", 3).put("timeout", "300ms"), gateway.http(request -> {
      if (request.path().endsWith("/held")) {
        held.add(request);
      } else {
        request.body().onSuccess(body -> request.response().end(String.valueOf(body.length())));
      }
    }));
    try (RawClient first = new RawClient(gateway.port())) {
      first.send(get("/models/held"));
      HttpServerRequest request = Objects.requireNonNull(held.poll(10, TimeUnit.SECONDS));
      assertThat(RawClient.get(gateway.port(), "/models/late"))
          .startsWith("HTTP/1.1 503 ")
          .contains("no server had room in time");
      String body = "b".repeat(100_000);
      try (RawClient second = new RawClient(gateway.port())) {
        second.send(
            RawClient.head("POST /models/body HTTP/1.1", "Host: h", "Content-Length: 100000"));
        second.send(body.substring(0, 50_000));
        Eventually.holds("it waits", () -> queue().length() == 1);
        request.response().end("first");
        second.send(body.substring(50_000));
        assertThat(second.response()).endsWith("100000");
      }
      assertThat(first.response()).endsWith("first");
    }
  }

  @Test
  void client_thatLeavesWhileItsRequestWaits_givesItsPlaceUp_whateverItHasSent() throws Exception {
    start(1, new JsonObject().put("length", 10).put("timeout", "60s"), gateway.http(held::add));
    List<RawClient> gone = new ArrayList<>();
    try (RawClient first = new RawClient(gateway.port())) {
      first.send(get("/models/first"));
      HttpServerRequest request = Objects.requireNonNull(held.poll(10, TimeUnit.SECONDS));
      List<String> sent = List.of(
          get("/models/0"),
          RawClient.head("POST /models/1 HTTP/1.1", "Host: h", "Content-Length: 4") + "body",
          RawClient.head("POST /models/2 HTTP/1.1", "Host: h", "Content-Length: 4") + "bo",
          RawClient.head("POST /models/3 HTTP/1.1", "Host: h", "Transfer-Encoding: chunked")
              + "4\r\nbody\r\n0\r\n\r\n",
          get("/models/4") + get("/models/5"));
      for (String each : sent) {
        gone.add(new RawClient(gateway.port()).send(each));
      }
      Eventually.passes(
          "all wait",
          Duration.ofSeconds(20),
          () -> assertThat(queue().length()).isEqualTo(sent.size()));
      for (RawClient client : gone) {
        client.close();
      }
      Eventually.holds("all have left", () -> {
        gateway.later.addAndGet(TimeUnit.MILLISECONDS.toNanos(20)); // some could still read
        return queue().left() == sent.size();
      });
      assertThat(queue().length()).isZero();
      request.response().end("first");
      assertThat(first.response()).endsWith("first");
      assertThat(held).as("what the servers got of those who left").isEmpty();
    } finally {
      for (RawClient client : gone) {
        client.close();
      }
    }
  }

  @Test
  void stream_thatIsResetWhileItWaits_givesItsPlaceUp() throws Exception {
    start(1, new JsonObject().put("length", 10).put("timeout", "60s"), gateway.http(held::add));
    assumeTrue(engine == Engine.LANE, "the other one speaks HTTP/2 with TLS alone");
    try (FrameClient client = FrameClient.begun(gateway.port(), 65_535)) {
      client.get(1, "/models/0");
      Eventually.holds("it is served", () -> held.size() == 1);
      client.get(3, "/models/1");
      client.post(5, "/models/2");
      client.frame(FrameClient.DATA, 0, 5, new byte[] {1, 2, 3});
      Eventually.holds("the others wait", () -> queue().length() == 2);
      client.frame(FrameClient.RST_STREAM, 0, 3, FrameClient.four(CANCEL));
      client.frame(FrameClient.RST_STREAM, 0, 5, FrameClient.four(CANCEL));
      Eventually.holds("both have left", () -> queue().left() == 2);
      Objects.requireNonNull(held.poll()).response().end("first");
      client.await("the end of the answer", frame -> frame.stream() == 1 && frame.isEnd());
      assertThat(client.data(1)).isEqualTo("first");
      assertThat(held).as("what the server got of the others").isEmpty();
    }
  }

  @Test
  void stream_thatWaits_maySendLittle_untilItIsServed() throws Exception {
    start(1, new JsonObject().put("length", 100).put("timeout", "60s"), gateway.http(held::add));
    assumeTrue(engine == Engine.LANE, "the other one speaks HTTP/2 with TLS alone");
    int waiting = 99; // with the one that is served, as many as a client may have
    byte[] window = new byte[65_535];
    try (FrameClient client = FrameClient.begun(gateway.port(), 65_535)) {
      client.post(1, "/models/0");
      Eventually.holds("it is served", () -> held.size() == 1);
      for (int i = 1; i <= waiting; i++) {
        client.post(2 * i + 1, "/models/" + i);
        client.data(2 * i + 1, 0, window);
      }
      Eventually.holds("the others wait", () -> queue().length() == waiting);
      CompletionStage<Buffer> body = Objects.requireNonNull(held.poll()).body().toCompletionStage();
      client.data(1, 0, new byte[10]);
      client.await("room for more of a body that is served", room(1));
      client.data(1, FrameClient.END_STREAM, new byte[1_000_000]);
      assertThat(body.toCompletableFuture().get(10, TimeUnit.SECONDS).length())
          .isEqualTo(1_000_010);
      assertThat(queue().length()).isEqualTo(waiting);
      client.frame(FrameClient.RST_STREAM, 0, 1, FrameClient.four(CANCEL));
      client.await("room for more of the next", room(3));
    }
  }

  private static Predicate<FrameClient.Frame> room(int stream) {
    return frame -> frame.type() == FrameClient.WINDOW_UPDATE && frame.stream() == stream;
  }

  @Test
  void upload_besideAsManyThatWaitAsMayBe_isTakenWhole_andThenTheirs() throws Exception {
    int waiting = 99;
    int large = 12_000_000; // more than all streams may have on their way
    int small = 100_000; // more than may come before there is a server
    gateway.listener(new JsonObject().put("tls", SelfSigned.of("localhost").json()));
    start(
        1, new JsonObject().put("length", waiting).put("timeout", "60s"), gateway.http(request -> {
          held.add(request);
          request.body().onSuccess(body -> request.response().end("" + body.length()));
        }));
    HttpClient client = gateway.http2Client();
    HttpClientRequest first = upload(client, 0).await(20, TimeUnit.SECONDS);
    Future<Buffer> answer = first.response().compose(HttpClientResponse::body);
    first.putHeader("Content-Length", "" + large).write("x").await(20, TimeUnit.SECONDS);
    Eventually.holds("it is served", () -> held.size() == 1);
    List<Future<Buffer>> answers = new ArrayList<>();
    for (int i = 1; i <= waiting; i++) {
      answers.add(upload(client, i)
          .compose(request -> request.send(Buffer.buffer(new byte[small])))
          .compose(HttpClientResponse::body));
    }
    Eventually.holds("the others wait", () -> queue().length() == waiting);
    first.end(Buffer.buffer(new byte[large - 1])).await(20, TimeUnit.SECONDS);
    assertThat(answer.await(20, TimeUnit.SECONDS).toString()).isEqualTo("" + large);
    for (Future<Buffer> other : answers) {
      assertThat(other.await(20, TimeUnit.SECONDS).toString()).isEqualTo("" + small);
    }
  }

  private Future<HttpClientRequest> upload(HttpClient client, int number) {
    return client.request(HttpMethod.POST, gateway.port(), "localhost", "/models/" + number);
  }

  @Test
  void request_whoseOnlyServerClosesItsConnection_isTriedThereAgain_behindThoseWhoWait()
      throws Exception {
    try (RawServer server = new RawServer()) {
      start(1, new JsonObject().put("length", 3).put("timeout", "60s"), server.port());
      try (RawClient first = new RawClient(gateway.port()).send(get("/models/1"));
          RawClient taken = server.accept();
          RawClient second = new RawClient(gateway.port())) {
        assertThat(taken.until("\r\n\r\n")).startsWith("GET /models/1 ");
        second.send(get("/models/2"));
        Eventually.holds("it waits", () -> queue().length() == 1);
        taken.leave();
        for (RawClient client : List.of(second, first)) {
          try (RawClient next = server.accept()) {
            String path = client == first ? "/models/1" : "/models/2";
            assertThat(next.until("\r\n\r\n")).startsWith("GET " + path + " ");
            assertThat(gateway.active("models")).isEqualTo(1);
            next.send(RawClient.head("HTTP/1.1 200 OK", "Content-Length: 0", "Connection: close"));
            assertThat(client.response()).startsWith("HTTP/1.1 200 ");
          }
        }
      }
    }
  }

  /** Each server counts its own: what the gateway thinks does not matter. */
  @Test
  void crowd_onTwoServers_neverExceedsTheirMax_andIsServedOrHasLeft() throws Exception {
    AtomicInteger most = new AtomicInteger();
    AtomicInteger served = new AtomicInteger();
    AtomicBoolean isOpen = new AtomicBoolean();
    List<Runnable> begun = new CopyOnWriteArrayList<>();
    int[] ports = new int[2];
    for (int i = 0; i < ports.length; i++) {
      AtomicInteger own = new AtomicInteger();
      ports[i] = gateway.http(request -> {
        most.accumulateAndGet(own.incrementAndGet(), Math::max);
        Runnable end = () -> Vertx.currentContext().owner().setTimer(1, timer -> {
          own.decrementAndGet();
          served.incrementAndGet();
          request.response().end();
        });
        Context context = Vertx.currentContext();
        if (isOpen.get()) {
          end.run();
        } else {
          begun.add(() -> context.runOnContext(v -> end.run()));
        }
      });
    }
    start(
        5,
        new JsonObject().put("length", crowd - 10).put("timeout", "60s").put("homeWait", "0s"),
        ports);
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < crowd; i++) {
        clients.add(new RawClient(gateway.port()).send(get("/models/" + i % 9)));
      }
      Eventually.holds(
          "all but ten wait", () -> begun.size() == 10 && queue().length() == crowd - 10);
      assertThat(RawClient.get(gateway.port(), "/models/0")).startsWith("HTTP/1.1 503 ");
      for (RawClient client : clients.subList(100, 200)) {
        client.close();
      }
      Eventually.holds("some have left", () -> queue().left() == 100);
      isOpen.set(true);
      begun.forEach(Runnable::run);
      clients.subList(100, 200).clear();
      for (RawClient client : clients) {
        assertThat(client.response()).startsWith("HTTP/1.1 200 ");
      }
      assertThat(most).hasValue(5);
      assertThat(served).hasValue(crowd - 100);
      assertThat(queue())
          .extracting(QueueStatus::length, QueueStatus::full, QueueStatus::timeouts)
          .containsExactly(0, 1L, 0L);
      // Of the first ten, too, one may have waited for its home before it went to the other server.
      assertThat(queue().counts().stream().mapToLong(Long::longValue).sum())
          .isBetween(crowd - 110L, crowd - 100L);
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void connection_beyondMax_waits_andIsRelayedWhole() throws Exception {
    int echo = gateway.tcp(socket -> socket.handler(socket::write));
    gateway
        .listener(new JsonObject().put("name", "edge").put("protocol", "tcp"))
        .route(ConfigJson.route("models", "{local.ip}").put("listener", "edge"));
    schedule(
        1, new JsonObject().put("length", 1).put("timeout", "60s").put("homeWait", "60s"), echo);
    gateway.start();
    int port = gateway.gateway().port("edge");
    RawClient first = new RawClient(port);
    assertThat(first.isEchoed()).isTrue();
    try (RawClient second = new RawClient(port)) {
      second.send("later\n");
      Eventually.holds("it waits", () -> queue().length() == 1);
      try (RawClient third = new RawClient(port)) {
        assertThat(third.rest()).isEqualTo("<reset>");
      }
      first.close();
      assertThat(second.until("\n")).isEqualTo("later\n");
    } finally {
      first.close();
    }
  }

  @Test
  void connection_whoseClientLeavesWhileItWaits_givesItsPlaceUp() throws Exception {
    int echo = gateway.tcp(socket -> socket.handler(socket::write));
    gateway
        .listener(new JsonObject().put("name", "edge").put("protocol", "tcp"))
        .route(ConfigJson.route("models", "{local.ip}").put("listener", "edge"))
        .listener(new JsonObject()
            .put("name", "secure")
            .put("protocol", "tcp")
            .put("tls", SelfSigned.of("localhost").json()))
        .route(ConfigJson.route("models", "{local.ip}").put("listener", "secure"));
    schedule(1, new JsonObject().put("length", 5).put("timeout", "60s"), echo);
    gateway.start();
    int port = gateway.gateway().port("edge");
    try (RawClient first = new RawClient(port)) {
      assertThat(first.isEchoed()).isTrue();
      RawClient silent = new RawClient(port);
      RawClient broken = new RawClient(port).send("some");
      try (RawClient half = new RawClient(port).send("all");
          Socket beneath =
              new Socket(InetAddress.getLoopbackAddress(), gateway.gateway().port("secure"));
          RawClient secure = new RawClient(TrustsAll.context()
              .getSocketFactory()
              .createSocket(beneath, "localhost", beneath.getPort(), true))) {
        secure.send("some");
        Eventually.holds("they wait", () -> queue().length() == 4);
        beneath.shutdownOutput();
        half.endOutput();
        silent.close();
        broken.reset();
        Eventually.holds("they have left", () -> queue().left() == 3);
        assertThat(queue().length()).as("one that may want its answer").isEqualTo(1);
        first.leave();
        assertThat(half.rest()).isEqualTo("all");
      }
    }
  }

  @Test
  void crowdOfConnections_onTwoServers_neverExceedsTheirMax() throws Exception {
    AtomicInteger most = new AtomicInteger();
    int[] ports = new int[2];
    for (int i = 0; i < ports.length; i++) {
      AtomicInteger own = new AtomicInteger();
      ports[i] = gateway.tcp(socket -> {
        most.accumulateAndGet(own.incrementAndGet(), Math::max);
        socket.handler(data -> {
          own.decrementAndGet();
          socket.write(data);
          socket.end();
        });
      });
    }
    gateway
        .listener(new JsonObject().put("name", "edge").put("protocol", "tcp"))
        .route(ConfigJson.route("models", "{local.ip}").put("listener", "edge"));
    schedule(
        5, new JsonObject().put("length", 190).put("timeout", "60s").put("homeWait", "0s"), ports);
    gateway.start();
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        clients.add(new RawClient(gateway.gateway().port("edge")));
      }
      Eventually.holds("all but ten wait", () -> queue().length() == 190);
      for (RawClient client : clients) {
        client.send("x");
      }
      for (RawClient client : clients) {
        assertThat(client.exactly(1)).isEqualTo("x");
        client.close();
      }
      assertThat(most).hasValue(5);
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  private void start(int max, JsonObject queue, int... ports) throws Exception {
    schedule(max, queue, ports);
    gateway.route("models", new JsonObject()).start();
  }

  private void schedule(int max, JsonObject queue, int... ports) {
    JsonArray servers = new JsonArray();
    for (int port : ports) {
      servers.add(new JsonObject()
          .put("id", "s" + servers.size())
          .put("host", "127.0.0.1")
          .put("port", port)
          .put("max", max));
    }
    gateway.service("models", new JsonObject().put("queue", queue).put("servers", servers));
  }

  private QueueStatus queue() {
    return Objects.requireNonNull(gateway.scheduled("models").status().queue());
  }

  private static String get(String path) {
    return RawClient.head("GET " + path + " HTTP/1.1", "Host: h");
  }
}
