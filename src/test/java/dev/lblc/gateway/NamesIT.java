package dev.lblc.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.testing.Authority;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import dev.lblc.testing.NameServer;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.SocketException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Servers with names, and servers that name servers tell of, while records change and name servers fail. The loopback network
 * has many addresses, and the server tells at which of them it was asked.
 */
@ExpectedLog("name nowhere-.*: no such name .NXDOMAIN.; nothing is known yet")
final class NamesIT {
  /** What is between client and server. */
  enum Way {
    LANE,
    VERTX,
    TCP
  }

  private static final String GET = "GET /%s/%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  private static final List<String> FIXED =
      List.of("app", "deaf", "dead", "half", "six", "nowhere");
  private static final Authority AUTHORITY = Authority.named("authority");
  private static final JsonObject UNCHECKED = new JsonObject();
  private static final int MANY = 200;

  private static final Vertx SERVERS = Vertx.vertx();

  private static NameServer names;
  private static DeafServer deaf;
  private static final Map<Engine, TestGateway> GATEWAYS = new EnumMap<>(Engine.class);

  @BeforeAll
  static void start() throws Exception {
    names = new NameServer();
    deaf = new DeafServer();
    names.addresses("deaf.test", 60, "127.0.0.1", "127.0.0.5");
    names.addresses("dead.test", 60, "127.0.0.1", "127.0.0.5");
    names.addresses("dead.test", 60, "::1");
    names.addresses("half.test", 60, "127.0.0.1", "127.0.0.5");
    names.addresses("half.test", 60, "::1");
    int half = SERVERS
        .createNetServer()
        .connectHandler(socket -> socket.handler(hello -> socket.end(Buffer.buffer("no TLS"))))
        .listen(0, "127.0.0.1")
        .await(10, SECONDS)
        .actualPort();
    listen(
        new HttpServerOptions()
            .setSsl(true)
            .setKeyCertOptions(AUTHORITY.issue("half.test").options()),
        "127.0.0.5",
        half);
    int everywhere = listen("0.0.0.0", 0);
    listen("127.0.0.5", deaf.port());
    int alone = listen("127.0.0.5", 0);
    int six = listen("::1", 0);
    for (Engine engine : Engine.values()) {
      start(engine, new TestGateway(engine), everywhere, alone, half, six);
    }
  }

  private static void start(
      Engine engine, TestGateway gateway, int everywhere, int alone, int half, int six)
      throws Exception {
    GATEWAYS.put(engine, gateway);
    String of = engine.name().toLowerCase(Locale.ROOT);
    for (String first : List.of("app-", "found-")) {
      names.addresses(first + of + ".test", 0, "127.0.0.2");
    }
    gateway
        .dns(names.address(), "300ms")
        .service("app", server("app-" + of + ".test", everywhere))
        .service("deaf", server("deaf.test", deaf.port()))
        .service("dead", server("dead.test", alone))
        .service(
            "half",
            server("half.test", half)
                .put(
                    "tls", new JsonObject().put("trust", AUTHORITY.certificate().toString())))
        .service("six", server("localhost", six))
        .service("nowhere", server("nowhere-" + of + ".test", alone, UNCHECKED))
        .service(
            "found",
            new JsonObject()
                .put("servers", new JsonArray())
                .put(
                    "discovery",
                    new JsonObject()
                        .put("dns", "found-" + of + ".test")
                        .put("port", everywhere)
                        .put("refresh", "100ms")))
        .listener(new JsonObject());
    FIXED.forEach(service -> gateway
        .route(service, patient())
        .listener(new JsonObject().put("protocol", "tcp").put("name", service))
        .route(patient().put("listener", service).put("service", service)));
    gateway.route("found", new JsonObject()).start();
  }

