package dev.lblc.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.admin.AdminServer;
import dev.lblc.admin.Control;
import dev.lblc.admin.Metrics;
import dev.lblc.admin.ReloadException;
import dev.lblc.admin.ReloadException.Fault;
import dev.lblc.config.AdminConfig;
import dev.lblc.config.GatewayConfig;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcVerticle;
import dev.lblc.plugin.Lease;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that ask a running gateway: here its scheduler and admin port. */
class RunningGatewayCommandsIT {
  private static final String SERVICES = """
      {"images": {"strategy": "lblc", "servers": [
        {"id": "a", "host": "127.0.0.1", "port": 9001},
        {"id": "b", "host": "127.0.0.1", "port": 9002}],
        "health": {"active": {"interval": "1s"}}}}
      """;

  private final Vertx vertx = Vertx.vertx();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  @Test
  void status_showsServicesAndServers() throws Exception {
    String url = "http://127.0.0.1:" + start(null);
    Lblc.of(vertx).service("images").acquire("x");
    assertThat(execute("status", "--admin", url)).isZero();
    assertThat(out.toString().lines())
        .contains("images lblc 1 0 1")
        .anyMatch(line -> line.matches(" +-> b +127\\.0\\.0\\.1:9002 +up +100 +1 +0"));
  }

  @Test
  void status_watched_isShownAgain_inBlocksOrLines() throws Exception {
    String url = "http://127.0.0.1:" + start(null);
    assertThat(execute("status", "--admin", url, "--watch", "--count", "2")).isZero();
    assertThat(out.toString().lines().filter(line -> line.startsWith("Service Scheduler")))
        .hasSize(2);
    assertThat(out.toString()).contains(System.lineSeparator().repeat(2)).doesNotContain("\033");
    out.getBuffer().setLength(0);
    assertThat(execute("status", "--admin", url, "--watch", "--count", "1", "--json"))
        .isZero();
    assertThat(out.toString().lines())
        .singleElement()
        .satisfies(line -> assertThat(new JsonArray(line).getJsonObject(0).getString("service"))
            .isEqualTo("images"));
  }

  /** A machine that is gone closes no connection. */
  @Test
  void watch_ofAGatewayThatFallsSilent_ends() throws Exception {
    HttpServer silent = vertx
        .createHttpServer()
        .requestHandler(request -> request.response().setChunked(true).write("data: {}\n\n"))
        .listen(0, "127.0.0.1")
        .await(10, SECONDS);
    AdminClient client = new AdminClient(
        URI.create("http://127.0.0.1:" + silent.actualPort()), null, Duration.ofSeconds(1));
    List<JsonObject> events = new ArrayList<>();
    assertThatThrownBy(() -> client.follow("/", events::add))
        .isInstanceOf(CommandException.class)
        .hasMessageEndingWith(": nothing has come for 1 s");
    assertThat(events).containsExactly(new JsonObject());
  }

  @Test
  void status_asJson_isWhatTheApiSays() throws Exception {
    String url = "http://127.0.0.1:" + start(null);
    assertThat(execute("status", "--admin", url, "--json")).isZero();
    assertThat(new JsonArray(out.toString()).getJsonObject(0).getJsonArray("servers"))
        .hasSize(2);
  }

