package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.config.DestinationTemplate.Kind;
import dev.lblc.config.HealthConfig.Fault;
import dev.lblc.config.HttpRouteConfig.HeaderEdits;
import dev.lblc.config.HttpRouteConfig.HostHeader;
import dev.lblc.config.HttpRouteConfig.Limits;
import dev.lblc.config.HttpRouteConfig.Match;
import dev.lblc.config.HttpRouteConfig.Redirect;
import dev.lblc.config.HttpRouteConfig.Timeouts;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.SchedulerOptions.EntryCounter;
import dev.lblc.scheduler.SchedulerOptions.Ties;
import dev.lblc.scheduler.SchedulerOptions.WhenFull;
import dev.lblc.scheduler.ServerSpec;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {
  @TempDir
  private Path directory;

  private TlsConfig.Certificate certificate(String certificate, String key) {
    return new TlsConfig.Certificate(directory.resolve(certificate), directory.resolve(key));
  }

  @Test
  void fullFile_read_everyKeyArrives() throws Exception {
    GatewayConfig config = Sample.read(Sample.full(directory));

    assertThat(config.listeners())
        .extracting(ListenerConfig::name)
        .containsExactly("web", "plain", "db", "raw");
    HttpRouteConfig route = Sample.httpRoutes(config).get(0);
    assertThat(config.httpListeners())
        .containsExactly(
            new HttpListenerConfig(
                "web",
                HttpEngine.VERTX,
                false,
                "0.0.0.0",
                8443,
                true,
                new TlsConfig(
                    List.of(certificate("cert.pem", "key.pem")),
                    TlsVersion.TLS_1_3,
                    new TlsConfig.ClientAuth(directory.resolve("ca.pem"), false)),
                true,
                5,
                List.of("10.0.0.0/8", "::1"),
                new HttpListenerConfig.Timeouts(Duration.ofSeconds(9), Duration.ofSeconds(50)),
                new HttpLimits(4096, 32_768, 50, 1L << 30, 1024, 50, 60, 32 << 10),
                new AccessLogConfig(AccessLogConfig.Format.JSON, directory.resolve("access.log")),
                List.of(route)),
            new HttpListenerConfig(
                "plain",
                HttpEngine.LANE,
                true,
                "0.0.0.0",
                8080,
                false,
                null,
                false,
                10_000,
                List.of(),
                new HttpListenerConfig.Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(60)),
                new HttpLimits(8192, 65_536, 100, HttpLimits.NONE, 256, 100, 200, 64 << 10),
                null,
                Sample.httpRoutes(config).subList(1, 2)));
    TcpRouteConfig tcpRoute = new TcpRouteConfig(
        2,
        new TcpRouteConfig.Match(
            "*.db.example.com",
            List.of(new PortRange(5432, 5432), new PortRange(6001, 6002)),
            List.of("10.2.0.0/16")),
        "db",
        List.of(
            new DestinationTemplate(List.of(new Field(Kind.SNI, null, 0))),
            new DestinationTemplate(List.of(
                new Field(Kind.LOCAL_IP, null, 0),
                new DestinationTemplate.Literal(":"),
                new Field(Kind.LOCAL_PORT, null, 0)))),
        new TcpRouteConfig.Timeouts(
            Duration.ofMillis(200), Duration.ofMinutes(7), Duration.ofHours(8)),
        3);
    assertThat(config.tcpListeners())
        .containsExactly(
            new TcpListenerConfig(
                "db",
                "127.0.0.1",
                List.of(5432, 6000, 6001, 6002),
                true,
                true,
                new TlsConfig(
                    List.of(certificate("cert.pem", "key.pem"), certificate("key.pem", "cert.pem")),
                    TlsVersion.TLS_1_2,
                    null),
                true,
                6,
                List.of("10.1.0.0/16"),
                Duration.ofSeconds(3),
                AccessLogConfig.STANDARD,
                List.of(tcpRoute)),
            new TcpListenerConfig(
                "raw",
                "0.0.0.0",
                List.of(0),
                false,
                false,
                null,
                false,
                10_000,
                List.of(),
                Duration.ofSeconds(5),
                null,
                List.of()));
    assertThat(Sample.service(config, "db").proxyProtocol()).isEqualTo(ProxyVersion.V2);
    assertThat(route.index()).isZero();
    assertThat(route.match())
        .isEqualTo(new Match(
            "*.example.com",
            "/images/*",
            Set.of("GET", "HEAD"),
            Map.of("x-tenant", "a"),
            Map.of("model", "m", "messages.0.role", "*")));
    assertThat(route.service()).isEqualTo("images");
    assertThat(route.destination())
        .extracting(DestinationTemplate::parts)
        .containsExactly(
            List.of(new Field(Kind.HEADER, "x-session", 0)),
            List.of(new Field(Kind.JSON, "user.id", 0)),
            List.of(new Field(Kind.HOST, null, 0), new Field(Kind.PATH, null, 2)));
    assertThat(route.timeouts())
        .isEqualTo(new Timeouts(
            Duration.ofMillis(250),
            Duration.ofSeconds(5),
            Duration.ofMinutes(6),
            Duration.ofHours(1),
            Duration.ofMinutes(10)));
    assertThat(route.limits()).isEqualTo(new Limits(8L << 20, 16 << 10));
    assertThat(route.retries()).isEqualTo(2);
    assertThat(route.stripPrefix()).isEqualTo("/images");
    assertThat(route.upgrade()).containsExactly("websocket", "spdy/3.1");
    assertThat(route.host()).isEqualTo(new HostHeader(HostHeader.Mode.NAME, "backend:81"));
    assertThat(route.requestHeaders())
        .isEqualTo(new HeaderEdits(Map.of("x-a", "b"), Set.of("cookie")));
    assertThat(route.responseHeaders())
        .isEqualTo(new HeaderEdits(Map.of("x-c", "d"), Set.of("server")));
    assertThat(route.requestId()).isEqualTo("X-Request-Id");
    assertThat(route.redirect()).isNull();
    assertThat(config.plugin().services().get("images"))
        .isEqualTo(new ServiceConfig(
            "images",
            "lblc",
            new SchedulerOptions(
                Duration.ofHours(1),
                10,
                20,
                Ties.KERNEL,
                Duration.ofMillis(61_440),
                EntryCounter.DRIFTING,
                WhenFull.REFUSE),
            StrategyOptions.NONE,
            List.of(
                new ServerSpec("s1", "127.0.0.1", 9001, 64, 9, 7, 80),
                new ServerSpec("s2", "s2.example.com", 9002, 100, 0, 0)),
            new QueueConfig(30, Duration.ofSeconds(9), Duration.ofMillis(250)),
            new DiscoveryConfig(
                "images.internal",
                9003,
                DiscoveryConfig.Records.AAAA,
                Duration.ofSeconds(7),
                50,
                60),
            Duration.ofMinutes(10),
            null,
            ServerHttp.HTTP_1_1,
            new PoolConfig(Duration.ofSeconds(14), 10, 20, Duration.ofMinutes(10)),
            new UpstreamTlsConfig(
                directory.resolve("ca.pem"),
                "images.internal",
                directory.resolve("cert.pem"),
                directory.resolve("key.pem"),
                false),
            new HealthConfig(
                new HealthConfig.Active(
                    new HealthConfig.Http(
                        "/health?a",
                        "POST",
                        "health.example.com:8001",
                        Map.of("x-check", "s3cret"),
                        List.of(new StatusRange(200, 299), new StatusRange(401, 401)),
                        "ok"),
                    null,
                    false,
                    8001,
                    true,
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(2),
                    1,
                    4),
                new HealthConfig.Passive(
                    6,
                    Set.of(Fault.CONNECT, Fault.ANSWER),
                    Duration.ofSeconds(11),
                    Duration.ofMinutes(2),
                    34),
                Duration.ofSeconds(30))));
    assertThat(config.plugin().dns())
        .isEqualTo(new DnsConfig(
            List.of(new DnsConfig.Address("10.0.0.2", 53), new DnsConfig.Address("fd00::2", 5353)),
            Duration.ofMillis(1500)));
    assertThat(config.plugin().cluster())
        .isEqualTo(new ClusterConfig(
            false,
            "node-1",
            Path.of("cluster/hazelcast.yaml"),
            new EventBusConfig(
                "0.0.0.0",
                15_701,
                "node-1.example.com",
                25_701,
                new EventBusConfig.Tls(
                    directory.resolve("cert.pem"),
                    directory.resolve("key.pem"),
                    directory.resolve("ca.pem"))),
            Duration.ofMillis(40),
            Duration.ofSeconds(4)));
    assertThat(route.learn())
        .extracting(DestinationTemplate::text)
        .containsExactly("{set-cookie:SESSION}", "{host}:{response:x-session}");
    assertThat(route.stickyCookie())
        .isEqualTo(new HttpRouteConfig.StickyCookie("lblc", "Path=/; Secure"));
    assertThat(config.admin()).isEqualTo(new AdminConfig("127.0.0.1", 9901, "s3cret"));
  }

  @Test
  void leftOutKeys_read_haveDefaults() throws Exception {
    GatewayConfig config = Sample.read("""
        {"listeners": [{"name": "web", "protocol": "http", "port": 0}],
         "routes": [{"listener": "web", "service": "s"}, {"listener": "web", "redirect": {"scheme": "https"}}],
         "services": {"s": {"strategy": "wlc", "servers": [], "options": {"maxEntries": 1000},
           "health": {"active": {}, "passive": {}}}}}
        """);

    HeaderEdits noEdits = new HeaderEdits(Map.of(), Set.of());
    assertThat(Sample.httpRoutes(config).get(0))
        .isEqualTo(new HttpRouteConfig(
            0,
            new Match(null, null, Set.of(), Map.of(), Map.of()),
            "s",
            List.of(),
            new Timeouts(
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                null),
            new Limits(null, null),
            1,
            null,
            Set.of("websocket"),
            new HostHeader(HostHeader.Mode.KEEP, null),
            noEdits,
            noEdits,
            null,
            null,
            List.of(),
            null,
            null));
    assertThat(Sample.httpRoutes(config).get(1).redirect())
        .isEqualTo(new Redirect("https", 443, 308));
    ServiceConfig service = Sample.service(config, "s");
    assertThat(service.options())
        .isEqualTo(new SchedulerOptions(
            Duration.ofHours(24),
            1000,
            1500,
            Ties.SPREAD,
            Duration.ofSeconds(60),
            EntryCounter.EXACT,
            WhenFull.REPLACE));
    assertThat(service.pool()).isEqualTo(PoolConfig.DEFAULTS);
    assertThat(service.health())
        .isEqualTo(new HealthConfig(
            new HealthConfig.Active(
                null, null, false, 0, false, Duration.ofSeconds(2), Duration.ofSeconds(1), 2, 3),
            new HealthConfig.Passive(
                5,
                Set.of(Fault.CONNECT, Fault.TIMEOUT),
                Duration.ofSeconds(10),
                Duration.ofMinutes(5),
                50),
            null));
    assertThat(config.plugin().cluster())
        .isEqualTo(new ClusterConfig(
            false,
            null,
            null,
            new EventBusConfig(null, 0, null, 0, null),
            Duration.ofMillis(50),
            Duration.ofSeconds(3)));
    assertThat(config.admin()).isNull();
  }

  @Test
  void noOptions_read_areTheSchedulersDefaults() throws Exception {
    assertThat(Sample.service(Sample.read(Sample.full(directory)), "my svc").options())
        .isEqualTo(SchedulerOptions.DEFAULTS);
  }

  @Test
  void manyFaults_read_allListedInFileOrder() {
    List<ConfigError> errors = Sample.errors("""
        {
          "admin": {"host": "0.0.0.0", "port": 9901},
          "routes": [
            {"service": "imagse", "listener": "web", "destination": ["{path:0}"],
             "timeouts": {"idle": "1.5s"}}
          ],
          "listeners": [{"name": "web", "protocol": "udp", "port": 80.5, "tsl": {}}],
          "services": {
            "my svc": {"strategy": "lblc", "options": {"maxEntries": 10, "hardLimit": 9},
                       "servers": [{"id": "a", "host": "h", "port": 1, "weight": -1, "weight": 5}]}
          }
        }
        """);

    assertThat(errors)
        .extracting(ConfigError::toString)
        .containsExactly(
            "test.json: $.admin.host: \"0.0.0.0\" (expected: a loopback address such as 127.0.0.1"
                + " where there is no token)",
            "test.json: $.routes[0].service: \"imagse\" (expected: one of my svc)",
            "test.json: $.routes[0].destination[0]: \"{path:0}\" (expected: {path:N} with N from 1"
                + " to 999)",
            "test.json: $.routes[0].timeouts.idle: \"1.5s\" (expected: a duration such as 250ms,"
                + " 5s, 6m or 24h, from 1ms to 24h)",
            "test.json: $.listeners[0].protocol: \"udp\" (expected: one of http, tcp)",
            "test.json: $.listeners[0].port: 80.5 (expected: a whole number, 0 to 65535)",
            "test.json: $.listeners[0].tsl: unknown key (expected: one of name, protocol, host,"
                + " ports, port, reusePort, tls, proxyProtocol, maxConnections, trustedPeers,"
                + " transparent, timeouts, engine, http2, limits, accessLog; did you mean tls?)",
            "test.json: $.listeners[0].tsl: {} (expected: certificate and key, or certificates: a"
                + " list of objects with both)",
            "test.json: $.services['my svc'].options.hardLimit: 9 (expected: at least maxEntries,"
                + " which is 10)",
            "test.json: $.services['my svc'].servers[0].weight: -1 (expected: a whole number, 0 to"
                + " 1000000)",
            "test.json: $.services['my svc'].servers[0].weight: duplicate key (expected: each key"
                + " once)");
  }

  @Test
  void unknownStrategy_read_refusedAndOptionsCheckedAllTheSame() {
    JsonObject json = Sample.full(directory);
    Sample.set(json, "$.services.images.strategy", "lblx");
    Sample.set(json, "$.services.images.options.ties", "random");

    assertThat(Sample.errors(json))
        .containsExactly(
            new ConfigError(
                "test.json", "$.services.images.strategy", "\"lblx\"", "one of lblc, lblcr, wlc"),
            new ConfigError(
                "test.json",
                "$.services.images.options.ties",
                "\"random\"",
                "one of spread, kernel"));
  }

  @Test
  void listenersWithFaultyNames_usedByRoute_givesNoFaultMoreThanNeeded() {
    JsonObject json = Sample.set(Sample.full(directory), "$.listeners", "web");

    assertThat(Sample.errors(json)).extracting(ConfigError::path).containsExactly("$.listeners");
  }

  @Test
  void secrets_inAnyFault_notShown() {
    JsonObject json = Sample.full(directory);
    Sample.set(json, "$.admin.token", "s3 cret ${SECRET}");
    Sample.set(json, "$.admin.tokn", "s3cret");
    Sample.set(json, "$.listeners[1].host", "${SECRET} x");
    Sample.set(
        json, "$.routes[0].requestHeaders.set", new JsonObject().put("authorization", "s3cret\n"));
    String twice = json.encode().replace("\"tokn\"", "\"token\"");

    assertThat(Sample.errors(json))
        .hasSize(4)
        .allSatisfy(error -> assertThat(error.toString()).doesNotContain("s3"));
    assertThat(Sample.errors(twice))
        .hasSize(4)
        .allSatisfy(error -> assertThat(error.toString()).doesNotContain("s3"));
    assertThat(Sample.errors(Sample.set(json, "$.admin.token", 53)))
        .extracting(ConfigError::value)
        .contains("***")
        .doesNotContain("53");
    assertThat(Sample.errors("{\"admin\": {\"token\": s3cret}}"))
        .singleElement()
        .satisfies(error -> assertThat(error.toString()).doesNotContain("s3cret"));
  }

  @Test
  void variables_read_filledInOnce() throws Exception {
    String text = Sample.full(directory)
        .encode()
        .replace("\"backend:81\"", "\"x${NAME}y\"")
        .replace("{\"x-a\":\"b\"}", "{\"x-a\":\"$1 $$ $${NAME} ${VALUE}\"}");

    HttpRouteConfig route = Sample.httpRoutes(ConfigReader.readText(
            "t", text, Sample.STRATEGIES, Map.of("NAME", "-1-", "VALUE", "${NAME}", "SECRET", "x")))
        .get(0);

    assertThat(route.host().name()).isEqualTo("x-1-y");
    assertThat(route.requestHeaders().set())
        .containsExactly(Map.entry("x-a", "$1 $ ${NAME} ${NAME}"));
  }

  @Test
  void unsetVariable_read_namedWithPath() {
    JsonObject json =
        Sample.set(Sample.full(directory), "$.routes[0].destination[1]", "a${NOT_SET}{path}");

    assertThat(Sample.errors(json))
        .containsExactly(new ConfigError(
            "test.json",
            "$.routes[0].destination[1]",
            "\"a${NOT_SET}{path}\"",
            "environment variable NOT_SET to be set"));
  }

  @Test
  void syntaxError_read_givesLineAndColumnAndEarlierDuplicates() {
    assertThat(Sample.errors("{\n  \"a\": 1,\n  \"a\": [tru]\n}"))
        .singleElement()
        .satisfies(error -> {
          assertThat(error.path()).isEqualTo("line 3, column 9");
          assertThat(error.value()).isEqualTo("a word without quotes");
        });
    assertThat(Sample.errors("{\"a\": 1, \"a\": 2, "))
        .extracting(ConfigError::path)
        .containsExactly("$.a", "line 1, column 18");
    for (String text : List.of(
        "",
        " ",
        "{",
        "[1,",
        "{} {}",
        "{\"a\": 01}",
        "{a: 1}",
        "{\"a\": NaN}",
        "\uFEFF{}",
        "{\"a\": 1,}",
        "// no\n{}",
        "[".repeat(100_000))) {
      assertThat(Sample.errors(text))
          .as(text)
          .singleElement()
          .satisfies(error -> assertThat(error.path()).as(error.toString()).startsWith("line "));
    }
  }

  @Test
  void rootOfOtherType_read_refused() {
    for (String text : List.of("[]", "1", "\"x\"", "null", "true")) {
      assertThat(Sample.errors(text))
          .as(text)
          .extracting(ConfigError::path, ConfigError::expected)
          .containsExactly(org.assertj.core.groups.Tuple.tuple("$", "an object"));
    }
  }

  @Test
  void emptyObject_read_namesWhatIsMissing() {
    assertThat(Sample.errors("{}"))
        .extracting(ConfigError::toString)
        .containsExactly(
            "test.json: $.listeners: missing (expected: a list)",
            "test.json: $.services: missing (expected: an object)",
            "test.json: $.routes: missing (expected: a list)");
  }

  @Test
  void file_read_faultsNameIt() throws IOException {
    Path file = Files.writeString(directory.resolve("g.json"), "{\"x\": 1}");
    Path binary = Files.write(directory.resolve("b.json"), new byte[] {(byte) 0xff, 0});
    Path absent = directory.resolve("absent.json");

    assertThat(errors(file))
        .hasSize(4)
        .allSatisfy(error -> assertThat(error.source()).isEqualTo(file.toString()));
    assertThat(errors(binary)).extracting(ConfigError::value).containsExactly("not UTF-8");
    assertThat(errors(absent))
        .containsExactly(
            new ConfigError(absent.toString(), "$", "no such file", "a readable file of JSON"));
    assertThat(errors(directory)).hasSize(1);
  }

  @ParameterizedTest(name = "{0}, {1}: {2}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      `"pool": {}`                                 | `"port": 1`                | false
      `"pool": {}`                                 | `"port": 1, "tls": true`   | true
      `"tls": {}`                                  | `"port": 1`                | true
      `"tls": {}`                                  | `"port": 1, "tls": false`  | false
      `"tls": {}, "proxyProtocol": "v2"`           | `"port": 1`                | true
      `"tls": {}, "proxyProtocol": "v2"`           | `"rise": 1`                | false
      """)
  void checks_withoutTlsOfTheirOwn_speakWhatTrafficDoes(
      String service, String active, boolean isTls) throws Exception {
    String text = """
        {"listeners": [{"name": "web", "protocol": "http", "port": 1}], "routes": [],
         "services": {"s": {"strategy": "wlc", "servers": [], SERVICE, "health": {"active": {ACTIVE}}}}}
        """.replace("SERVICE", service).replace("ACTIVE", active);
    HealthConfig health =
        Objects.requireNonNull(Sample.service(Sample.read(text), "s").health());
    assertThat(Objects.requireNonNull(health.active()).tls()).isEqualTo(isTls);
  }

  @Test
  void pluginConfig_read_hasServicesAndCluster() throws Exception {
    JsonObject full = Sample.full(directory);
    JsonObject plugin = new JsonObject()
        .put("services", full.getValue("services"))
        .put("cluster", full.getValue("cluster"))
        .put("dns", full.getValue("dns"));
    GatewayConfig gateway = Sample.read(full);

    assertThat(ConfigReader.readPlugin(plugin, Sample.STRATEGIES, Map.of()))
        .isEqualTo(gateway.plugin());
  }

  @Test
  void clusterFiles_missing_areFaultsOnlyWhereTheClusterIsOn() throws Exception {
    JsonObject json = Sample.full(directory);
    Sample.set(json, "$.cluster.config", "no/such/file");
    Sample.set(json, "$.cluster.eventBus.tls.trust", "no/such/ca");
    Sample.set(json, "$.cluster.eventBus.port", 8443);

    assertThat(Sample.read(json).plugin().cluster().enabled()).isFalse();
    assertThat(Sample.errors(Sample.set(json, "$.cluster.enabled", true)))
        .extracting(ConfigError::path)
        .containsExactlyInAnyOrder(
            "$.cluster.config",
            "$.cluster.eventBus.tls.trust",
            "$.cluster.eventBus.port",
            "$.state");
  }

  @Test
  void eventBusPort_withoutHost_meetsPortsOnAllAddresses() {
    JsonObject json = Sample.set(Sample.full(directory), "$.cluster.enabled", true);
    Sample.set(json, "$.cluster.eventBus", new JsonObject().put("port", 8080));
    Sample.remove(json, "$.state");

    assertThat(Sample.errors(json))
        .containsExactly(new ConfigError(
            "test.json",
            "$.cluster.eventBus.port",
            "8080",
            "a port that $.listeners[1].port has not taken"));
  }

  @Test
  void pluginConfig_withFaults_listsThem() {
    JsonObject json = new JsonObject().put("services", new JsonArray()).put("listeners", 1);

    ConfigException e = catchThrowableOfType(
        ConfigException.class, () -> ConfigReader.readPlugin(json, Sample.STRATEGIES, Map.of()));

    assertThat(e.errors())
        .extracting(ConfigError::toString)
        .containsExactly(
            "config: $.services: [] (expected: an object)",
            "config: $.listeners: unknown key (expected: one of name, services, cluster, dns)");
    assertThatThrownBy(() -> ConfigReader.readPlugin(
            new JsonObject().put("services", new Object()), Sample.STRATEGIES, Map.of()))
        .isInstanceOf(ConfigException.class);
  }

  private static List<ConfigError> errors(Path file) {
    return catchThrowableOfType(
            ConfigException.class,
            () -> ConfigReader.readText(
                file.toString(), ConfigFile.text(file), Sample.STRATEGIES, Map.of()))
        .errors();
  }
}
