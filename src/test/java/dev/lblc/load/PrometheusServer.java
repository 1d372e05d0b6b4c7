package dev.lblc.load;

import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Prometheus of its own that scrapes gateways each second. For it, a minute of the alert rules is a second. */
final class PrometheusServer implements AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Process process;
  private final String url;

  private PrometheusServer(Process process, String url) {
    this.process = process;
    this.url = url;
  }

  /** Returns whether it is installed. */
  static boolean isInstalled() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .anyMatch(folder -> new File(folder, "prometheus").canExecute());
  }

  /**
   * Starts it, and waits until it is ready.
   *
   * @param folder for its files
   * @param targets host and port of admin ports
   */
  static PrometheusServer start(Path folder, List<String> targets, String token) throws Exception {
    String rules = Files.readString(Path.of("conf", "alerts.yml"))
        .replace("for: 30s", "for: 1s")
        .replaceAll("(for: \\d+)m", "$1s")
        .replaceAll("(\\[\\d+)m\\]", "$1s]");
    Files.writeString(folder.resolve("alerts.yml"), rules);
    Files.writeString(folder.resolve("token"), token);
    Path config = folder.resolve("prometheus.yml");
    Files.writeString(config, """
        global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
        rule_files: [alerts.yml]
        scrape_configs:
          - job_name: lblc
            authorization: {credentials_file: token}
            static_configs:
              - targets: [%s]
        """.formatted(
            targets.stream().map(each -> "'" + each + "'").collect(Collectors.joining(", "))));
    String address = "127.0.0.1:" + Ports.free();
    Process process = new ProcessBuilder(
            "prometheus",
            "--config.file=" + config,
            "--storage.tsdb.path=" + folder.resolve("data"),
            "--web.listen-address=" + address)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("prometheus.log").toFile())
        .start();
    PrometheusServer server = new PrometheusServer(process, "http://" + address);
    try {
      Eventually.holds("Prometheus is ready", server::isReady);
      return server;
    } catch (Exception | AssertionError e) {
      server.close();
      throw new IllegalStateException(Files.readString(folder.resolve("prometheus.log")), e);
    }
  }

  private boolean isReady() throws Exception {
    try {
      return process.isAlive() && get("/-/ready").statusCode() == 200;
    } catch (IOException e) {
      return false; // nobody listens yet
    }
  }

  /** Returns the numbers that an expression has now; none: no series. */
  List<Double> query(String expression) throws Exception {
    HttpResponse<String> answer =
        get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
    if (answer.statusCode() != 200) {
      throw new IllegalArgumentException(expression + ": " + answer.body());
    }
    JsonArray result = new JsonObject(answer.body()).getJsonObject("data").getJsonArray("result");
    return result.stream()
        .map(series -> ((JsonObject) series).getJsonArray("value").getString(1))
        .map(value -> value.endsWith("Inf")
            ? (value.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY)
            : Double.parseDouble(value))
        .toList();
  }

  /** Returns the alerts that fire: name, service and server, as far as they have these. */
  Set<String> firing() throws Exception {
    Set<String> firing = new TreeSet<>();
    for (Object each :
        new JsonObject(get("/api/v1/alerts").body()).getJsonObject("data").getJsonArray("alerts")) {
      JsonObject alert = (JsonObject) each;
      if (alert.getString("state").equals("firing")) {
        JsonObject labels = alert.getJsonObject("labels");
        firing.add(Stream.of("alertname", "service", "server")
            .filter(labels::containsKey)
            .map(labels::getString)
            .collect(Collectors.joining(" ")));
      }
    }
    return firing;
  }

  private HttpResponse<String> get(String path) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofString());
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().orTimeout(60, TimeUnit.SECONDS).join();
  }
}
