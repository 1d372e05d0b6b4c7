package dev.lblc.load;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.example.Rendezvous;
import com.example.ReplicaCaller;
import com.example.WebProxyGateway;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import dev.lblc.testing.Ports;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The three applications of the README, in processes of their own as a user runs them: one, and two that cluster. */
@ExpectedLog(
    "ERROR ConnectionBase: ") // Vert.x tells of the connections that this test's client ends
final class ExamplesIT {
  private static final int FEW = 200;

  /** Exchanges on each application, by each way; {@code -Plong} has more. */
  private static final int EXCHANGES = Integer.getInteger("lblc.exchanges", FEW);

  private static final int AT_ONCE = 30;
  private static final int SERVERS = 3;
  private static final int DESTINATIONS = 60;
  private static final int PATIENCE_SECONDS = 30;
  private static final int GIVE_UP_MILLIS = 5_000;
  private static final String ANSWERED = "answered";
  private static final Duration SOON = Duration.ofSeconds(PATIENCE_SECONDS);
  private static final String HOST = "127.0.0.1";

  private static final Vertx VERTX = Vertx.vertx();

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  /** The first of the upstreams' ports, which are the ids of the servers, is that of the one that is killed. */
  private static final List<Integer> PORTS = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static JavaProcess survivors;

  private static @Nullable JavaProcess victim;

  private final List<App> apps = new ArrayList<>();

  /**
   * One process of an application.
   *
   * @param status where it shows its service
   */
  private record App(JavaProcess process, int port, RequestOptions status) {}

  @BeforeAll
  static void startUpstreams() throws Exception {
    PORTS.addAll(Ports.free(SERVERS));
    survivors = upstreams(PORTS.subList(1, SERVERS));
    survivors.awaitReady();
  }

  @BeforeEach
  void startVictim() throws Exception {
    if (victim == null) {
      victim = upstreams(PORTS.subList(0, 1));
      victim.awaitReady();
    }
  }

