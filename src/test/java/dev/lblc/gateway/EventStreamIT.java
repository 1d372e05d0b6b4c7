package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.config.SocketTransport;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of events: each reaches its client before the server sends the next. */
@ParameterizedClass(name = "engine {0}, transport {1}")
@CsvSource({"LANE, NIO", "LANE, EPOLL", "VERTX, NIO"})
@TestInstance(PER_CLASS)
final class EventStreamIT {
  private static final int EVENTS = 50;
  private static final int LONGEST = 3_000;
  private static final int ROUNDS = 40;

  /** What is nowhere else in an event. */
  private static final String END = "!";

  /** Of half of them; a machine with more to do than it can takes its time for the others. */
  private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  @Parameter(0)
  Engine engine;

  @Parameter(1)
  SocketTransport transport;

  private TestGateway gateway;
  private RawServer server;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    server = new RawServer();
    gateway = new TestGateway(engine, transport);
    gateway
        .service("s", server.port())
        .route("s", new JsonObject())
        .listener(new JsonObject())
        .listener(new JsonObject()
            .put("name", "secure")
            .put("tls", SelfSigned.of("localhost").json()))
        .route(ConfigJson.route("s").put("listener", "secure"))
        .start(1);
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    gateway.stop();
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "web, 1.1, chunked",
    "web, 1.1, close",
    "web, 1.0, chunked",
    "secure, 1.1, chunked",
    "secure, 1.1, close"
  })
  void events_ofAServer_arriveOneByOne(String listener, String version, String framing)
      throws Exception {
    try (RawClient client = client(listener)) {
      client.send("GET /s/events HTTP/" + version
          + "\r\nHost: h\r\nAccept: text/event-stream\r\nAccept-Encoding: gzip\r\n\r\n");
      try (RawClient upstream = server.accept()) {
        begin(upstream, framing);
        assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 200 ".replace("1.1", version));
        long[] took = new long[EVENTS];
        for (int i = 0; i < EVENTS; i++) {
          String event = event(i);
          long start = System.nanoTime();
          upstream.send(framed(event, framing));
          String received = client.until(END);
          took[i] = System.nanoTime() - start;
          assertThat(received.replaceAll("(?:\\r\\n)?[0-9a-f]+\\r\\n", "").strip())
              .isEqualTo(event.strip());
        }
        areSoon(took);
        assertThat(gateway.active("s")).isEqualTo(1);
      }
    }
    gateway.awaitIdle();
  }

  @ParameterizedTest
  @ValueSource(strings = {"chunked", "close"})
  void events_overHttp2_arriveOneByOne(String framing) throws Exception {
    HttpClient client = gateway.http2Client();
    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    var answered = client
        .request(HttpMethod.GET, gateway.gateway().port("secure"), "localhost", "/s/events")
        .compose(request -> request.send())
        .onSuccess(response -> {
          received.add(response.version().name());
          response.handler(data -> received.add(data.toString()));
        });
    try (RawClient upstream = server.accept()) {
      begin(upstream, framing);
      assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("HTTP_2");
      long[] took = new long[EVENTS];
      for (int i = 0; i < EVENTS; i++) {
        String event = event(i);
        long start = System.nanoTime();
        upstream.send(framed(event, framing));
        StringBuilder whole = new StringBuilder();
        while (whole.length() < event.length()) {
          whole.append(received.poll(10, TimeUnit.SECONDS));
        }
        took[i] = System.nanoTime() - start;
        assertThat(whole).hasToString(event);
      }
      areSoon(took);
    }
    assertThat(answered.isComplete()).isTrue();
    client.close().await(10, TimeUnit.SECONDS);
    gateway.awaitIdle();
  }

  /** Within one turn of the gateway's loop it may learn of both ends; the log would tell if it minded. */
  @ParameterizedTest
  @ValueSource(strings = {"1.0", "1.1"})
  void bothEnds_thatLeaveAtOnce_leaveNothing(String version) throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      try (RawClient client = client("web")) {
        client.send("GET /s/events HTTP/" + version + "\r\nHost: h\r\n\r\n");
        try (RawClient upstream = server.accept()) {
          begin(upstream, "chunked");
          upstream.send(framed(event(1), "chunked"));
          client.until(END);
        }
      }
    }
    gateway.awaitIdle();
  }

  private RawClient client(String listener) throws Exception {
    int port = gateway.gateway().port(listener);
    Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
    plain.setTcpNoDelay(true);
    return new RawClient(
        listener.equals("web")
            ? plain
            : TrustsAll.context().getSocketFactory().createSocket(plain, "localhost", port, true));
  }

  private static void begin(RawClient upstream, String framing) throws Exception {
    upstream.socket().setTcpNoDelay(true);
    upstream.until("\r\n\r\n");
    upstream.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        + (framing.equals("chunked") ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n"));
  }

  /** Returns an event of any length: the longest do not fit into a segment. */
  private static String event(int index) {
    return "id: " + index + "\ndata: " + "x".repeat(index * LONGEST / EVENTS) + END + "\n\n";
  }

  private static String framed(String event, String framing) {
    return framing.equals("chunked")
        ? Integer.toHexString(event.length()) + "\r\n" + event + "\r\n"
        : event;
  }

  private static void areSoon(long[] took) {
    Arrays.sort(took);
    assertThat(took[took.length / 2]).isLessThan(SOON_NANOS);
  }
}
