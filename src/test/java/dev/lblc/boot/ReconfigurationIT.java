package dev.lblc.boot;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.config.GatewayConfig;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A running application that gets another configuration. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ReconfigurationIT {
  private final Vertx upstreams = Vertx.vertx();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final BlockingQueue<HttpServerResponse> held = new LinkedBlockingQueue<>();
  private int cats;
  private int dogs;

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Application application;

  @BeforeEach
  void start() throws Exception {
    cats = upstream("cats");
    dogs = upstream("dogs");
    application = Application.start(file(config("cats", cats).put("admin", admin())));
  }

  @AfterEach
  void close() throws Exception {
    application.close();
    upstreams.close().await(10, SECONDS);
  }

  @Test
  void serviceAndListener_added_areThere_andWhatWasThereStays() throws Exception {
    String web = url("web");
    assertThat(get(web + "/a").body()).isEqualTo("cats");
    JsonObject next = config("cats", cats).put("admin", admin());
    add(next, "more", "dogs", dogs);
    application.apply(read(next));
    assertThat(url("web")).isEqualTo(web);
    assertThat(application.readyLine()).contains("web " + web, "more " + url("more"));
    assertThat(get(web + "/a").body()).isEqualTo("cats");
    assertThat(get(url("more") + "/a").body()).isEqualTo("dogs");
    assertThat(services()).containsExactly(Map.entry("cats", 1), Map.entry("dogs", 1));
  }

  @Test
  void route_toAnotherService_leavesRequestsInFlightOnTheOldOne() throws Exception {
    CompletableFuture<HttpResponse<String>> inFlight =
        client.sendAsync(request(url("web") + "/hold"), BodyHandlers.ofString());
    HttpServerResponse answer = held.take();
    application.apply(read(config("dogs", dogs).put("admin", admin())));
    assertThat(get(url("web") + "/a").body()).isEqualTo("dogs");
    assertThat(services()).containsExactly(Map.entry("dogs", 1));
    upstreams.runOnContext(v -> answer.end("cats, late"));
    assertThat(inFlight.get(10, SECONDS).body()).isEqualTo("cats, late");
  }

  @Test
  void listener_removed_isClosed() throws Exception {
    JsonObject two = config("cats", cats).put("admin", admin());
    add(two, "more", "dogs", dogs);
    application.apply(read(two));
    String more = url("more");
    application.apply(read(config("cats", cats).put("admin", admin())));
    assertThat(application.listeners()).containsOnlyKeys("web");
    assertThatThrownBy(() -> get(more + "/a")).isInstanceOf(ConnectException.class);
  }

  @Test
  void portTaken_changesNothing() throws Exception {
    get(url("web") + "/a");
    String before = application.readyLine();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      JsonObject next = config("dogs", dogs).put("admin", admin());
      add(next, "more", "birds", dogs);
      next.getJsonArray("listeners").getJsonObject(1).put("port", taken.getLocalPort());
      assertThatThrownBy(() -> application.apply(read(next)))
          .isInstanceOf(StartException.class)
          .hasMessageContaining(String.valueOf(taken.getLocalPort()))
          .hasMessageStartingWith("configuration not applied: ");
    }
    assertThat(application.readyLine()).isEqualTo(before);
    assertThat(get(url("web") + "/a").body()).isEqualTo("cats");
    assertThat(services()).as("services and their tables").containsExactly(Map.entry("cats", 1));
  }

  @Test
  void adminOrCluster_changed_isRefusedByName() throws Exception {
    JsonObject otherToken = config("cats", cats).put("admin", admin().put("token", "secret"));
    assertThatThrownBy(() -> application.apply(read(otherToken)))
        .isInstanceOf(StartException.class)
        .hasMessageStartingWith("admin: ");
    JsonObject otherCluster = config("cats", cats)
        .put("admin", admin())
        .put("cluster", new JsonObject().put("enabled", true));
    assertThatThrownBy(() -> application.apply(read(otherCluster)))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("cluster");
    assertThat(get(url("web") + "/a").body()).isEqualTo("cats");
  }

  /** Destinations by service, as the admin port has them. */
  private Map<String, Integer> services() throws Exception {
    JsonArray all = new JsonArray(get(application.admin() + "/api/v1/services").body());
    return all.stream()
        .map(JsonObject.class::cast)
        .collect(Collectors.toMap(
            service -> service.getString("service"),
            service -> service.getInteger("destinations"),
            (one, other) -> one,
            TreeMap::new));
  }

  private int upstream(String name) throws Exception {
    HttpServer server = upstreams
        .createHttpServer()
        .requestHandler(request -> {
          if (request.path().equals("/hold")) {
            held.add(request.response());
          } else {
            request.response().end(name);
          }
        })
        .listen(0, "127.0.0.1")
        .await(10, SECONDS);
    return server.actualPort();
  }

  private static JsonObject config(String service, int port) {
    JsonObject config = new JsonObject()
        .put("listeners", new JsonArray())
        .put("routes", new JsonArray())
        .put("services", new JsonObject());
    add(config, "web", service, port);
    return config;
  }

  private static void add(JsonObject config, String listener, String service, int port) {
    config
        .getJsonArray("listeners")
        .add(new JsonObject()
            .put("name", listener)
            .put("protocol", "http")
            .put("host", "127.0.0.1")
            .put("port", 0));
    config
        .getJsonArray("routes")
        .add(new JsonObject()
            .put("listener", listener)
            .put("service", service)
            .put("destination", new JsonArray().add("{path}")));
    JsonObject server =
        new JsonObject().put("id", "a").put("host", "127.0.0.1").put("port", port);
    config
        .getJsonObject("services")
        .put(
            service,
            new JsonObject().put("strategy", "lblc").put("servers", new JsonArray().add(server)));
  }

  private static JsonObject admin() {
    return new JsonObject().put("host", "127.0.0.1").put("port", 0);
  }

  private GatewayConfig read(JsonObject json) throws Exception {
    return file(json).config();
  }

  private GatewayFile file(JsonObject json) throws Exception {
    Path file = Files.writeString(directory.resolve("gateway.json"), json.encode());
    return GatewayFile.read(file, PluginFolder.openIfThere(directory.resolve("plugins")));
  }

  private String url(String listener) {
    @Nullable String url = application.listeners().get(listener);
    assertThat(url).as(listener).isNotNull();
    return String.valueOf(url);
  }

  private HttpResponse<String> get(String url) throws Exception {
    return client.send(request(url), BodyHandlers.ofString());
  }

  private static HttpRequest request(String url) {
    return HttpRequest.newBuilder(URI.create(url)).build();
  }
}