  @AfterAll
  static void stop() throws Exception {
    for (TestGateway gateway : GATEWAYS.values()) {
      gateway.stop();
    }
    SERVERS.close().await(10, SECONDS);
    deaf.close();
    names.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"LANE", "VERTX"})
  @ExpectedLog("name app-.*: .*ServFail.*; what was known goes on serving: .*127.0.0.3")
  void fixedServer_followsItsName_andOutlivesItsNameServer(Way way) throws Exception {
    String name = "app-" + way.name().toLowerCase(Locale.ROOT) + ".test";
    assertThat(ask(way, "app")).endsWith("127.0.0.2");
    names.addresses(name, 0, "127.0.0.3");
    Eventually.holds("the name is followed", () -> {
      String answer = ask(way, "app");
      assertThat(answer).startsWith("HTTP/1.1 200");
      return answer.endsWith("127.0.0.3");
    });
    names.fails(name, DnsResponseCode.SERVFAIL);
    int asked = names.asked(name);
    Eventually.holds("it is asked for again", () -> {
      assertThat(ask(way, "app")).endsWith("127.0.0.3");
      return names.asked(name) > asked + 4;
    });
  }

  @ParameterizedTest
  @EnumSource
  void firstAddressThatIsDead_failsNoRequest(Way way) throws Exception {
    assertThat(ask(way, "dead")).endsWith("127.0.0.5");
  }

  @ParameterizedTest
  @EnumSource
  void firstAddressThatIsDeaf_failsNoRequest(Way way) throws Exception {
    assertThat(ask(way, "deaf")).endsWith("127.0.0.5");
  }

  @ParameterizedTest
  @EnumSource
  void firstAddressThatSpeaksNoTls_failsNoRequest(Way way) throws Exception {
    assertThat(ask(way, "half")).endsWith("127.0.0.5");
    assertThat(ask(way, "half")).endsWith("127.0.0.5");
  }

  @ParameterizedTest
  @EnumSource
  void localhost_thatListensWithIpv6Only_isReached(Way way) throws Exception {
    assertThat(ask(way, "six")).containsPattern("0:0:0:0:0:0:0:1$");
  }

  @ParameterizedTest
  @EnumSource
  void nameThatNobodyKnows_isNotItsServersFault(Way way) throws Exception {
    for (int i = 0; i < 3; i++) {
      if (way == Way.TCP) {
        assertThatThrownBy(() -> ask(way, "nowhere")).isInstanceOf(SocketException.class);
      } else {
        assertThat(ask(way, "nowhere"))
            .startsWith("HTTP/1.1 502")
            .endsWith("server name not resolved\n");
      }
    }
    assertThat(gateway(way).scheduled("nowhere").status().servers())
        .extracting(ServerStatus::available)
        .containsExactly(true);
  }

  @ParameterizedTest
  @EnumSource(names = {"LANE", "VERTX"})
  @ExpectedLog({
    "service found: discovery of .*: no such name .NXDOMAIN.; what was known goes on serving",
    "service found: discovery of .*: no A record; what was known goes on serving",
    "service found: discovery of .*: the name server answered ServFail",
    "service found: discovery of .*: no answer in time; what was known goes on serving"
  })
  void discoveredServers_comeAndGo_andTheHomesOfTheOthersStay(Way way) throws Exception {
    String name = "found-" + way.name().toLowerCase(Locale.ROOT) + ".test";
    names.addresses(name, 1, "127.0.0.2", "127.0.0.3");
    awaitServers(way, 2);
    Map<String, String> homes = homes(way);
    assertThat(homes.values()).contains("127.0.0.2", "127.0.0.3");
    names.addresses(name, 1, "127.0.0.2", "127.0.0.3", "127.0.0.4");
    awaitServers(way, 3);
    assertThat(homes(way)).isEqualTo(homes);
    names.addresses(name, 0, "127.0.0.3", "127.0.0.4");
    awaitServers(way, 2);
    Map<String, String> left = homes(way);
    homes.values().removeIf("127.0.0.2"::equals);
    assertThat(left).containsAllEntriesOf(homes).doesNotContainValue("127.0.0.2");

    List<Runnable> outages = List.of(
        () -> names.forget(name),
        () -> names.empty(name),
        () -> names.fails(name, DnsResponseCode.SERVFAIL),
        () -> names.silent(name));
    for (Runnable outage : outages) {
      outage.run();
      int asked = names.asked(name);
      Eventually.holds("it is asked for again", () -> names.asked(name) > asked + 2);
      assertThat(homes(way)).isEqualTo(left);
    }
    names.forget(name);
    names.addresses(
        name, 0, IntStream.range(0, MANY).mapToObj(i -> "127.0.1." + i).toArray(String[]::new));
    awaitServers(way, MANY);
    assertThat(ask(way, "found")).contains("127.0.1.");
    names.addresses(name, 0, "127.0.0.2");
    awaitServers(way, 1);
    assertThat(gateway(way).scheduled("found").status().servers().get(0).id())
        .matches("127\\.0\\.0\\.2:[0-9]+");
  }

  private static void awaitServers(Way way, int count) throws Exception {
    Eventually.holds(
        count + " servers",
        () -> gateway(way).scheduled("found").status().servers().size() == count);
  }

  /** Where each of some destinations is served. */
  private static Map<String, String> homes(Way way) throws IOException {
    Map<String, String> homes = new HashMap<>();
    for (int i = 0; i < 12; i++) {
      String answer = RawClient.exchange(gateway(way).port(), GET.formatted("found", "d" + i));
      assertThat(answer).startsWith("HTTP/1.1 200");
      homes.put("d" + i, answer.substring(answer.lastIndexOf('\n') + 1));
    }
    return homes;
  }

  private static String ask(Way way, String service) throws IOException {
    TestGateway gateway = gateway(way);
    int port = way == Way.TCP ? gateway.gateway().port(service) : gateway.port();
    return RawClient.exchange(port, GET.formatted(service, "x"));
  }

  private static TestGateway gateway(Way way) {
    return Objects.requireNonNull(
        GATEWAYS.get(way == Way.VERTX ? Engine.VERTX : Engine.LANE), "started");
  }

  /** What takes longer on a busy machine is nobody's failure. */
  private static JsonObject patient() {
    return ConfigJson.timeouts("connect", "10s");
  }

  /** With checks that take it down at once if they ask an address that does not answer. */
  private static JsonObject server(String host, int port) {
    return server(
        host,
        port,
        new JsonObject()
            .put(
                "active",
                new JsonObject()
                    .put("path", "/")
                    .put("interval", "4s")
                    .put("timeout", "4s")
                    .put("fall", 1)));
  }

  private static JsonObject server(String host, int port, JsonObject checks) {
    return new JsonObject()
        .put(
            "servers",
            new JsonArray()
                .add(new JsonObject().put("id", "s").put("host", host).put("port", port)))
        .put("health", checks.copy().put("passive", new JsonObject().put("failures", 1)));
  }

  private static int listen(String host, int port) throws Exception {
    return listen(new HttpServerOptions(), host, port);
  }

  private static int listen(HttpServerOptions options, String host, int port) throws Exception {
    HttpServer server = SERVERS
        .createHttpServer(options)
        .requestHandler(request -> request.response().end(request.localAddress().hostAddress()));
    return server.listen(port, host).await(10, SECONDS).actualPort();
  }
}