  private static JavaProcess upstreams(List<Integer> ports) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(HOST));
    ports.forEach(port -> arguments.add(String.valueOf(port)));
    return JavaProcess.launch(
        List.of(),
        JavaProcess.QUICK_START,
        "listening",
        UpstreamMain.class.getName(),
        arguments.toArray(String[]::new));
  }

  @AfterEach
  void stop() {
    apps.forEach(app -> app.process.close());
  }

  @AfterAll
  static void stopUpstreams() {
    survivors.close();
    if (victim != null) {
      victim.close();
    }
  }

  @AfterAll
  static void stopVertx() throws Exception {
    VERTX.close().await(PATIENCE_SECONDS, SECONDS);
  }

  /** With {@code -Plong} alone, too. */
  static IntStream nodes() {
    return IntStream.rangeClosed(EXCHANGES > FEW ? 1 : 2, 2);
  }

  @ParameterizedTest
  @MethodSource("nodes")
  void webProxyGateway_keepsAUrlOnItsServerAndCountsExactly(int nodes) throws Exception {
    start(WebProxyGateway.class, "images", nodes);
    assertSticky(null);
    exchange(null, HttpVersion.HTTP_1_1);
    exchange(null, HttpVersion.HTTP_2);
    killOneUpstream();
    exchange(null, HttpVersion.HTTP_1_1);
    assertNothingIsCounted();
  }

  @ParameterizedTest
  @MethodSource("nodes")
  void replicaCaller_keepsATenantOnItsReplicaAndCountsExactly(int nodes) throws Exception {
    start(ReplicaCaller.class, "models", nodes);
    assertSticky("tenant");
    exchange("tenant", HttpVersion.HTTP_1_1);
    tellReplicas(PORTS.subList(0, 2));
    exchange("tenant", HttpVersion.HTTP_2);
    tellReplicas(List.of(PORTS.get(2), PORTS.get(1), PORTS.get(0)));
    killOneUpstream();
    exchange("tenant", HttpVersion.HTTP_1_1);
    assertNothingIsCounted();
  }

  @Test
  void rendezvous_inAJarInPlugins_schedulesAlikeOnTwoNodes() throws Exception {
    Path plugins = Files.createDirectory(folder.resolve("plugins"));
    pack(plugins.resolve("rendezvous.jar"), Rendezvous.class);
    List<Integer> ports = Ports.free(6);
    List<InetSocketAddress> members = List.of(
        InetSocketAddress.createUnresolved(HOST, ports.get(0)),
        InetSocketAddress.createUnresolved(HOST, ports.get(1)));
    for (int i = 0; i < members.size(); i++) {
      Path hazelcast = folder.resolve("hazelcast" + i + ".yaml");
      Files.writeString(hazelcast, GatewayCluster.hazelcast(folder.getFileName(), members, i));
      int web = ports.get(2 + 2 * i);
      int admin = ports.get(3 + 2 * i);
      Path file = folder.resolve("gateway" + i + ".json");
      Files.writeString(file, gateway(web, admin, hazelcast).encodePrettily());
      JavaProcess process =
          JavaProcess.launchJar("ready: ", "run", file.toString(), "--plugins", plugins.toString());
      apps.add(new App(process, web, at(admin, "/api/v1/services/load")));
    }
    awaitApps();
    assertSticky(null);
    exchange(null, HttpVersion.HTTP_1_1);
    assertNothingIsCounted();
  }

  /** Two of them form a cluster of the application's own. */
  private void start(Class<?> application, String service, int nodes) throws Exception {
    List<Integer> ports = Ports.free(2 * nodes);
    List<Integer> members = ports.subList(nodes, 2 * nodes);
    JsonObject config = services(service, "lblc");
    if (nodes > 1) {
      config.put("cluster", new JsonObject().put("enabled", true));
    }
    Path file = Files.writeString(folder.resolve("config.json"), config.encode());
    for (int i = 0; i < nodes; i++) {
      Path hazelcast = folder.resolve("hazelcast" + i + ".xml");
      Files.writeString(hazelcast, hazelcast(members, i));
      List<String> options = new ArrayList<>(JavaProcess.QUICK_START);
      options.add("-Dvertx.hazelcast.config=" + hazelcast);
      String port = String.valueOf(ports.get(i));
      JavaProcess process = JavaProcess.launch(
          List.of(), options, "ready on", application.getName(), port, file.toString());
      apps.add(new App(process, ports.get(i), at(ports.get(i), "/status")));
    }
    awaitApps();
  }

  private void awaitApps() throws Exception {
    for (App app : apps) {
      app.process.awaitReady();
    }
  }

  // --- what is asked of all of them ---

  /** Each destination is placed on one node, and has the same server on all from then on. */
  private void assertSticky(@Nullable String header) throws Exception {
    HttpClient client = client(HttpVersion.HTTP_1_1);
    Random random = new Random(1);
    Map<String, String> homes = new TreeMap<>();
    for (int i = 0; i < DESTINATIONS; i++) {
      App any = apps.get(random.nextInt(apps.size()));
      homes.put("/small/" + i, upstreamOf(client, any, header, "/small/" + i));
    }
    assertThat(new HashSet<>(homes.values())).hasSize(SERVERS);
    for (App app : apps) {
      Eventually.passes("the same homes on all", SOON, () -> {
        for (Map.Entry<String, String> home : homes.entrySet()) {
          assertThat(upstreamOf(client, app, header, home.getKey()))
              .as("server of %s", home.getKey())
              .isEqualTo(home.getValue());
        }
      });
    }
    client.close().await(PATIENCE_SECONDS, SECONDS);
  }

  /** Exchanges on all nodes, of which a third is ended by its client at a random moment. */
  private void exchange(@Nullable String header, HttpVersion version) throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    HttpClient client = client(version);
    String[] kinds = {"/small/", "/small/", "/large/", "/hold/"};
    Semaphore room = new Semaphore(AT_ONCE); // for the next as soon as any of them is done
    List<Future<String>> underWay = new ArrayList<>();
    for (int i = 0; i < EXCHANGES; i++) {
      App app = apps.get(random.nextInt(apps.size()));
      String path = kinds[random.nextInt(kinds.length)] + random.nextInt(DESTINATIONS);
      RequestOptions request = destination(app.port, header, path).setIdleTimeout(GIVE_UP_MILLIS);
      boolean isEnded = path.startsWith("/hold/") || random.nextInt(4) == 0;
      assertThat(room.tryAcquire(PATIENCE_SECONDS, SECONDS))
          .as("seed %d: room", seed)
          .isTrue();
      underWay.add(one(client, request, isEnded ? 1 + random.nextInt(10) : 0)
          .onComplete(done -> room.release()));
    }
    Map<String, Integer> outcomes = new TreeMap<>();
    for (Future<String> exchange : underWay) {
      outcomes.merge(exchange.await(PATIENCE_SECONDS, SECONDS), 1, Integer::sum);
    }
    assertThat(outcomes.getOrDefault(ANSWERED, 0))
        .as("answered over %s, seed %d, outcomes %s", version, seed, outcomes)
        .isGreaterThan(EXCHANGES / 4);
    client.close().await(PATIENCE_SECONDS, SECONDS);
  }

  /**
   * {@value #ANSWERED} as a whole, or why not. Given up after a while: a client of Vert.x that resets a request just when its response
   * arrives may be told of neither. What the application makes of it is seen in what it counts.
   */
  private static Future<String> one(HttpClient client, RequestOptions options, int endAfterMillis) {
    return client
        .request(options)
        .compose(request -> {
          if (endAfterMillis > 0) {
            VERTX.setTimer(endAfterMillis, timer -> request.reset());
          }
          return request.send();
        })
        .compose(HttpClientResponse::body)
        .timeout(4 * GIVE_UP_MILLIS, MILLISECONDS)
        .map(body -> ANSWERED)
        .otherwise(cause -> cause.getClass().getSimpleName());
  }

  private void assertNothingIsCounted() throws Exception {
    HttpClient client = client(HttpVersion.HTTP_1_1);
    for (App app : apps) {
      Eventually.passes("no connection is counted", SOON, () -> {
        JsonObject status =
            new JsonObject(body(client, app.status).await(PATIENCE_SECONDS, SECONDS));
        assertThat(connections(status)).as(status.encode()).containsOnly(0);
      });
    }
    client.close().await(PATIENCE_SECONDS, SECONDS);
  }

  private static Set<Integer> connections(JsonObject status) {
    Set<Integer> counts = new HashSet<>();
    for (Object server : status.getJsonArray("servers")) {
      JsonObject active = ((JsonObject) server).getJsonObject("active");
      counts.add(active.getInteger("local"));
      counts.add(active.getInteger("cluster"));
    }
    return counts;
  }

  private static void killOneUpstream() {
    if (victim != null) {
      victim.kill();
      victim = null;
    }
  }

  private void tellReplicas(List<Integer> ports) throws Exception {
    HttpClient client = client(HttpVersion.HTTP_1_1);
    for (App app : apps) {
      client
          .request(at(app.port, "/replicas").setMethod(HttpMethod.PUT))
          .compose(request -> request.send(new JsonArray(ports).toBuffer()))
          .compose(HttpClientResponse::end)
          .await(PATIENCE_SECONDS, SECONDS);
    }
    client.close().await(PATIENCE_SECONDS, SECONDS);
  }

  private static String upstreamOf(HttpClient client, App app, @Nullable String header, String path)
      throws Exception {
    HttpClientResponse response = client
        .request(destination(app.port, header, path))
        .compose(HttpClientRequest::send)
        .compose(answer -> answer.body().map(answer))
        .await(PATIENCE_SECONDS, SECONDS);
    assertThat(response.statusCode()).isEqualTo(200);
    return response.getHeader(UpstreamMain.WHO);
  }

  private static Future<Buffer> body(HttpClient client, RequestOptions options) {
    return client
        .request(options)
        .compose(HttpClientRequest::send)
        .compose(HttpClientResponse::body);
  }

  private static RequestOptions destination(int port, @Nullable String header, String path) {
    RequestOptions options = at(port, path);
    return header == null ? options : options.putHeader(header, path);
  }

  private static RequestOptions at(int port, String path) {
    return new RequestOptions().setHost(HOST).setPort(port).setURI(path);
  }

  private static HttpClient client(HttpVersion version) {
    return VERTX
        .httpClientBuilder()
        .with(new HttpClientOptions().setProtocolVersion(version).setHttp2ClearTextUpgrade(false))
        .with(new PoolOptions().setHttp1MaxSize(AT_ONCE))
        .build();
  }

  // --- their configuration ---

  private JsonObject services(String name, String strategy) {
    JsonArray servers = new JsonArray();
    for (int port : PORTS) {
      servers.add(new JsonObject().put("id", "u" + port).put("host", HOST).put("port", port));
    }
    JsonObject service = new JsonObject().put("strategy", strategy).put("servers", servers);
    return new JsonObject().put("services", new JsonObject().put(name, service));
  }

  private JsonObject gateway(int web, int admin, Path hazelcast) {
    return services("load", "rendezvous")
        .put("listeners", new JsonArray().add(ConfigJson.listener(HOST, web)))
        .put("routes", new JsonArray().add(ConfigJson.route("load")))
        .put("cluster", new JsonObject().put("enabled", true).put("config", hazelcast.toString()))
        .put("admin", new JsonObject().put("port", admin));
  }

  private String hazelcast(List<Integer> members, int own) {
    return """
        <hazelcast xmlns="http://www.hazelcast.com/schema/config">
          <cluster-name>%s</cluster-name>
          <properties>
            <property name="hazelcast.phone.home.enabled">false</property>
            <property name="hazelcast.wait.seconds.before.join">0</property>
          </properties>
          <network>
            <port auto-increment="false">%d</port>
            <interfaces enabled="true"><interface>%s</interface></interfaces>
            <join>
              <auto-detection enabled="false"/>
              <multicast enabled="false"/>
              <tcp-ip enabled="true"><member>%s:%d</member></tcp-ip>
            </join>
          </network>
        </hazelcast>
        """.formatted(folder.getFileName(), members.get(own), HOST, HOST, members.get(0));
  }

  /** A provider and what is nested in it, as its user's build packs them. */
  private static void pack(Path jar, Class<?> provider) throws Exception {
    Path classes =
        Path.of(provider.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path packed = Path.of(provider.getPackageName().replace('.', '/'));
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> all = Files.list(classes.resolve(packed))) {
      for (Path one : all.toList()) {
        if (one.getFileName().toString().startsWith(provider.getSimpleName())) {
          out.putNextEntry(new JarEntry(packed.resolve(one.getFileName()).toString()));
          Files.copy(one, out);
        }
      }
      out.putNextEntry(new JarEntry("META-INF/services/dev.lblc.plugin.StrategyProvider"));
      out.write(provider.getName().getBytes(StandardCharsets.UTF_8));
    }
  }
}
