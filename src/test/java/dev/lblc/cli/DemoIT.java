package dev.lblc.cli;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.boot.Application;
import dev.lblc.boot.GatewayFile;
import dev.lblc.boot.PluginFolder;
import dev.lblc.config.ServiceConfig;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the demo says to try, with {@code conf/demo.json} on other ports. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DemoIT {
  private static final int SERVERS = 3;

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private List<Integer> ports = List.of();
  private @Nullable Application application;
  private String web = "";

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Path file;

  @SuppressWarnings("NullAway.Init") // set before each test
  private ServiceConfig service;

  @BeforeEach
  void start() throws Exception {
    ports = Ports.free(SERVERS + 1);
    String config = Files.readString(Path.of("conf/demo.json"))
        .replace("\"$schema\": \"./gateway.schema.json\",", "")
        .replace("8080", "0")
        .replace("9901", String.valueOf(ports.get(SERVERS)));
    for (int i = 0; i < SERVERS; i++) {
      config = config.replace("910" + (i + 1), String.valueOf(ports.get(i)));
    }
    file = Files.writeString(directory.resolve("demo.json"), config);
    GatewayFile gateway =
        GatewayFile.read(file, PluginFolder.openIfThere(directory.resolve("plugins")));
    service = gateway.config().plugin().services().values().iterator().next();
    DemoServers.start(vertx, service, List.of());
    Application started = Application.start(gateway);
    application = started;
    web = String.valueOf(started.listeners().get("web"));
  }

  @AfterEach
  void stop() throws Exception {
    if (application != null) {
      application.close();
    }
    vertx.close().await(10, SECONDS);
  }

  @Test
  void path_askedForTwice_isCachedAndExplainedByTheKeyThatTheBannerNames() throws Exception {
    String home = "three"; // as in README.md, for a path's first servers do not depend on chance
    assertThat(get(web + "/cats")).isEqualTo(home + " fetched /cats\n");
    assertThat(get(web + "/cats")).isEqualTo(home + " cached /cats\n");
    assertThat(get(web + "/birds")).isEqualTo("one fetched /birds\n");
    StringWriter out = new StringWriter();
    int code = Main.execute(
        new PrintWriter(out, true),
        new PrintWriter(out, true),
        "explain",
        file.toString(),
        "--service",
        "demo",
        "--destination",
        "/cats");
    assertThat(code).as(out.toString()).isZero();
    assertThat(out.toString().lines()).contains("/cats -> " + home + " (lblc-adaptive, hit)");
    String admin = "http://127.0.0.1:" + ports.get(SERVERS);
    assertThat(get(admin + "/api/v1/services/demo/explain?destination=/cats"))
        .contains("\"reason\":\"hit\"");
    assertThat(DemoBanner.text(service, web, admin))
        .contains(
            "curl " + web + "/cats",
            "curl '" + admin + "/api/v1/services/demo/explain?destination=/cats'",
            "curl http://127.0.0.1:" + ports.get(2) + "/stop",
            "(one " + ports.get(0) + ", two " + ports.get(1) + ", three " + ports.get(2) + ")",
            "30 requests for it at once, each of 5 s",
            "for i in $(seq 30); do curl -s " + web + "/slow & sleep 0.02; done; wait",
            "more than 4 of them");
  }

  @Test
  void path_thatIsHot_getsOtherServersAsWell() throws Exception {
    List<CompletableFuture<HttpResponse<String>>> answers = new CopyOnWriteArrayList<>();
    vertx.setPeriodic(
        20,
        timer -> { // as the banner says
          answers.add(client.sendAsync(request(web + "/slow?seconds=3"), BodyHandlers.ofString()));
          if (answers.size() == 30) {
            vertx.cancelTimer(timer);
          }
        });
    Eventually.holds("all are asked for", () -> answers.size() == 30);
    assertThat(answers.stream().map(answer -> answer.join().body().split(" ", 2)[0]))
        .contains("one", "two", "three");
  }

  @Test
  void banner_ofWeightsNearTheLoad_saysHowToExceedThem() throws Exception {
    Path weighed = Files.writeString(
        directory.resolve("weighed.json"),
        Files.readString(file)
            .replace("-adaptive", "")
            .replace("\"id\":", "\"weight\": 4, \"id\":"));
    GatewayFile gateway =
        GatewayFile.read(weighed, PluginFolder.openIfThere(directory.resolve("plugins")));
    ServiceConfig lblc =
        gateway.config().plugin().services().values().iterator().next();
    assertThat(DemoBanner.text(lblc, web, null))
        .contains(
            "6 requests for one path, each of 5 s",
            "for i in $(seq 6); do curl -s " + web + "/slow & done; wait");
  }

  @Test
  void server_stopped_losesItsPathsAndComesBack() throws Exception {
    String home = get(web + "/cats").split(" ", 2)[0];
    int port = ports.get(List.of("one", "two", "three").indexOf(home));
    String direct = "http://127.0.0.1:" + port;
    assertThat(get(direct + "/stop?seconds=3")).isEqualTo(home + " stops for 3 s\n");
    Eventually.holds("the port is closed", () -> isRefused(direct));
    assertThat(get(web + "/cats")).doesNotStartWith(home).contains("fetched /cats");
    Eventually.holds("the port is open again", () -> !isRefused(direct));
    assertThat(get(direct + "/cats")).as("its cache").isEqualTo(home + " cached /cats\n");
  }

  /** Through the gateway, {@code /stop} is a path like any other. */
  @Test
  void stop_throughTheGateway_stopsNobody() throws Exception {
    assertThat(get(web + "/stop")).endsWith(" fetched /stop\n");
    assertThat(get(web + "/stop")).endsWith(" cached /stop\n");
  }

  private boolean isRefused(String url) throws Exception {
    try {
      client.send(request(url + "/health"), BodyHandlers.discarding());
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }

  private String get(String url) throws Exception {
    return client.send(request(url), BodyHandlers.ofString()).body();
  }

  private static HttpRequest request(String url) {
    return HttpRequest.newBuilder(URI.create(url)).build();
  }
}
