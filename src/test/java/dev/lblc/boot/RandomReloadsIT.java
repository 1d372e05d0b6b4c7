package dev.lblc.boot;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.admin.ReloadException;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.ListenerConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.gateway.Gateway;
import dev.lblc.gateway.log.AccessLogs;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.ServicesVerticle;
import dev.lblc.plugin.Strategies;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway goes from one random configuration to the next, with edits of servers between them. After each step it is in the state of a
 * gateway that was started with that configuration, plus the edits; some steps are refused, and change nothing.
 *
 * <p>{@code -Dlblc.reloads=1000} for more steps, {@code -Dlblc.reloads.seed=N} for those of a seed.
 */
@Timeout(value = 500, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExpectedLog("WARN ConnectionCount: ")
final class RandomReloadsIT {
  private static final int STEPS = Integer.getInteger("lblc.reloads", 60);
  private static final List<String> STRATEGIES = List.of("lblc", "lblcr", "lblc-adaptive", "wlc");
  private static final List<String> PATHS = List.of("/a/1", "/b/2", "/c");
  private static final int SERVICES = 4;
  private static final int LISTENERS = 4;

  private final long seed = Long.getLong("lblc.reloads.seed", new Random().nextLong());
  private final Random random = new Random(seed);
  private final Vertx upstreams = vertx();
  private final Map<String, List<Integer>> ports = new HashMap<>();
  private final Map<String, Map<String, Integer>> edits = new HashMap<>();

  @Test
  void reloads_atRandom_endInTheStateOfAFreshStart(@TempDir Path folder) throws Exception {
    for (int i = 0; i < SERVICES; i++) {
      String name = "s" + i;
      ports.put(name, List.of(upstream(name), upstream(name)));
    }
    OddStrategy.jar(Files.createDirectories(folder.resolve("plugins")));
    Vertx fresh = vertx();
    Vertx running = vertx();
    String last = "";
    int refused = 0;
    try (PluginFolder plugins = PluginFolder.open(folder.resolve("plugins"));
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Strategies strategies = plugins.strategies();
      JsonObject json = config();
      GatewayConfig config = read(json, strategies);
      ServicesVerticle services = new ServicesVerticle(config.plugin(), strategies);
      running.deployVerticle(services).await(20, SECONDS);
      Gateway gateway = start(running, config);
      Reconfiguration reconfiguration = new Reconfiguration(services, gateway);
      try (Connection kept = new Connection(url(gateway, "l0"))) {
        for (int step = 0; step < STEPS; step++) {
          last = "seed " + seed + ", step " + step + ": " + json.encode();
          edit(running, config);
          JsonObject next = config();
          boolean isBad = random.nextInt(6) == 0;
          if (isBad) {
            spoil(next, taken.getLocalPort());
          }
          GatewayConfig wanted = read(next, strategies);
          last += " -> " + next.encode();
          GatewayConfig before = config;
          if (isBad) {
            refused++;
            assertThatThrownBy(() -> reconfiguration.apply(before, wanted).await(20, SECONDS))
                .as(last)
                .isInstanceOf(ReloadException.class);
          } else {
            reconfiguration.apply(before, wanted).await(20, SECONDS);
            forgetEdits(before, wanted);
            json = next;
            config = wanted;
          }
          Map<String, String> state = state(running, gateway, config);
          assertThat(state).as(last).isEqualTo(stateOfAFreshStart(fresh, config, strategies));
          assertThat(kept.get("/kept")).as(last).contains(" 200 ");
          assertThat(gateway.apply(config).await(20, SECONDS).isEmpty())
              .as("each listener is as configured, " + last)
              .isTrue();
        }
      }
      assertThat(refused).as("refused, seed " + seed).isLessThan(STEPS);
    } catch (Exception e) {
      throw new AssertionError(last, e);
    } finally {
      for (Vertx each : List.of(running, fresh, upstreams)) {
        each.close().await(20, SECONDS);
      }
    }
  }

  // --- random configurations ---

  /** A configuration whose first listener and its route are always the same. */
  private JsonObject config() {
    JsonObject services = new JsonObject().put("s0", service("s0", true));
    for (int i = 1; i < SERVICES; i++) {
      if (random.nextInt(3) > 0) {
        services.put("s" + i, service("s" + i, false));
      }
    }
    JsonArray listeners =
        new JsonArray().add(ConfigJson.listener("127.0.0.1", 0).put("name", "l0"));
    JsonArray routes = new JsonArray()
        .add(ConfigJson.route("s0")
            .put("listener", "l0")
            .put("match", new JsonObject().put("path", "/kept")));
    for (int i = 0; i < LISTENERS; i++) {
      if (i == 0 || random.nextInt(3) > 0) {
        if (i > 0) {
          listeners.add(listener(i));
        }
        routes(routes, "l" + i, i == LISTENERS - 1, new ArrayList<>(services.fieldNames()));
      }
    }
    return new JsonObject()
        .put("listeners", listeners)
        .put("routes", routes)
        .put("services", services);
  }

  private JsonObject listener(int number) {
    boolean isTcp = number == LISTENERS - 1;
    JsonObject listener = ConfigJson.listener("127.0.0.1", 0)
        .put("name", "l" + number)
        .put("maxConnections", 100 + random.nextInt(2));
    return isTcp
        ? listener.put("protocol", "tcp")
        : listener
            .put("engine", random.nextBoolean() ? "lane" : "vertx")
            .put("proxyProtocol", false)
            .put("limits", new JsonObject().put("headers", 50 + random.nextInt(2)));
  }

  private void routes(JsonArray routes, String listener, boolean isTcp, List<String> services) {
    int count = 1 + random.nextInt(isTcp ? 1 : 3);
    for (int i = 0; i < count; i++) {
      JsonObject route =
          ConfigJson.route(services.get(random.nextInt(services.size()))).put("listener", listener);
      if (isTcp) {
        route.put("destination", new JsonArray().add("{client.ip}"));
      } else {
        route
            .put(
                "match",
                new JsonObject().put("path", List.of("/a/*", "/b/*", "/*").get(random.nextInt(3))))
            .put("retries", random.nextInt(3));
      }
      routes.add(route);
    }
  }

  private JsonObject service(String name, boolean hasServer) {
    JsonArray servers = new JsonArray();
    for (int i = 0; i < 3; i++) {
      if (random.nextBoolean() || (i == 0 && hasServer)) {
        servers.add(new JsonObject()
            .put("id", "" + i)
            .put("host", "127.0.0.1")
            .put("port", at(name).get(random.nextInt(2)))
            .put("weight", i == 0 && hasServer ? 50 : 50 * random.nextInt(3))
            .put("upper", 1_000 * random.nextInt(2)));
      }
    }
    return new JsonObject()
        .put("strategy", STRATEGIES.get(random.nextInt(STRATEGIES.size())))
        .put("options", new JsonObject().put("maxEntries", 100 + random.nextInt(2)))
        .put("servers", servers);
  }

  /** Makes a configuration one that cannot be applied to what runs: it fails at its listeners, or behind them. */
  private void spoil(JsonObject next, int taken) {
    if (random.nextBoolean()) {
      next.getJsonArray("listeners")
          .add(ConfigJson.listener("127.0.0.1", taken).put("name", "bad"));
    } else {
      next.getJsonObject("services").getJsonObject("s0").put("strategy", "odd");
    }
  }

  private static GatewayConfig read(JsonObject json, Strategies strategies) throws Exception {
    return ConfigReader.readText("random.json", json.encode(), strategies, Map.of());
  }

  // --- edits ---

  private void edit(Vertx running, GatewayConfig config) throws Exception {
    List<ServiceConfig> services = new ArrayList<>(config.plugin().services().values());
    ServiceConfig service = services.get(random.nextInt(services.size()));
    if (service.servers().isEmpty() || random.nextBoolean()) {
      return;
    }
    ServerSpec server = service.servers().get(random.nextInt(service.servers().size()));
    int weight = 200 + random.nextInt(100);
    edit(running, service.name(), server.id(), weight);
    edits.computeIfAbsent(service.name(), name -> new TreeMap<>()).put(server.id(), weight);
  }

  private static void edit(Vertx vertx, String service, String server, int weight)
      throws Exception {
    Lblc.of(vertx)
        .service(service)
        .edit(new ServerEdit.Change(server, weight, null, null))
        .await(20, SECONDS);
  }

  /** An edit ends when the file changes its server. */
  private void forgetEdits(GatewayConfig before, GatewayConfig next) {
    edits.forEach((service, servers) -> servers.keySet().removeIf(id -> {
      ServerSpec is = spec(next, service, id);
      return is == null || !is.equals(spec(before, service, id));
    }));
  }

  private static @Nullable ServerSpec spec(GatewayConfig config, String service, String id) {
    ServiceConfig found = config.plugin().services().get(service);
    return found == null
        ? null
        : found.servers().stream()
            .filter(server -> server.id().equals(id))
            .findFirst()
            .orElse(null);
  }

  // --- states ---

  private Map<String, String> stateOfAFreshStart(
      Vertx vertx, GatewayConfig config, Strategies strategies) throws Exception {
    String deployment =
        vertx.deployVerticle(new ServicesVerticle(config.plugin(), strategies)).await(20, SECONDS);
    Gateway gateway = start(vertx, config);
    try {
      for (Map.Entry<String, Map<String, Integer>> service : edits.entrySet()) {
        for (Map.Entry<String, Integer> server : service.getValue().entrySet()) {
          edit(vertx, service.getKey(), server.getKey(), server.getValue());
        }
      }
      return state(vertx, gateway, config);
    } finally {
      gateway.stop().await(20, SECONDS);
      vertx.undeploy(deployment).await(20, SECONDS);
    }
  }

  /** What is seen of a gateway: its services with their servers, and who answers on each listener. */
  private static Map<String, String> state(Vertx vertx, Gateway gateway, GatewayConfig config)
      throws Exception {
    Map<String, String> state = new TreeMap<>();
    for (LblcService service : Lblc.of(vertx).services()) {
      JsonObject status = service.status().toJson();
      TreeSet<String> servers = status.getJsonArray("servers").stream()
          .map(JsonObject.class::cast)
          .map(server -> server.getString("id") + " " + server.getInteger("port") + " "
              + server.getInteger("weight") + " " + server.getInteger("upper"))
          .collect(Collectors.toCollection(TreeSet::new));
      state.put(service.name(), status.getString("strategy") + servers);
    }
    for (ListenerConfig listener : config.listeners()) {
      for (String path : PATHS) {
        state.put(listener.name() + path, answer(url(gateway, listener.name()), path));
      }
    }
    return state;
  }

  /** Status and body; of a connection that is closed without an answer, that. */
  private static String answer(String url, String path) {
    try (Connection connection = new Connection(url)) {
      String answer = connection.get(path);
      return answer.substring(0, 12) + answer.substring(answer.indexOf("\r\n\r\n") + 4);
    } catch (IOException e) {
      return "closed";
    }
  }

  private static String url(Gateway gateway, String listener) {
    return "http://127.0.0.1:" + gateway.port(listener);
  }

  private static final AccessLogs LOGS =
      AccessLogs.to((line, length, writer) -> {}, System::currentTimeMillis);

  private static Gateway start(Vertx vertx, GatewayConfig config) throws Exception {
    return Gateway.start(vertx, config, 1, System::nanoTime, LOGS, false).await(20, SECONDS);
  }

  private List<Integer> at(String service) {
    return ports.getOrDefault(service, List.of());
  }

  private int upstream(String name) throws Exception {
    HttpServer server = upstreams
        .createHttpServer()
        .requestHandler(request -> request.response().end(name))
        .listen(0, "127.0.0.1")
        .await(20, SECONDS);
    return server.actualPort();
  }

  private static Vertx vertx() {
    return Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  }
}
