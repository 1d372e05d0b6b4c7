package dev.lblc.boot;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.admin.ReloadException;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The files of access logs of a running gateway. All tests share one, with two listeners that log to one file. */
@TestInstance(PER_CLASS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class AccessLogFileIT {
  private static final Duration NEVER = Duration.ofHours(1);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  static Path directory;

  private Vertx upstream;
  private JsonObject config;
  private Application application;

  @BeforeAll
  void start() throws Exception {
    upstream = Vertx.vertx();
    int port = upstream
        .createHttpServer()
        .requestHandler(request -> request.response().end("well"))
        .listen(0, "127.0.0.1")
        .await(10, SECONDS)
        .actualPort();
    JsonObject server =
        new JsonObject().put("id", "one").put("host", "127.0.0.1").put("port", port);
    config = new JsonObject()
        .put(
            "listeners",
            new JsonArray()
                .add(listener("lane", file("access.log").toString()))
                .add(listener("vertx", directory + "/./access.log")))
        .put(
            "routes",
            new JsonArray()
                .add(ConfigJson.route("s").put("listener", "lane"))
                .add(ConfigJson.route("s").put("listener", "vertx")))
        .put(
            "services",
            new JsonObject()
                .put(
                    "s",
                    new JsonObject()
                        .put("strategy", "lblc")
                        .put("servers", new JsonArray().add(server))));
    write(config);
    application = Application.start(
        GatewayFile.read(
            directory.resolve("gateway.json"), PluginFolder.openIfThere(directory.resolve("none"))),
        null,
        NEVER,
        NEVER);
  }

  @AfterAll
  void stop() throws Exception {
    application.close();
    upstream.close().await(10, SECONDS);
  }

  @BeforeEach
  void withoutLines() throws Exception {
    write(config);
    for (Path old : files()) {
      Files.delete(old);
    }
    application.reload("test").await(10, SECONDS);
    Eventually.holds("opened again", () -> Files.exists(file("access.log")));
  }

  @Test
  void requests_whileTheFileIsRotated_areEachALineInOneOfTheFiles() throws Exception {
    int rotations = 25;
    AtomicInteger sent = new AtomicInteger();
    AtomicInteger rotated = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<?>> loads = new ArrayList<>();
    for (String listener : List.of("lane", "vertx", "lane", "vertx")) {
      loads.add(threads.submit(() -> {
        while (rotated.get() < rotations) {
          get(listener, "/" + sent.getAndIncrement());
        }
        return null;
      }));
    }
    while (rotated.get() < rotations) {
      int before = sent.get();
      Eventually.holds("some requests", () -> sent.get() > before + 20);
      Files.move(file("access.log"), file("access.log." + rotated.incrementAndGet()));
      application.reload("SIGHUP").await(10, SECONDS);
      Eventually.holds("opened again", () -> Files.exists(file("access.log")));
    }
    for (Future<?> load : loads) {
      load.get(20, SECONDS);
    }
    threads.shutdown();
    Eventually.holds("all lines", () -> lines().size() >= sent.get());
    List<Integer> logged = lines().stream()
        .map(line -> Integer.valueOf(line.getString("path").substring(1)))
        .sorted()
        .toList();
    assertThat(logged).isEqualTo(Stream.iterate(0, i -> i + 1).limit(sent.get()).toList());
    assertThat(files()).hasSize(rotations + 1);
    assertThat(lines().stream().map(line -> line.getString("listener")).distinct())
        .containsExactlyInAnyOrder("lane", "vertx");
  }

  @Test
  @ExpectedLog("WARN Reloader: not reloaded")
  void reload_ofAFaultyConfiguration_opensTheFileAgain() throws Exception {
    get("lane", "/before");
    Eventually.holds("a line", () -> lines().size() == 1);
    Files.move(file("access.log"), file("access.log.1"));
    write(new JsonObject().put("colour", "blue"));
    assertThatThrownBy(() -> application.reload("SIGHUP").await(10, SECONDS))
        .isInstanceOf(ReloadException.class);
    get("lane", "/after");
    Eventually.holds(
        "a line in the new file",
        () -> Files.exists(file("access.log"))
            && Files.readString(file("access.log")).contains("/after"));
  }

  @Test
  void reload_toOtherFiles_closesTheOneThatNobodyUses() throws Exception {
    JsonObject next = config.copy();
    next.getJsonArray("listeners").getJsonObject(0).put("accessLog", log("other.lane"));
    next.getJsonArray("listeners").getJsonObject(1).put("accessLog", log("other.vertx"));
    write(next);
    assertThat(application.reload("test").await(10, SECONDS).changed())
        .containsExactlyInAnyOrder(
            "$.listeners[0].accessLog.file", "$.listeners[1].accessLog.file");
    get("lane", "/to-lane");
    get("vertx", "/to-vertx");
    Eventually.holds(
        "a line in each",
        () -> Files.readString(file("other.lane")).contains("/to-lane")
            && Files.readString(file("other.vertx")).contains("/to-vertx"));
    Eventually.holds("the old one is closed", () -> !isOpen("access.log"));
    assertThat(isOpen("other.lane")).isTrue();
  }

  @Test
  @ExpectedLog("WARN Reloader: not reloaded")
  void reload_toAFileThatCannotBe_isRefusedWithItsPath() throws Exception {
    JsonObject next = config.copy();
    next.getJsonArray("listeners").getJsonObject(1).put("accessLog", log("nowhere/access.log"));
    write(next);
    assertThatThrownBy(() -> application.reload("SIGHUP").await(10, SECONDS))
        .isInstanceOfSatisfying(
            ReloadException.class,
            e -> assertThat(e.faults()).singleElement().satisfies(fault -> {
              assertThat(fault.path()).isEqualTo("$.listeners[1].accessLog.file");
              assertThat(fault.toString()).contains("there is no folder", "nowhere");
            }));
    get("vertx", "/still");
    Eventually.holds("logged as before", () -> lines().size() == 1);
  }

  @Test
  @ExpectedLog("WARN Reloader: not reloaded")
  void reload_thatFailsLater_closesTheFilesThatItHasOpened() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      JsonObject next = config.copy();
      next.getJsonArray("listeners")
          .add(listener("taken", file("failed").toString())
              .put("engine", "lane")
              .put("port", taken.getLocalPort()));
      next.getJsonArray("routes").add(ConfigJson.route("s").put("listener", "taken"));
      write(next);
      assertThatThrownBy(() -> application.reload("test").await(10, SECONDS))
          .isInstanceOf(ReloadException.class);
    }
    assertThat(file("failed")).isEmptyFile();
    Eventually.holds("it is closed", () -> !isOpen("failed"));
    assertThat(isOpen("access.log")).isTrue();
  }

  private JsonObject listener(String name, String file) {
    return ConfigJson.listener("127.0.0.1", 0)
        .put("name", name)
        .put("engine", name)
        .put("accessLog", new JsonObject().put("format", "json").put("file", file));
  }

  private static JsonObject log(String file) {
    return new JsonObject().put("format", "json").put("file", file(file).toString());
  }

  private static Path file(String name) {
    return directory.resolve(name);
  }

  private static void write(JsonObject config) throws IOException {
    Files.writeString(directory.resolve("gateway.json"), config.encode());
  }

  private void get(String listener, String path) throws Exception {
    URI uri = URI.create(application.listeners().get(listener) + path);
    assertThat(client
            .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
            .body())
        .isEqualTo("well");
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(file -> file.getFileName().toString().startsWith("access.log"))
          .toList();
    }
  }

  /** The lines of all files; one that is torn is no JSON. */
  private static List<JsonObject> lines() throws IOException {
    List<JsonObject> lines = new ArrayList<>();
    for (Path file : files()) {
      String text = Files.readString(file);
      text.substring(0, text.lastIndexOf('\n') + 1)
          .lines()
          .map(JsonObject::new)
          .forEach(lines::add);
    }
    return lines;
  }

  private static boolean isOpen(String name) throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      Path file = file(name).toRealPath();
      for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
        if (Files.exists(descriptor)
            && Files.isSymbolicLink(descriptor)
            && Files.readSymbolicLink(descriptor).equals(file)) {
          return true;
        }
      }
      return false;
    }
  }
}