  /** A destination is a client's: it must not write to the terminal of whoever looks. */
  @Test
  void top_showsServersAndDestinationsByRate_withoutControlCharacters() throws Exception {
    String url = "http://127.0.0.1:" + start(null);
    for (int i = 0; i < 3; i++) {
      Lblc.of(vertx).service("images").acquire("/hot").close();
    }
    Lblc.of(vertx).service("images").acquire("\033[2J\u202e" + "x".repeat(99)).close();
    assertThat(execute("top", "--admin", url, "--count", "1")).isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines.get(0)).matches("images lblc [0-9.]+ requests/s");
    assertThat(lines)
        .filteredOn(line -> line.matches(" +-> [ab] +[0-9.]+ +0 +100 +up"))
        .hasSize(2);
    int hot = lines.indexOf(
        lines.stream().filter(line -> line.contains("/hot")).findFirst().orElseThrow());
    assertThat(lines.get(hot)).matches(" +/hot +[0-9.]+ +0.0 +[ab]");
    assertThat(lines.get(hot + 1)).matches(" +\\\\u001b\\[2J\\\\u202ex+… +[0-9.]+ +0.0 +[ab]");
    assertThat(out.toString()).doesNotContain("\033", "\u202e");
    out.getBuffer().setLength(0);
    assertThat(execute("top", "--admin", url, "--count", "1", "--json")).isZero();
    JsonObject service = new JsonArray(out.toString()).getJsonObject(0);
    assertThat(service.getJsonArray("topDestinations").getJsonObject(0).getString("destination"))
        .isEqualTo("/hot");
  }

  @Test
  void top_withoutTheToken_saysSo() throws Exception {
    String url = "http://127.0.0.1:" + start("secret");
    assertThat(execute("top", "--admin", url)).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly(url + " answered 401: no bearer token, or not that of this gateway"
            + " (expected: --token T, or the variable LBLC_ADMIN_TOKEN)");
  }

  @Test
  void explain_ofAUrl_saysRouteDestinationServiceAndServer() throws Exception {
    String url = "http://127.0.0.1:" + start(null);
    assertThat(execute(
            "explain", "--admin", url, "--url", "http://h/cats", "-H", "x-a: 1", "--method", "PUT"))
        .isZero();
    assertThat(out.toString().lines())
        .containsSubsequence(
            "The gateway at " + url + " says:",
            "PUT http://h/cats {x-a=[1]} to images",
            "/cats -> b (lblc, placed)",
            "has no home; the least loaded server is b");
    out.getBuffer().setLength(0);
    assertThat(execute("explain", "--admin", url, "--service", "images", "--destination", "/cats"))
        .isZero();
    assertThat(out.toString()).contains("/cats -> b (lblc, placed)");
    String json = "{\"user\": \"\u00e4\"}";
    assertThat(execute("explain", "--admin", url, "--url", "http://h/cats", "--json", json))
        .isZero();
    assertThat(out.toString().lines())
        .contains("POST http://h/cats {Content-Type=[application/json]}" + json + " to images");
    assertThat(execute("explain", "--admin", url, "--url", "http://h/", "-H", "x"))
        .isEqualTo(1);
    assertThat(err.toString()).contains("answered 400: header: x (expected: NAME:VALUE)");
  }

  @ParameterizedTest
  @CsvSource({"''", "--service,images", "--destination,/cats", "'--url,http://h/,--service,images'"
  })
  void explain_withoutAQuestion_orWithTwo_isNotUnderstood(String options) {
    List<String> arguments = new ArrayList<>(List.of("explain"));
    if (!options.isEmpty()) {
      arguments.addAll(List.of(options.split(",")));
    }
    assertThat(execute(arguments.toArray(String[]::new))).isEqualTo(2);
  }

  @Test
  void status_withToken_needsIt() throws Exception {
    String url = "http://127.0.0.1:" + start("secret");
    assertThat(execute("status", "--admin", url)).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly(url + " answered 401: no bearer token, or not that of this gateway"
            + " (expected: --token T, or the variable LBLC_ADMIN_TOKEN)");
    assertThat(execute("status", "--admin", url, "--token", "secret")).isZero();
  }

  @Test
  void status_nobodyThere_saysSoInALine() throws Exception {
    String url = "http://127.0.0.1:" + Ports.free();
    assertThat(execute("status", "--admin", url)).isEqualTo(1);
    assertThat(err.toString().lines()).containsExactly("no gateway answers at " + url);
  }

  @Test
  void status_ofSomethingElse_saysSoInALine() throws Exception {
    HttpServer other = vertx
        .createHttpServer()
        .requestHandler(request -> request.response().end("<html>"))
        .listen(0, "127.0.0.1")
        .await(10, SECONDS);
    assertThat(execute("status", "--admin", "http://127.0.0.1:" + other.actualPort()))
        .isEqualTo(1);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .endsWith("answered 200: not what an admin port of vertx-lblc answers");
  }

  @Test
  void explain_runningGateway_isAsked() throws Exception {
    int port = start("secret");
    Lblc.of(vertx).service("images").acquire("ex/1 +%&?");
    assertThat(explain(admin(port), "ex/1 +%&?")).isZero();
    assertThat(out.toString().lines())
        .contains(
            "The gateway at http://127.0.0.1:" + port + " says:", "ex/1 +%&? -> b (lblc, hit)");
  }

  @Test
  void explain_nobodyThere_saysWhatAFreshStartWouldDo() throws Exception {
    assertThat(explain(admin(Ports.free()), "ex")).isZero();
    assertThat(out.toString())
        .contains("no gateway answers at", "fresh start")
        .contains("ex -> b (lblc, placed)");
  }

  @Test
  void explain_withoutAdmin_saysWhatAFreshStartWouldDo() throws IOException {
    assertThat(explain("", "")).isZero();
    assertThat(out.toString())
        .contains("no admin port", "(no destination) -> b (lblc, no_destination)");
  }

  @Test
  void reload_listsWhatHasChanged() throws Exception {
    String url = "http://127.0.0.1:" + start("secret", List.of("$.routes[0].retries"));
    assertThat(execute("reload", "--admin", url, "--token", "secret")).isZero();
    assertThat(out.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).matches("reloaded, digest [0-9a-f]{64}: 1 change"),
            line -> assertThat(line).isEqualTo("  $.routes[0].retries"));
  }

  @Test
  void reload_ofAFile_asksItsAdminPortWithItsToken() throws Exception {
    Path file = file(admin(start("secret", List.of())));
    assertThat(execute("reload", file.toString())).isZero();
    assertThat(out.toString()).endsWith(": nothing has changed" + System.lineSeparator());
  }

  @Test
  void reload_refused_listsTheErrors() throws Exception {
    String url = "http://127.0.0.1:" + start("secret", null);
    assertThat(execute("reload", "--admin", url, "--token", "secret")).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly(
            url + " answered 422: the file was not applied, nothing has changed",
            "$.a: 1 (expected: 2)",
            "$.b: gone");
  }

  @Test
  void reload_withFileAndUrl_orAFileWithoutAdmin_saysSo() throws Exception {
    assertThat(execute("reload", file("").toString(), "--admin", "localhost:1")).isEqualTo(1);
    assertThat(err.toString()).contains("FILE and --admin");
    assertThat(execute("reload", file("").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("$.admin: none");
  }

  @Test
  void set_changesTheServerAndShowsIt() throws Exception {
    int port = start("secret");
    assertThat(execute(
            "set", file(admin(port)).toString(), "images", "b", "weight=5", "upper=9", "lower=3"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString().lines())
        .anyMatch(line -> line.matches(" +-> b +127\\.0\\.0\\.1:9002 +up +5 +0 +0"));
    assertThat(execute(
            "set", "--admin", "127.0.0.1:" + port, "--token", "secret", "images", "b", "upper=2"))
        .isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly("http://127.0.0.1:" + port
            + " answered 422: lower: 3 (expected: at most upper, which is 2)");
  }

  @Test
  void set_ofTooMuch_saysWhatIsExpected() throws Exception {
    String at = "127.0.0.1:" + start(null);
    assertThat(execute("set", "--admin", at, "images", "b", "weight=1000001", "upper=-1"))
        .isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly(
            "http://" + at + " answered 422: the body has faults: see errors",
            "$.weight: 1000001 (expected: a whole number, 0 to 1000000)",
            "$.upper: -1 (expected: a whole number, 0 to 2147483647)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "set images b | nothing to set (expected: weight=N, upper=N, lower=N or max=N)",
        "set images | arguments: 1 (expected: [FILE] SERVICE SERVER weight=N)",
        "set images b c | nothing to set (expected: weight=N, upper=N, lower=N or max=N)",
        "set images b weight | nothing to set (expected: weight=N, upper=N, lower=N or max=N)",
        "set images b weigth=5 | weigth=5 (expected: weight=N, upper=N, lower=N or max=N)",
        "set images b weight=five | weight=five (expected: a whole number after =)",
        "set images b weight=5 weight=6 | weight=6: weight is given twice",
        "drain images | arguments: 1 (expected: [FILE] SERVICE SERVER)",
        "drain a b c d | arguments: 4 (expected: [FILE] SERVICE SERVER)",
        "drain images b --undo --wait | --undo: given with --deadline or --wait (expected: --undo alone)",
      })
  void commands_misused_sayHowTheyAreUsed(String line, String message) {
    assertThat(execute(line.split(" "))).isEqualTo(2);
    assertThat(err.toString()).startsWith(message).contains("Usage: ");
  }

  @Test
  void drain_ofAFileWithoutAServer_saysWhatIsMissing() throws IOException {
    assertThat(execute("drain", file("").toString(), "images")).isEqualTo(2);
    assertThat(err.toString()).startsWith("arguments: 2 (expected: [FILE] SERVICE SERVER)");
  }

  @Test
  void drain_waits_untilTheLastConnectionEnds() throws Exception {
    int port = start("secret");
    Lease lease = Lblc.of(vertx).service("images").acquire("x");
    String id = lease.server().id();
    String file = file(admin(port)).toString();
    CompletableFuture<Integer> waiting =
        CompletableFuture.supplyAsync(() -> execute("drain", file, "images", id, "--wait"));
    Eventually.holds("the command says so", () -> out.toString().contains("is drained"));
    assertThat(waiting.isDone()).isFalse();
    lease.close();
    assertThat(waiting.get(20, SECONDS)).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            "server " + id
                + " of service images is drained: no new connections; it has 1 connection",
            "server " + id + " of service images has no connection left");
    assertThat(execute("status", file)).isZero();
    assertThat(out.toString())
        .containsPattern("-> " + id + " +127\\.0\\.0\\.1:900\\d +draining +100 +0 +0");
    assertThat(execute("drain", file, "images", id, "--undo")).isZero();
    assertThat(execute("drain", file, "images", id, "--undo")).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly(
            "http://127.0.0.1:" + port + " answered 404: server " + id + " is not drained");
  }

  @Test
  void drain_withConnectionsAtItsDeadline_fails() throws Exception {
    String at = "127.0.0.1:" + start(null);
    Lease lease = Lblc.of(vertx).service("images").acquire("x");
    String id = lease.server().id();
    assertThat(execute("drain", "--admin", at, "images", id, "--deadline", "1s", "--wait"))
        .isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly("server " + id + " of service images has 1 connection left at the deadline"
            + " of its drain; they go on until they end by themselves");
    lease.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"status FILE", "set FILE images b weight=5", "drain FILE images b"})
  void commands_ofAFileAndAUrl_orAFileWithoutAdmin_saySo(String line) throws IOException {
    String file = file("").toString();
    String[] arguments = line.replace("FILE", file).split(" ");
    assertThat(execute(arguments)).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly(file + ": $.admin: none (expected: an admin port to ask)");
    assertThat(execute((line.replace("FILE", file) + " --admin localhost:1").split(" ")))
        .isEqualTo(1);
    assertThat(err.toString()).contains("FILE and --admin name the same thing");
  }

  private int explain(String admin, String destination) throws IOException {
    return execute(
        "explain", file(admin).toString(), "--service", "images", "--destination", destination);
  }

  private Path file(String admin) throws IOException {
    return Files.writeString(directory.resolve("gateway.json"), """
        {"listeners": [{"name": "web", "protocol": "http", "host": "127.0.0.1", "port": 0}],
         "routes": [{"listener": "web", "service": "images", "destination": ["{path}"]}],
         %s
         "services": %s}
        """.formatted(admin, SERVICES));
  }

  private static String admin(int port) {
    return "\"admin\": {\"host\": \"127.0.0.1\", \"port\": " + port + ", \"token\": \"secret\"},";
  }

  private int execute(String... args) {
    return Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private int start(@Nullable String token) throws Exception {
    return start(token, List.of());
  }

  /** A reload changes these paths; null: it is refused. */
  private int start(@Nullable String token, @Nullable List<String> changed) throws Exception {
    JsonObject services = new JsonObject(SERVICES);
    services.getJsonObject("images").remove("health"); // nobody listens on the servers' ports
    vertx
        .deployVerticle(
            new LblcVerticle(),
            new DeploymentOptions().setConfig(new JsonObject().put("services", services)))
        .await(10, SECONDS);
    AdminConfig config = new AdminConfig("127.0.0.1", 0, token);
    return AdminServer.start(
            vertx, config, Lblc.of(vertx), new Metrics(), () -> true, new Reload(changed))
        .await(10, SECONDS)
        .port();
  }

  /** A reload that ends as the test wants. */
  private record Reload(@Nullable List<String> changed) implements Control {
    @Override
    public Routed route(String url, String method, Map<String, List<String>> headers, byte[] body) {
      return new Routed(
          "web",
          0,
          "images",
          "/cats",
          method + " " + url + " " + headers + new String(body, UTF_8) + " to images");
    }

    @Override
    public GatewayConfig config() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<String> offer() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean handOver(String offer) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<Reloaded> reload() {
      return changed == null
          ? Future.failedFuture(new ReloadException(
              List.of(new Fault("$.a", "1 (expected: 2)"), new Fault("$.b", "gone"))))
          : Future.succeededFuture(new Reloaded(changed, "0f".repeat(32)));
    }
  }
}
