package dev.lblc.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.plugin.DestinationStatus;
import dev.lblc.testing.Eventually;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Destinations and routes that depend on bodies, and destinations that servers tell.
 *
 * <pre>
 *   /s/...   a header, a field of JSON, a parameter of a form or the first 16 octets
 *   /t/...   the same to a server of HTTP/2, with the engine that speaks it
 *   /m/...   by the model: to a, to b, or to s
 *   /l/...   the session that one of three servers has made; /l/new makes one, /l/fail fails with one
 *   /c/...   a cookie of the gateway's own, to the same three
 * </pre>
 */
@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
@TestInstance(PER_CLASS)
final class BodyKeysIT {
  private static final String BODY =
      "{\"x\": [1, {\"user\": \"no\"}], \"user\": \"u1\", \"y\": \"\u00e4\"}";
  private static final int INSPECT = 4 << 10;

  /** A thousand take a few seconds. */
  private static final int STALLED = Integer.getInteger("lblc.stalled", 200);

  /** Its exchange, its facts and its parser, and the client's end of it. */
  private static final long OF_A_STREAM = 20 << 10;

  private static final long MOST_DIRECT = 1 << 20;

  @Parameter
  Engine engine;

  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger sessions = new AtomicInteger();
  private TestGateway gateway;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    gateway = new TestGateway(engine);
    JsonArray destination = new JsonArray()
        .add("{header:x-key}")
        .add("{json:user}")
        .add("{form:user}")
        .add("{prefix:16}");
    JsonObject byBody = new JsonObject()
        .put("destination", destination)
        .put("limits", new JsonObject().put("body", "1MiB"));
    int port = gateway.http(request -> echo("s", request));
    gateway
        .listener(new JsonObject()
            .put("name", "web")
            .put("accessLog", true)
            .put("timeouts", new JsonObject().put("header", "20s"))
            .put("limits", new JsonObject().put("inspect", "4KiB").put("bodyRate", "0B")))
        .service("s", port)
        .service("a", gateway.http(request -> echo("a", request)))
        .service("b", gateway.http(request -> echo("b", request)))
        .route("s", byBody)
        .route("a", byModel("a").put("destination", destination))
        .route("b", byModel("b").put("limits", new JsonObject().put("body", "100B")))
        .route(new JsonObject()
            .put("listener", "web")
            .put("service", "s")
            .put("match", new JsonObject().put("path", "/m/*"))
            .put("destination", new JsonArray().add("none:{path}")));
    int[] three = {sessions("one"), sessions("two"), sessions("three")};
    gateway
        .service("l", three)
        .service("c", three)
        .route(
            "l",
            new JsonObject()
                .put(
                    "destination",
                    new JsonArray().add("{cookie:SESSION}").add("{header:x-session}"))
                .put(
                    "learn",
                    new JsonArray().add("{set-cookie:SESSION}").add("{response:x-session}")))
        .route(
            "c",
            new JsonObject()
                .put("destination", new JsonArray().add("{header:x-key}"))
                .put("stickyCookie", new JsonObject().put("name", "lblc")));
    if (engine == Engine.LANE) {
      gateway.service("t", new JsonObject().put("http", "2"), port).route("t", byBody);
    }
    gateway.start();
  }

  private static JsonObject byModel(String model) {
    return new JsonObject()
        .put(
            "match",
            new JsonObject().put("path", "/m/*").put("json", new JsonObject().put("model", model)));
  }

  /** A server that makes sessions; returns its port. */
  private int sessions(String name) throws Exception {
    return gateway.http(request -> {
      String what = request.path().substring(3);
      String id = what + sessions.incrementAndGet();
      HttpServerResponse response = request.response().putHeader("X-From", name);
      if (what.equals("new") || what.equals("fail")) {
        response
            .headers()
            .add("Set-Cookie", "other=1")
            .add("Set-Cookie", "SESSION=" + id + "; Path=/; HttpOnly")
            .add("X-Session", "x" + id);
      }
      response.setStatusCode(what.equals("fail") ? 503 : 200).end();
    });
  }

  private void echo(String name, HttpServerRequest request) {
    asked.incrementAndGet();
    request
        .body()
        .onSuccess(body -> request.response().putHeader("X-From", name).end(body));
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    gateway.stop();
  }

  @BeforeEach
  void nothingIsKnown() throws Exception {
    for (String service : services()) {
      gateway.scheduled(service).forgetAll("").await(10, SECONDS);
    }
    asked.set(0);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    gateway.awaitIdle();
  }

  private List<String> services() {
    return engine == Engine.LANE
        ? List.of("s", "a", "b", "l", "c", "t")
        : List.of("s", "a", "b", "l", "c");
  }

  private List<String> destinations(String service) {
    return gateway.scheduled(service).destinations(10, null).stream()
        .map(DestinationStatus::destination)
        .toList();
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String sized(String path, String body, String... fields) {
    return head(path, "Content-Length: " + octets(body).length, fields);
  }

  private static String chunked(String path, String... fields) {
    return head(path, "Transfer-Encoding: chunked", fields);
  }

  private static String head(String path, String framing, String... fields) {
    StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: h\r\n" + framing);
    for (String field : fields) {
      head.append("\r\n").append(field);
    }
    return head + "\r\n\r\n";
  }

  /** The chunks of a body, each of a length. */
  private static byte[] chunks(byte[] body, int length) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int at = 0; at < body.length; at += length) {
      int size = Math.min(length, body.length - at);
      out.writeBytes(octets(Integer.toHexString(size) + ";e=\"v\"\r\n"));
      out.write(body, at, size);
      out.writeBytes(octets("\r\n"));
    }
    out.writeBytes(octets("0\r\nX-Behind: 1\r\n\r\n"));
    return out.toByteArray();
  }

  private List<String> paths() {
    return engine == Engine.LANE ? List.of("s", "t") : List.of("s");
  }

  private static String bodyOf(String response) {
    return new String(
        response.substring(response.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1),
        StandardCharsets.UTF_8);
  }

  private void assertEchoed(RawClient client, String body, String service, String destination)
      throws Exception {
    String response = client.response();
    assertThat(response).startsWith("HTTP/1.1 200");
    assertThat(bodyOf(response)).isEqualTo(body);
    assertThat(destinations(service)).containsExactly(destination);
  }

  // --- keys ---

  @Test
  void key_inABodySplitAtEveryOctet_isFound() throws Exception {
    byte[] body = octets(BODY);
    for (String path : paths()) {
      try (RawClient client = new RawClient(gateway.port())) {
        client.trickle(new byte[0]); // without delay
        for (int split = 1; split < body.length; split++) {
          gateway.scheduled(path).forgetAll("").await(10, SECONDS);
          client.send(sized("/" + path + "/x", BODY)).send(slice(body, 0, split));
          client.send(slice(body, split, body.length));
          assertEchoed(client, BODY, path, "u1");
          byte[] chunks = chunks(body, split);
          gateway.scheduled(path).forgetAll("").await(10, SECONDS);
          client.send(chunked("/" + path + "/x")).send(slice(chunks, 0, split));
          client.send(slice(chunks, split, chunks.length));
          assertEchoed(client, BODY, path, "u1");
        }
      }
    }
  }

  private static byte[] slice(byte[] all, int from, int to) {
    return Arrays.copyOfRange(all, from, to);
  }

  @Test
  void key_inARequestThatComesOctetByOctet_isFound() throws Exception {
    for (String path : paths()) {
      for (int chunk : new int[] {0, 1, 7}) {
        gateway.scheduled(path).forgetAll("").await(10, SECONDS);
        try (RawClient client = new RawClient(gateway.port())) {
          client.trickle(
              octets(chunk == 0 ? sized("/" + path + "/x", BODY) : chunked("/" + path + "/x")));
          client.trickle(chunk == 0 ? octets(BODY) : chunks(octets(BODY), chunk));
          assertEchoed(client, BODY, path, "u1");
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"user\": \"u1\"}         | text/plain                        | u1",
        "a=1&user=u%31&b=2          | application/x-www-form-urlencoded | u1",
        "a=1&user=u1&b=2000         | text/plain                        | a=1&user=u1&b=20",
        "{\"user\": \"u1\", \"us    | application/json                  | {\"user\": \"u1\", \"",
        "{\"user\": 1, \"user\": 2} | application/json                  | {\"user\": 1, \"use",
        "short                      | text/plain                        | short"
      })
  void cascade_goesOnToWhatHasAValue(String body, String type, String destination)
      throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(sized("/s/x", body, "Content-Type: " + type)).send(octets(body));
      assertEchoed(client, body, "s", destination);
    }
  }

  @Test
  void templateBeforeThoseOfTheBody_withAValue_waitsForNoBody() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(sized("/s/x", BODY, "X-Key: k"));
      Eventually.holds("asked", () -> asked.get() == 1);
      client.send(octets(BODY));
      assertEchoed(client, BODY, "s", "k");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Encoding: gzip", "Content-Type: application/grpc+proto"})
  void body_thatCannotBeRead_isNotWaitedFor(String field) throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(sized("/s/x", BODY, field));
      Eventually.holds("asked", () -> asked.get() == 1);
      client.send(octets(BODY));
      assertThat(bodyOf(client.response())).isEqualTo(BODY);
      assertThat(destinations("s")).isEmpty();
    }
  }

  @Test
  void body_longerThanIsLookedAt_goesOnAndArrivesWhole() throws Exception {
    String early = "{\"user\": \"u1\", \"x\": \"" + "\u20ac".repeat(100_000) + "\"}";
    String late = "{\"x\": \"" + "\u20ac".repeat(INSPECT) + "\", \"user\": \"u1\"}";
    for (String path : paths()) {
      try (RawClient client = new RawClient(gateway.port())) {
        client.send(sized("/" + path + "/x", early)).send(octets(early));
        assertEchoed(client, early, path, "u1");
        gateway.scheduled(path).forgetAll("").await(10, SECONDS);
        client.send(chunked("/" + path + "/x")).send(chunks(octets(late), 10_000));
        assertEchoed(client, late, path, RawClient.text(slice(octets(late), 0, 16)));
      }
    }
  }

  /** Nothing is sent to a server that has not been looked at, and no more is read than that. */
  @ParameterizedTest
  @CsvSource({"/s/x, u1", "/m/x, none:/m/x"})
  void body_thatIsNotAllThere_takesNoServerYet(String path, String destination) throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(sized(path, BODY)).send(slice(octets(BODY), 0, 40));
      gateway.awaitTicks();
      assertThat(asked).hasValue(0);
      assertThat(gateway.active("s")).isZero();
      client.send(slice(octets(BODY), 40, octets(BODY).length));
      assertEchoed(client, BODY, "s", destination);
    }
  }

  @Test
  void client_thatWaitsForTheLeave_getsIt() throws Exception {
    for (String path : paths()) {
      gateway.scheduled(path).forgetAll("").await(10, SECONDS);
      try (RawClient client = new RawClient(gateway.port())) {
        client.send(sized("/" + path + "/x", BODY, "Expect: 100-continue"));
        assertThat(client.response()).startsWith("HTTP/1.1 100");
        client.send(octets(BODY));
        assertEchoed(client, BODY, path, "u1");
        client.send(sized("/" + path + "/x", BODY)).send(octets(BODY));
        assertEchoed(client, BODY, path, "u1");
      }
    }
  }

  @Test
  void client_thatStalls_isForwardedAtTheTimeLimit() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(sized("/s/x", BODY)).send(slice(octets(BODY), 0, 20));
      gateway.awaitTicks();
      assertThat(asked).hasValue(0);
      pass(Duration.ofSeconds(24));
      Eventually.holds("asked", () -> asked.get() == 1);
      client.send(slice(octets(BODY), 20, octets(BODY).length));
      assertEchoed(client, BODY, "s", BODY.substring(0, 16));
    }
  }

  @Test
  void client_thatLeaves_leavesNothing() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(sized("/s/x", BODY)).send(slice(octets(BODY), 0, 40));
      gateway.awaitTicks();
    }
    gateway.awaitTicks();
    try (RawClient other = new RawClient(gateway.port())) {
      other.send(sized("/s/x", BODY)).send(octets(BODY));
      assertEchoed(other, BODY, "s", "u1");
    }
    assertThat(asked).hasValue(1);
  }

  @Test
  void chunks_thatAreNone_areRefused() throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(chunked("/s/x")).send("4\r\n{\"us\r\nxyz\r\n");
      assertThat(client.response()).startsWith("HTTP/1.1 400");
    }
    assertThat(asked).hasValue(0);
  }

  /** Has the gateway's clock go on, in steps that its loops see. */
  private void pass(Duration time) throws Exception {
    for (int i = 0; i < 4; i++) {
      gateway.later.addAndGet(time.toNanos() / 4);
      gateway.awaitTicks();
    }
  }

  // --- matches ---

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"user\": \"u1\", \"model\": \"a\"} | a | u1",
        "{\"model\": \"c\"}                   | s | none:/m/x",
        "{\"model\": 7}                       | s | none:/m/x",
        "{\"model\": \"a\"                    | s | none:/m/x",
        "text                                 | s | none:/m/x"
      })
  void match_ofAField_routesByIt(String body, String from, String destination) throws Exception {
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(sized("/m/x", body)).send(octets(body));
      String response = client.response();
      assertThat(response).containsIgnoringCase("x-from: " + from);
      assertThat(bodyOf(response)).isEqualTo(body);
      assertThat(destinations(from)).containsExactly(destination);
    }
  }

  @Test
  void match_ofARequestWithoutABody_goesOn() throws Exception {
    assertThat(RawClient.get(gateway.port(), "/m/x")).containsIgnoringCase("x-from: s");
  }

  @Test
  void limitOfTheBody_ofARouteThatABodyHasFound_holds() throws Exception {
    String body = "{\"model\": \"b\", \"x\": \"" + "x".repeat(100) + "\"}";
    try (RawClient client = new RawClient(gateway.port())) {
      client.send(chunked("/m/x")).send(chunks(octets(body), 50));
      assertThat(client.response()).startsWith("HTTP/1.1 413");
    }
    assertThat(asked).hasValue(0);
  }

  // --- sessions ---

  private String get(String target, String... fields) throws Exception {
    String request = head(target, "Content-Length: 0", fields).replaceFirst("POST", "GET");
    return RawClient.exchange(gateway.port(), request);
  }

  private static String field(String response, String name) {
    return response
        .lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ": "))
        .map(line -> line.substring(name.length() + 2))
        .reduce((first, last) -> last)
        .orElse("");
  }

  @Test
  void session_thatAServerMakes_comesBackToIt() throws Exception {
    for (int i = 0; i < 30; i++) {
      String made = get("/l/new");
      String session = field(made, "set-cookie").replaceFirst(";.*", "");
      assertThat(session).startsWith("SESSION=new");
      String from = field(made, "x-from");
      assertThat(field(get("/l/x", "Cookie: a=b; " + session), "x-from")).isEqualTo(from);
      assertThat(field(get("/l/x", "X-Session: " + field(made, "x-session")), "x-from"))
          .isEqualTo(from);
    }
  }

  @Test
  void session_ofAFailedAnswer_isNotLearned() throws Exception {
    assertThat(get("/l/fail")).startsWith("HTTP/1.1 503").contains("SESSION=fail");
    assertThat(destinations("l")).isEmpty();
  }

  @Test
  void session_thatMovesToAnotherServer_isLearnedAnew() throws Exception {
    String session = "SESSION=s" + sessions.incrementAndGet();
    String first = field(get("/l/x", "Cookie: " + session), "x-from");
    String made = get("/l/new", "Cookie: " + session);
    assertThat(field(made, "x-from")).isEqualTo(first);
    assertThat(destinations("l"))
        .containsExactlyInAnyOrder(
            session.substring(8),
            field(made, "set-cookie").replaceFirst("SESSION=([^;]*);.*", "$1"),
            field(made, "x-session"));
  }

  @Test
  void client_withoutADestination_getsACookieThatIsOne() throws Exception {
    for (int i = 0; i < 10; i++) {
      String first = get("/c/new");
      String cookie = field(first, "set-cookie");
      assertThat(cookie).matches("lblc=[0-9a-f]{32}; Path=/; HttpOnly; SameSite=Lax");
      assertThat(first).containsIgnoringCase("set-cookie: SESSION=new");
      String again = get("/c/x", "Cookie: " + cookie.replaceFirst(";.*", ""));
      assertThat(field(again, "x-from")).isEqualTo(field(first, "x-from"));
      assertThat(field(again, "set-cookie")).isEmpty();
    }
    assertThat(get("/c/x", "X-Key: k")).doesNotContainIgnoringCase("set-cookie");
  }

  // --- HTTP/2 ---

  @Test
  void key_inFramesOfHttp2_isFound() throws Exception {
    assumeThat(engine).isEqualTo(Engine.LANE);
    HttpClient client = gateway.vertx.createHttpClient(new HttpClientOptions()
        .setProtocolVersion(HttpVersion.HTTP_2)
        .setHttp2ClearTextUpgrade(false));
    byte[] body = octets(BODY);
    for (String path : paths()) {
      for (boolean hasLength : new boolean[] {true, false}) {
        gateway.scheduled(path).forgetAll("").await(10, SECONDS);
        HttpClientRequest request = client
            .request(HttpMethod.POST, gateway.port(), "127.0.0.1", "/" + path + "/x")
            .await(10, SECONDS);
        if (hasLength) {
          request.putHeader("Content-Length", String.valueOf(body.length));
        }
        for (byte octet : body) {
          request.write(Buffer.buffer(new byte[] {octet}));
        }
        request.end();
        Buffer echoed = request.response().compose(response -> response.body()).await(10, SECONDS);
        assertThat(echoed.toString()).isEqualTo(BODY);
        assertThat(destinations(path)).containsExactly("u1");
      }
      gateway.scheduled(path).forgetAll("").await(10, SECONDS);
      String large = "{\"user\": \"u1\", \"x\": \"" + "x".repeat(500_000) + "\"}";
      Buffer echoed = client
          .request(HttpMethod.POST, gateway.port(), "127.0.0.1", "/" + path + "/x")
          .compose(request -> request.send(Buffer.buffer(large)))
          .compose(response -> response.body())
          .await(10, SECONDS);
      assertThat(echoed.toString()).isEqualTo(large);
      assertThat(destinations(path)).containsExactly("u1");
    }
    client.close().await(10, SECONDS);
  }

  /** Many streams, each with half of what may be looked at, cost what they have sent and little more. */
  @Test
  void streams_thatStallInTheMidst_holdWhatTheyHaveSentAndGoOn() throws Exception {
    assumeThat(engine).isEqualTo(Engine.LANE);
    String half = "{\"x\": \"" + "x".repeat(INSPECT / 2);
    List<Http2Peer> clients = new ArrayList<>();
    List<Http2Peer.Stream> streams = new ArrayList<>();
    long heap = heap();
    long direct = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    try {
      for (int i = 0; i < STALLED; i++) {
        if (i % 100 == 0) {
          clients.add(Http2Peer.client(gateway.port()));
        }
        Http2Peer client = clients.get(clients.size() - 1);
        streams.add(
            client.request(false, "POST", "/s/x").awaitRoom(half.length()).data(false, half));
      }
      for (Http2Peer client : clients) {
        client.awaitRead();
      }
      assertThat(asked).as("servers are asked").hasValue(0);
      long heldHeap = heap() - heap;
      long heldDirect = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - direct;
      System.out.printf(
          "BodyKeysIT: %d stalled streams hold %d KiB of heap and %d KiB of buffers%n",
          STALLED, heldHeap >> 10, heldDirect >> 10);
      assertThat(heldHeap).isLessThan(STALLED * (INSPECT + OF_A_STREAM));
      assertThat(heldDirect).isLessThan(MOST_DIRECT);
      for (int i = 0; i < STALLED; i++) {
        Http2Peer.Stream stream = streams.get(i);
        String rest = "\", \"user\": \"u" + i + "\"}";
        assertThat(stream.data(true, rest).awaitStatus()).isEqualTo("200");
      }
    } finally {
      for (Http2Peer client : clients) {
        client.close();
      }
    }
    assertThat(gateway.scheduled("s").destinations(2 * STALLED, null)).hasSize(STALLED);
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
