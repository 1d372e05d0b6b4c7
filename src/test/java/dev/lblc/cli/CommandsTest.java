package dev.lblc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Ports;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @Test
  void help_describesTheCommands() {
    assertThat(execute("--help")).isZero();
    for (String command :
        List.of("run", "check", "explain", "status", "top", "demo", "upstreams", "simulate")) {
      assertThat(out.toString().lines())
          .anyMatch(line -> line.matches("  " + command + " +[A-Z].{20,}"));
    }
  }

  @Test
  void version_isThatOfTheBuild() {
    assertThat(execute("--version")).isZero();
    assertThat(out.toString()).matches("vertx-lblc \\d+\\.\\d+\\.\\d+(-\\w+)?\\R");
  }

  @Test
  void nothing_isAnErrorOfUsage() {
    assertThat(execute()).isEqualTo(2);
    assertThat(err.toString()).contains("Missing command", "Usage:");
  }

  @Test
  void unknownCommand_isAnErrorOfUsage() {
    assertThat(execute("fly")).isEqualTo(2);
    assertThat(err.toString()).contains("fly");
  }

  @Test
  void upstreams_unknownServer_isRefusedWithTheKnownOnes() {
    assertThat(execute("upstreams", "conf/demo.json", "four")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualToNormalizingNewlines("server: \"four\" (expected: one of one, two, three)\n");
  }

  @Test
  void check_validFile_saysOk() throws IOException {
    Path file = write(gateway(100));
    assertThat(execute("check", file.toString())).isZero();
    assertThat(out.toString().lines())
        .containsExactly("OK: " + file + ": 1 listener, 1 route, 1 service");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void check_uselessWeights_warns() throws IOException {
    assertThat(execute("check", write(gateway(1)).toString())).isZero();
    assertThat(out.toString().lines()).hasSize(2).anyMatch(line -> line.startsWith("warning: "));
  }

  @Test
  void check_strict_takesWarningsForErrors() throws IOException {
    Path file = write(gateway(1));
    assertThat(execute("check", "--strict", file.toString())).isEqualTo(1);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .startsWith(file + ": $.services.images.servers: weights ");
    assertThat(out.toString()).isEmpty();
    assertThat(execute("check", "--strict", write(gateway(100)).toString())).isZero();
  }

  @Test
  void check_keyOfAnotherCertificateBesideOtherFaults_isListedInFileOrder() throws IOException {
    SelfSigned one = SelfSigned.of("one");
    JsonObject mixed = new SelfSigned(one.certificate(), SelfSigned.of("two").key()).json();
    String faulty = gateway(-1)
        .replace("\"port\": 0", "\"port\": 0, \"colour\": 1, \"tls\": " + mixed.encode());
    assertThat(execute("check", write(faulty).toString())).isEqualTo(1);
    assertThat(err.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("$.listeners[0].colour"),
            line -> assertThat(line).contains("$.listeners[0].tls: ", " is not the private key"),
            line -> assertThat(line).contains("$.services.images.servers[0].weight"),
            line -> assertThat(line).contains("$.services.images.servers[1].weight"));
  }

  @Test
  void check_expiredCertificate_isAnErrorAndOneThatExpiresSoonAWarning() throws IOException {
    Instant now = Instant.now();
    Duration day = Duration.ofDays(1);
    SelfSigned expired =
        SelfSigned.of("late", now.minus(day.multipliedBy(9)), now.minus(day.multipliedBy(2)));
    SelfSigned ending =
        SelfSigned.of("soon", now.minus(day.multipliedBy(90)), now.plus(day.multipliedBy(3)));
    String plain = "\"port\": 0";
    Path file = write(gateway(100).replace(plain, plain + ", \"tls\": " + expired.json()));
    assertThat(execute("check", file.toString())).isEqualTo(1);
    assertThat(err.toString())
        .startsWith(file + ": $.listeners[0].tls: " + expired.certificate())
        .contains("CN=late has expired on ");
    assertThat(out.toString()).isEmpty();
    write(gateway(100).replace(plain, plain + ", \"tls\": " + ending.json()));
    assertThat(execute("check", file.toString())).isZero();
    assertThat(out.toString())
        .contains(
            "warning: $.listeners[0].tls: " + ending.certificate(), "expires on ", "in 2 days");
  }

  @Test
  void check_fileOfAHazelcastClient_isRefused() throws IOException {
    Path client = Files.writeString(
        directory.resolve("client.yaml"), "hazelcast-client:\n  cluster-name: lblc\n");
    JsonObject config = new JsonObject(gateway(100))
        .put("cluster", new JsonObject().put("enabled", true).put("config", client.toString()));
    assertThat(execute("check", write(config.encode()).toString())).isEqualTo(1);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .contains("$.cluster.config: " + client, "hazelcast-client", "(expected: ");
    Files.writeString(client, "hazelcast:\n  cluster-name: lblc\n");
    assertThat(execute("check", write(config.encode()).toString())).isZero();
  }

  @Test
  void check_faults_areAllListedOnePerLine() throws IOException {
    String faulty =
        gateway(100).replace("\"port\": 0", "\"port\": -1, \"colour\": 1").replace("9001", "\"x\"");
    assertThat(execute("check", write(faulty).toString())).isEqualTo(1);
    assertThat(err.toString().lines())
        .hasSize(3)
        .allMatch(line -> line.startsWith(directory.toString()) && line.contains("(expected: "));
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void check_keysOfOtherCertificates_namesAllOfThemWithTheirFiles() throws IOException {
    SelfSigned one = SelfSigned.of("one");
    SelfSigned two = SelfSigned.of("two");
    JsonObject mixed = new SelfSigned(one.certificate(), two.key()).json();
    JsonObject swapped = new SelfSigned(two.key(), two.certificate()).json();
    JsonObject config = new JsonObject(gateway(100));
    JsonObject web = config.getJsonArray("listeners").getJsonObject(0).copy();
    config.getJsonArray("listeners").getJsonObject(0).put("tls", one.json());
    config
        .getJsonArray("listeners")
        .add(web.copy().put("name", "two").put("tls", mixed))
        .add(web.copy().put("name", "three").put("protocol", "tcp").put("tls", swapped));
    config.put(
        "cluster",
        new JsonObject()
            .put("enabled", true)
            .put(
                "eventBus",
                new JsonObject()
                    .put("tls", mixed.copy().put("trust", one.certificate().toString()))));
    assertThat(execute("check", write(config.encode()).toString())).isEqualTo(1);
    String notTheKey =
        two.key() + " is not the private key of the first certificate in " + one.certificate();
    assertThat(err.toString().lines())
        .hasSize(3)
        .anyMatch(line -> line.contains("$.listeners[1].tls: " + notTheKey))
        .anyMatch(line ->
            line.contains("$.listeners[2].tls: " + two.key() + " has no certificate in PEM"))
        .anyMatch(line -> line.contains("$.cluster.eventBus.tls: " + notTheKey));
  }

  @Test
  void check_missingFile_isOneLine() {
    assertThat(execute("check", directory.resolve("none.json").toString())).isEqualTo(1);
    assertThat(err.toString().lines()).singleElement().asString().contains("no such file");
  }

  @Test
  void check_pluginsFolderThatIsNotThere_fails() {
    String none = directory.resolve("none").toString();
    assertThat(execute("check", "conf/gateway.json", "--plugins", none)).isEqualTo(1);
    assertThat(err.toString())
        .isEqualToNormalizingNewlines("plugins " + none + " (expected: a folder)\n");
  }

  @Test
  void check_unknownStrategy_namesTheFolderOfPlugins() throws IOException {
    String file = write(gateway(100).replace("\"lblc\"", "\"rendezvous\"")).toString();
    Path folder = directory.resolve("plugins");
    Files.createDirectory(folder);
    assertThat(execute("check", file, "--plugins", folder.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("(expected: one of lblc, lblc-adaptive, lblcr, wlc; " + folder + " has no jar)");
  }

  @Test
  void check_fileThatIsNone_isOneLine() {
    assertThat(execute("check", directory.toString())).isEqualTo(1);
    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            directory + ": $: a folder (expected: a readable file of JSON)\n");
  }

  @Test
  void check_byteOrderMarkAndComments_areAccepted() throws IOException {
    String text = gateway(100).replaceFirst("\\{", "{\"// by hand\": 1, \"\\$comment\": [], ");
    assertThat(execute("check", write("\uFEFF" + text).toString())).isZero();
  }

  @Test
  void explain_unknownService_namesThoseThereAre() throws IOException {
    String file = write(gateway(100)).toString();
    assertThat(execute("explain", file, "--service", "x", "--destination", "d")).isEqualTo(1);
    assertThat(err.toString().lines()).containsExactly("--service: x (expected: one of images)");
  }

  @Test
  void explain_ofAStrategyThatGoesByMoreThanTheLoad_saysByWhat() throws IOException {
    String file = write(gateway(100).replace("lblc", "lblc-adaptive")).toString();
    assertThat(execute("explain", file, "--service", "images", "--destination", "/a"))
        .isZero();
    assertThat(out.toString().lines())
        .anyMatch(
            line -> line.matches("has no home; it gets [ab]\\. Its first two servers are .*"));
  }

  @Test
  void explain_ofAUrl_whenNothingRuns_asksTheFile() throws IOException {
    String file = write(gateway(100)).toString();
    assertThat(execute("explain", file, "--url", "http://h/images/a", "-H", "x-b: 1"))
        .isZero();
    assertThat(out.toString())
        .contains("GET http://h/images/a takes routes[0] of listener ", " to service images, ")
        .contains("(lblc, ");
    assertThat(execute("explain", file, "--url", "h/images")).isEqualTo(1);
    assertThat(err.toString()).contains("--url: h/images (expected: http://HOST/PATH)");
  }

  @Test
  void explain_ofAUrlWithABody_findsTheKeyInIt() throws IOException {
    String text =
        gateway(100).replace("\"{path}\"", "\"{json:user}\", \"{form:user}\", \"{path}\"");
    String file = write(text).toString();
    String[] explain = {"explain", file, "--url", "http://h/images"};
    assertThat(execute(explain)).isZero();
    assertThat(out.toString())
        .contains(
            "GET http://h/images", "destination /images; with a body it may have another one");
    out.getBuffer().setLength(0);
    assertThat(execute(with(explain, "--json", "{\"user\": \"u1\"}"))).isZero();
    assertThat(out.toString()).contains("POST http://h/images takes", "destination u1\n");
    Path body = Files.writeString(directory.resolve("body"), "user=u%32");
    String form = "Content-Type: application/x-www-form-urlencoded";
    assertThat(execute(with(explain, "--body", body.toString(), "-H", form))).isZero();
    assertThat(out.toString()).contains("destination u2\n");
    out.getBuffer().setLength(0);
    assertThat(execute(with(
            explain, "--body", body.toString(), "--method", "PUT", "-H", "Content-Encoding: gzip")))
        .isZero();
    assertThat(out.toString()).contains("PUT http://h/images takes", "destination /images\n");
    assertThat(execute(with(explain, "--body", "none"))).isEqualTo(1);
    assertThat(err.toString()).contains("--body: none (expected: a readable file)");
    assertThat(execute(with(explain, "--json", "{}", "--body", "none"))).isEqualTo(2);
    assertThat(
            execute("explain", file, "--service", "images", "--destination", "d", "--json", "{}"))
        .isEqualTo(2);
  }

  @Test
  void explain_ofAUrlWithAStickyCookie_goesByIt() throws IOException {
    String text = gateway(100)
        .replace("[\"{path}\"]", "[\"{header:x-user}\"], \"stickyCookie\": {\"name\": \"sticky\"}");
    String file = write(text).toString();
    String[] explain = {"explain", file, "--url", "http://h/images"};
    assertThat(execute(explain)).isZero();
    assertThat(out.toString())
        .contains("with a new destination, which the answer sets as cookie sticky"
            + " and which decides the server: what follows holds without one\n");
    out.getBuffer().setLength(0);
    assertThat(execute(with(explain, "-H", "Cookie: a=b; sticky=c1"))).isZero();
    assertThat(out.toString()).contains("destination c1\n");
    out.getBuffer().setLength(0);
    assertThat(execute(with(explain, "-H", "Cookie: sticky=c1", "-H", "X-User: u1")))
        .isZero();
    assertThat(out.toString()).contains("destination u1\n");
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }

  /** The URL may be from a log, and a client's choice: its destination gets to a terminal. */
  @Test
  void explain_ofAUrlWithEscapesOfTerminals_showsThem() throws IOException {
    String file = write(gateway(100)).toString();
    assertThat(execute("explain", file, "--url", "http://h/images/\u001b[2J\n")).isZero();
    assertThat(out.toString()).contains("/images/\\u001b[2J\\u000a is refused");
    assertThat(execute("explain", file, "--service", "images", "--destination", "\u001b[2J"))
        .isZero();
    assertThat(out.toString()).contains("\\u001b[2J -> ").doesNotContain("\u001b");
  }

  @Test
  void explain_ofAUrl_whereOnlyTcpIsSpoken_saysSo() throws IOException {
    String text = gateway(100).replace("\"http\"", "\"tcp\"").replace("{path}", "{client.ip}");
    assertThat(execute("explain", write(text).toString(), "--url", "http://h/images"))
        .isZero();
    assertThat(out.toString())
        .contains("GET http://h/images takes no route: there is no HTTP listener.");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      127.0.0.1 | X-Forwarded-For: 192.0.2.7, 127.0.0.1 | 192.0.2.7
      127.0.0.1 | Forwarded: for=192.0.2.7              | 192.0.2.7
      192.0.2.1 | X-Forwarded-For: 192.0.2.7            | 127.0.0.1
      """)
  void explain_ofAUrl_believesTheHeadersOfATrustedPeer(String trusted, String header, String client)
      throws IOException {
    String text = gateway(100)
        .replace("{path}", "{client.ip}")
        .replace("\"port\": 0", "\"port\": 0, \"trustedPeers\": [\"" + trusted + "\"]");
    assertThat(execute("explain", write(text).toString(), "--url", "http://h/", "-H", header))
        .isZero();
    assertThat(out.toString()).contains("destination " + client + System.lineSeparator());
  }

  @Test
  void explain_withoutOptions_isAnErrorOfUsage() throws IOException {
    assertThat(execute("explain", write(gateway(100)).toString())).isEqualTo(2);
    assertThat(err.toString()).contains("--service", "--destination");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://localhost",
        "https://localhost:9901",
        "http:///x",
        "http://",
        "://",
        "",
        "localhost",
        "localhost:",
        "localhost:0",
        "localhost:port",
        "localhost:99999",
        "127.0.0.1:9901/metrics",
        "http://127.0.0.1:9901/metrics",
        "http://127.0.0.1:9901?x",
        "http://me:secret@127.0.0.1:9901",
        "::1:9901",
        "[::1:9901",
        ":9901",
        "a b:9901",
        "\u00e4:9901",
        "127.0.0.1:9901\n"
      })
  void status_urlThatIsNone_isAnErrorOfUsage(String url) {
    assertThat(execute("status", "--admin", url)).isEqualTo(2);
    assertThat(err.toString())
        .contains("--admin", "expected: http://HOST:PORT, or HOST:PORT")
        .doesNotContain("Exception", "cannot convert");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s", "http://%s", "http://%s/", "HTTP://%s"})
  void status_urlOrHostAndPort_isAsked(String form) throws IOException {
    for (String host : List.of("127.0.0.1", "localhost", "[::1]")) {
      String address = host + ":" + Ports.free();
      assertThat(execute("status", "--admin", form.formatted(address))).isEqualTo(1);
      assertThat(err.toString().lines()).contains("no gateway answers at http://" + address);
    }
  }

  private int execute(String... args) {
    return Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private Path write(String text) throws IOException {
    return Files.writeString(directory.resolve("gateway.json"), text);
  }

  private static String gateway(int weight) {
    return """
        {"listeners": [{"name": "web", "protocol": "http", "host": "127.0.0.1", "port": 0}],
         "routes": [{"listener": "web", "service": "images", "destination": ["{path}"]}],
         "services": {"images": {"strategy": "lblc", "servers": [
           {"id": "a", "host": "127.0.0.1", "port": 9001, "weight": %1$d},
           {"id": "b", "host": "127.0.0.1", "port": 9002, "weight": %1$d}]}}}
        """.formatted(weight);
  }
}
