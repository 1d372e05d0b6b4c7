package dev.lblc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.gateway.net.TlsEngine;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Hellos;
import dev.lblc.testing.PluginJar;
import dev.lblc.testing.Ports;
import dev.lblc.testing.SelfSigned;
import dev.lblc.testing.SharedClasses;
import io.vertx.core.transport.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as a process of its own. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunIT {
  /** The type of a record of TLS that is no alert. */
  private static final int HANDSHAKE = 22;

  private static final Pattern ADDRESS =
      Pattern.compile("(web|admin) ((?:http|https|tls)://[^,\\s]+)");

  private List<String> jvmOptions = List.of();
  private Map<String, String> environment = Map.of();
  private @Nullable Process process;

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @AfterEach
  void kill() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  @Test
  void run_thenSighupAndSigterm_servesReloadsAndKeepsItsTable() throws Exception {
    Path log = directory.resolve("access.log");
    String config = gateway(0, 0)
        .replaceFirst("\\{", "{\"state\": \"" + directory.resolve("lblc.state") + "\", ")
        .replaceFirst("\"port\"", "\"accessLog\": {\"file\": \"" + log + "\"}, \"port\"");
    Process running = start(config);
    BufferedReader output = running.inputReader();
    String ready = firstLine(output, "ready: ");
    assertThat(get(address(ready, "admin") + "/health/ready").statusCode()).isEqualTo(200);
    // Nobody listens on the server's port, 1.
    assertThat(get(address(ready, "web") + "/a").statusCode()).isEqualTo(502);
    assertThat(get(address(ready, "admin") + "/metrics").body())
        .contains("lblc_decisions_total{reason=\"placed\",service=\"images\"} 1.0");
    Eventually.holds(
        "the end of the request counts",
        () -> get(address(ready, "admin") + "/metrics")
            .body()
            .contains(
                "lblc_exchange_ends_total{reason=\"connect_failed\",service=\"images\"} 1.0"));
    String other = config.replace("\"port\": 1}", "\"port\": 1, \"weight\": 7}");
    Files.writeString(directory.resolve("gateway.json"), other);
    Eventually.holds("a line", () -> Files.readString(log).endsWith(" connect failed\n"));
    Files.move(log, directory.resolve("access.log.1"));
    String cause = isHangupIgnored() ? "admin API" : "SIGHUP";
    if (isHangupIgnored()) {
      System.out.println("RunIT: SIGHUP is not tried: this process was started to ignore it");
      post(address(ready, "admin") + "/api/v1/reload");
    } else {
      new ProcessBuilder("kill", "-HUP", String.valueOf(running.pid())).start().waitFor();
    }
    assertThat(output.lines().filter(line -> line.contains("reload")).findFirst())
        .hasValueSatisfying(line -> assertThat(line)
            .endsWith(
                "gateway.json (" + cause + "): 1 change: $.services.images.servers[0].weight"));
    assertThat(get(address(ready, "admin") + "/api/v1/services").body()).contains("\"weight\":7");
    Eventually.holds("the access log is opened again", () -> Files.exists(log));
    running.toHandle().destroy(); // SIGTERM; destroy() of the process would close its output, too
    assertThat(running.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(running.exitValue()).isZero();
    assertThat(output.lines())
        .noneMatch(line -> line.contains("Exception") || line.startsWith("\tat "))
        .anyMatch(line -> line.endsWith("stopped"));
    assertThat(firstLineWith(start(config).inputReader(), "state "))
        .endsWith("1 of 1 destinations have their homes again");
  }

  /** With a request in flight, which the first signal waits for, after a SIGHUP during the start, which ends nothing. */
  @Test
  void run_sigtermTwice_isNotReadyThenEndsAtOnce() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Process running =
          start(gateway(0, 0).replace("\"port\": 1}", "\"port\": " + silent.getLocalPort() + "}"));
      BufferedReader output = running.inputReader();
      firstLineWith(output, "transport ");
      if (!isHangupIgnored()) {
        new ProcessBuilder("kill", "-HUP", String.valueOf(running.pid()))
            .start()
            .waitFor();
      }
      String ready = firstLine(output, "ready: ");
      URI web = URI.create(address(ready, "web"));
      try (Socket client = new Socket(web.getHost(), web.getPort())) {
        client
            .getOutputStream()
            .write("GET /a HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        try (Socket server = silent.accept()) {
          running.toHandle().destroy();
          assertThat(firstLineWith(output, "accepts no new connections"))
              .contains(
                  "waits up to 30000 ms (shutdown.drain)",
                  "connections by listener {web=1}",
                  "in flight by service {images=1}");
          assertThat(get(address(ready, "admin") + "/health/ready").statusCode())
              .isEqualTo(503);
          assertThat(server.isClosed()).isFalse();
          running.toHandle().destroy();
          assertThat(running.waitFor(20, TimeUnit.SECONDS)).isTrue();
          assertThat(running.exitValue()).isEqualTo(128 + 15);
        }
      }
    }
  }

  @Test
  void run_logReaderThatStops_servesOnAndEndsOnSigterm() throws Exception {
    environment =
        Map.of("LBLC_LOG_LEVEL", "DEBUG"); // the cause of each failure, from the event loops
    Process running =
        start(gateway(0, 0).replaceFirst("\"port\"", "\"accessLog\": true, \"port\""));
    String ready = firstLine(running.inputReader(), "ready: ");
    String path = "/" + "x".repeat(4_000); // the pipe has room for 64 KiB
    HttpClient client = HttpClient.newHttpClient();
    for (int i = 0; i < 50; i++) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(address(ready, "web") + path + i))
          .timeout(Duration.ofSeconds(10))
          .build();
      assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(502);
    }
    assertThat(get(address(ready, "admin") + "/metrics").body())
        .containsPattern("\nlblc_access_log_dropped_total [0-9]")
        .contains("lblc_log_lines_dropped_total ");
    running.toHandle().destroy();
    assertThat(running.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(running.exitValue()).isZero();
  }

  @Test
  void run_logLevelThatIsNone_isToldAndInfo() throws Exception {
    environment = Map.of("LBLC_LOG_LEVEL", "verbose");
    Process running = start("check", gateway(0, 0));
    assertThat(running.errorReader().lines())
        .singleElement()
        .asString()
        .startsWith("LBLC_LOG_LEVEL: \"verbose\" (expected: ");
    assertThat(running.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void run_overIoUring_answersAndSaysSo() throws Exception {
    assumeTrue(
        Transport.IO_URING != null && Transport.IO_URING.available(), "io_uring is not available");
    BufferedReader output = start(overIoUring()).inputReader();
    assertThat(output.lines().filter(line -> line.contains(" transport ")).findFirst())
        .hasValueSatisfying(line -> assertThat(line).endsWith(" transport io_uring"));
    assertThat(get(address(firstLine(output, "ready: "), "web") + "/a").statusCode())
        .isEqualTo(502);
  }

  @Test
  void run_overIoUringWhereThereIsNone_isOneLineAndExit1() throws Exception {
    jvmOptions = List.of("-Dio.netty.transport.noNative=true");
    Process failed = start(overIoUring());
    assertThat(failed.errorReader().lines())
        .singleElement()
        .asString()
        .startsWith("transport: io_uring cannot be used on this machine: ")
        .contains("io.netty.transport.noNative");
    assertThat(failed.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(failed.exitValue()).isEqualTo(1);
  }

  private static String overIoUring() {
    return gateway(0, 0).replaceFirst("\\{", "{\"transport\": \"io_uring\", ");
  }

  @Test
  void run_proxyProtocolWithMetrics_logsTheClientsAddress() throws Exception {
    String listener = "\"proxyProtocol\": true, \"accessLog\": true, \"port\"";
    Process running = start(gateway(0, 0).replaceFirst("\"port\"", listener));
    BufferedReader output = running.inputReader();
    URI web = URI.create(address(firstLine(output, "ready: "), "web"));
    try (Socket client = new Socket(web.getHost(), web.getPort())) {
      client
          .getOutputStream()
          .write("PROXY TCP4 9.8.7.6 5.6.7.8 1111 2222\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      assertThat(output.readLine()).contains(" 9.8.7.6 GET /a HTTP/1.1 502 ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "tcp"})
  void run_clientsWhoseServerNameIsNoHostName_getAServerHello(String protocol) throws Exception {
    String tls = "\"tls\": " + SelfSigned.of("localhost").json() + ", \"port\"";
    Process running = start(gateway(0, 0)
        .replaceFirst("\"port\"", Matcher.quoteReplacement(tls))
        .replace("\"protocol\": \"http\"", "\"protocol\": \"" + protocol + "\"")
        .replace("{path}", "{sni}"));
    BufferedReader output = running.inputReader();
    int port = URI.create(address(firstLine(output, "ready: "), "web")).getPort();
    for (String name :
        List.of("a_b.example.com", "example.com.", "-a.example.com", "192.0.2.1:1")) {
      byte[] hello = Hellos.ofJdk("x".repeat(name.length()));
      byte[] wanted = name.getBytes(StandardCharsets.US_ASCII);
      int at = new String(hello, StandardCharsets.ISO_8859_1).indexOf("x".repeat(name.length()));
      System.arraycopy(wanted, 0, hello, at, wanted.length);
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        client.setSoTimeout(10_000);
        client.getOutputStream().write(hello);
        assertThat(client.getInputStream().read()).as(name).isEqualTo(HANDSHAKE);
      }
    }
  }

  @Test
  void run_engineOfTls_isTheFastestThatIsThere_andTold() throws Exception {
    String tls = "\"tls\": " + SelfSigned.of("localhost").json() + ", \"port\"";
    Process running = start(gateway(0, 0).replaceFirst("\"port\"", Matcher.quoteReplacement(tls)));
    assertThat(firstLineWith(running.inputReader(), "TLS of listeners: "))
        .endsWith(TlsEngine.ofProcess().describe());
  }

  @Test
  void run_keyOfAnotherCertificate_isOneLineAndExit1() throws Exception {
    SelfSigned one = SelfSigned.of("one");
    SelfSigned two = SelfSigned.of("two");
    String tls = "\"tls\": " + new SelfSigned(one.certificate(), two.key()).json() + ", \"port\"";
    Process failed = start(gateway(0, 0).replaceFirst("\"port\"", Matcher.quoteReplacement(tls)));
    assertThat(failed.errorReader().lines())
        .containsExactly(directory.resolve("gateway.json") + ": $.listeners[0].tls: " + two.key()
            + " is not the private key of the first certificate in " + one.certificate()
            + " (expected: a certificate and its private key, in PEM)");
    assertThat(failed.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(failed.exitValue()).isEqualTo(1);
  }

  @Test
  void demo_sameUrlTwice_isFetchedThenCachedByOneServer() throws Exception {
    String config = gateway(0, 0).replace("\"port\": 1}", "\"port\": " + Ports.free() + "}");
    String ready = firstLine(start("demo", config).inputReader(), "ready: ");
    assertThat(get(address(ready, "web") + "/cats").body()).isEqualTo("a fetched /cats\n");
    assertThat(get(address(ready, "web") + "/cats").body()).isEqualTo("a cached /cats\n");
    assertThat(get(address(ready, "web") + "/dogs").body()).isEqualTo("a fetched /dogs\n");
  }

  @Test
  void run_listenerPortTaken_isOneLineAndExit1() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatItFails(gateway(taken.getLocalPort(), 0), taken.getLocalPort());
    }
  }

  @Test
  void run_adminPortTaken_isOneLineAndExit1() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatItFails(gateway(0, taken.getLocalPort()), taken.getLocalPort());
    }
  }

  @Test
  void run_faultyFile_listsTheFaultsAndExits1() throws Exception {
    Process failed = start("{}");
    assertThat(failed.errorReader().lines()).isNotEmpty().allMatch(l -> l.contains("(expected: "));
    assertThat(failed.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(failed.exitValue()).isEqualTo(1);
  }

  @Test
  void run_verticleWhoseStaticInitialiserThrows_isOneLineAndExit1() throws Exception {
    verticle("audit", "static final int SHARDS = Integer.parseInt(\"many\");");
    assertThatItFails(
        gateway(0, 0),
        "plugin " + directory.resolve("plugins/audit.json")
            + ": java.lang.NumberFormatException: For input string: \"many\"");
  }

  @Test
  void run_verticleWhoseStartThrowsAnErrorAndStopThrowsAnother_isOneLineAndExit1()
      throws Exception {
    verticle("a", "public Future<?> stop() { throw new AssertionError(\"stop\"); }");
    verticle("b", "public Future<?> start() { throw new StackOverflowError(); }");
    assertThatItFails(
        gateway(0, 0),
        "plugin " + directory.resolve("plugins/b.json") + ": java.lang.StackOverflowError");
  }

  @Test
  void run_verticleThatFailsWithoutAMessage_saysTheType() throws Exception {
    verticle("audit", "public audit() { throw new NullPointerException(); }");
    assertThatItFails(
        gateway(0, 0),
        "plugin " + directory.resolve("plugins/audit.json") + ": java.lang.NullPointerException");
  }

  @Test
  void run_strategyThatThrowsAnErrorWhenMade_isOneLineAndExit1() throws Exception {
    Path jar = PluginJar.build(
        Files.createDirectories(directory.resolve("plugins")).resolve("mine.jar"),
        directory.resolve("mine"),
        "acme.Mine",
        "acme.Mine",
        """
        package acme;
        import dev.lblc.scheduler.Strategy;
        public class Mine implements dev.lblc.plugin.StrategyProvider {
          public String name() { return "mine"; }
          public Strategy create(Strategy.Context context) { throw new AssertionError("odd"); }
        }
        """);
    assertThatItFails(
        gateway(0, 0).replace("\"lblc\"", "\"mine\""),
        "services: plugin " + jar
            + ": strategy mine cannot be made: java.lang.AssertionError: odd");
  }

  private void assertThatItFails(String config, String line) throws Exception {
    Process failed =
        start("run", config, "--plugins", directory.resolve("plugins").toString());
    assertThat(failed.errorReader().lines()).containsExactly(line);
    assertThat(failed.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(failed.exitValue()).isEqualTo(1);
  }

  private void verticle(String name, String body) throws IOException {
    PluginJar.buildVerticle(
        Files.createDirectories(directory.resolve("plugins")), directory.resolve(name), name, body);
  }

  private void assertThatItFails(String config, int port) throws Exception {
    Process failed = start(config);
    List<String> errors = failed.errorReader().lines().toList();
    assertThat(errors).singleElement().asString().contains(String.valueOf(port), "in use");
    assertThat(failed.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(failed.exitValue()).isEqualTo(1);
    assertThat(failed.inputReader().lines()).noneMatch(line -> line.startsWith("ready"));
  }

  private Process start(String config) throws IOException {
    return start("run", config);
  }

  private Process start(String command, String config, String... options) throws IOException {
    Path file = Files.writeString(directory.resolve("gateway.json"), config);
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(SharedClasses.QUICK_START);
    line.addAll(SharedClasses.options());
    line.addAll(jvmOptions);
    line.addAll(List.of("-jar", SharedClasses.JAR, command, file.toString()));
    line.addAll(List.of(options));
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().putAll(environment);
    Process started = builder.start();
    process = started;
    return started;
  }

  /** Whoever starts the tests with nohup starts all of their processes so. False where the system does not tell. */
  private static boolean isHangupIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.isReadable(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> line.matches(".*[13579bdf]"));
  }

  private static void post(String url) throws Exception {
    HttpResponse<String> answer = HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(url))
                .POST(BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private static String firstLine(BufferedReader output, String start) throws IOException {
    List<String> before = new ArrayList<>();
    String line = output.readLine();
    while (line != null && !line.startsWith(start)) {
      before.add(line);
      line = output.readLine();
    }
    assertThat(line).as("after " + before).isNotNull();
    return String.valueOf(line);
  }

  private static String firstLineWith(BufferedReader output, String text) throws IOException {
    String line = output.readLine();
    while (line != null && !line.contains(text)) {
      line = output.readLine();
    }
    return String.valueOf(line);
  }

  private static String address(String ready, String name) {
    Matcher addresses = ADDRESS.matcher(ready);
    while (addresses.find()) {
      if (addresses.group(1).equals(name)) {
        return addresses.group(2);
      }
    }
    throw new AssertionError("no " + name + " in: " + ready);
  }

  private static HttpResponse<String> get(String url) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
  }

  private static String gateway(int port, int adminPort) {
    return """
        {"listeners": [{"name": "web", "protocol": "http", "host": "127.0.0.1", "port": %d}],
         "routes": [{"listener": "web", "service": "images", "destination": ["{path}"]}],
         "services": {"images": {"strategy": "lblc", "servers": [
           {"id": "a", "host": "127.0.0.1", "port": 1}]}},
         "admin": {"host": "127.0.0.1", "port": %d}}
        """.formatted(port, adminPort);
  }
}
