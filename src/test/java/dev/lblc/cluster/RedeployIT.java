package dev.lblc.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.map.impl.MapService;
import com.hazelcast.spi.impl.eventservice.EventService;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.testing.Eventually;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.httpproxy.HttpProxy;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Deployed and undeployed on a member of a cluster again and again, while a proxy asks it for servers. */
@Tag("alone")
final class RedeployIT {
  private static final int ROUNDS = 10;
  private static final int CLIENTS = 16;
  private static final int ANSWERS = 200;

  /** Pools that grow with what they have to do, up to bounds of their own. */
  private static final Pattern ELASTIC = Pattern.compile(
      "vert\\.x-(worker|internal-blocking|eventloop)-thread-|hz\\..*\\.cached\\.thread-");

  private final Vertx world = Vertx.vertx();
  private final HttpClient clients =
      world.createHttpClient(new PoolOptions().setHttp1MaxSize(CLIENTS));
  private final Map<String, Integer> outcomes = new ConcurrentHashMap<>();
  private final AtomicInteger answers = new AtomicInteger();
  private volatile boolean isLoaded = true;
  private volatile Handler<HttpServerRequest> handler = request -> {};

  @SuppressWarnings("NullAway.Init") // set before each test
  private List<ClusteredVertx> members;

  /** What a deployment registers, outside of its own objects. */
  private record Registered(Map<String, Long> threads, int consumers, int mapListeners) {
    /** Less is no leak: a thread of what was there earlier may have ended meanwhile. */
    void assertNoMoreThan(Registered before) {
      assertThat(threads)
          .allSatisfy((name, count) -> assertThat(count)
              .as("threads %s; before: %s", name, before.threads)
              .isLessThanOrEqualTo(before.threads.getOrDefault(name, 0L)));
      assertThat(consumers).as("consumers").isLessThanOrEqualTo(before.consumers);
      assertThat(mapListeners).as("map listeners").isLessThanOrEqualTo(before.mapListeners);
    }
  }

  @BeforeEach
  void startMembers() throws Exception {
    members = ClusteredVertx.start(2);
  }

  @AfterEach
  void stop() throws Exception {
    ClusteredVertx.close(members);
    world.close().await(20, SECONDS);
  }

  @Test
  void undeployed_underLoad_failsNoRequestAndLeavesNothing() throws Exception {
    JsonObject config = config();
    Vertx vertx = members.get(0).vertx();
    deploy(members.get(1).vertx(), config);
    HttpServer server = vertx
        .createHttpServer()
        .requestHandler(request -> handler.handle(request))
        .listen(0, "127.0.0.1")
        .await(20, SECONDS);
    HttpClient toServers = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(CLIENTS));
    List<WeakReference<LblcService>> services = new ArrayList<>();
    List<Future<Void>> load = new ArrayList<>();
    Registered before = new Registered(Map.of(), 0, 0);
    for (int round = 0; round <= ROUNDS; round++) {
      String id = deploy(vertx, config);
      services.add(new WeakReference<>(Lblc.of(vertx).service("images")));
      handler = proxy(vertx, toServers);
      if (round == 0) {
        for (int i = 0; i < CLIENTS; i++) {
          Promise<Void> done = Promise.promise();
          requests(server.actualPort(), i, done);
          load.add(done.future());
        }
      }
      awaitAnswers();
      vertx.undeploy(id).await(20, SECONDS);
      awaitAnswers();
      if (round == 0) { // all that is started once has been
        before = registered();
      }
    }
    Registered expected = before;
    Eventually.passes(
        "as after the first round",
        Duration.ofSeconds(20),
        () -> registered().assertNoMoreThan(expected));
    isLoaded = false;
    Future.all(load).await(20, SECONDS);
    assertThat(outcomes).containsOnlyKeys("200");
    handler = request -> {};
    Eventually.passes("services are gone", Duration.ofSeconds(20), () -> {
      System.gc();
      assertThat(services).extracting(WeakReference::get).containsOnlyNulls();
    });
  }

  @Test
  void closedWhileItStarts_leavesNothing() throws Exception {
    Set<Thread> before = clusterThreads();
    Vertx vertx = members.get(0).vertx();
    Future<String> deploying = vertx.deployVerticle(
        "dev.lblc.plugin.LblcVerticle", new DeploymentOptions().setConfig(config()));
    Eventually.holds(
        "it joins", () -> !before.containsAll(clusterThreads()) || deploying.isComplete());
    vertx.close().await(20, SECONDS);
    Eventually.passes("it has left", Duration.ofSeconds(20), () -> {
      Set<Thread> left = clusterThreads();
      left.removeAll(before);
      assertThat(left)
          .as(() -> left.stream()
              .map(thread -> thread.getName() + ": " + List.of(thread.getStackTrace()))
              .collect(Collectors.joining("\n")))
          .isEmpty();
    });
  }

  @Test
  void joined_onceVertxIsClosed_failsAndLeavesNothing() throws Exception {
    Set<Thread> before = clusterThreads();
    Vertx vertx = members.get(0).vertx();
    vertx.close().await(20, SECONDS);
    Future<Cluster> joining = Cluster.join(
        vertx,
        new Cluster.Settings("lblc", Duration.ofMillis(50), Duration.ofSeconds(10), 1),
        () -> System.nanoTime() / 1_000_000,
        Map::of,
        Map::of);
    assertThatThrownBy(() -> joining.await(20, SECONDS)).hasMessage("Vert.x is closed");
    assertThat(before).containsAll(clusterThreads());
  }

  private static Set<Thread> clusterThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("lblc-cluster"))
        .collect(Collectors.toSet());
  }

  /** Asks for the next one with its answer; a chain of futures as long as that has no stack to end on. */
  private void requests(int port, int number, Promise<Void> done) {
    clients
        .request(HttpMethod.GET, port, "127.0.0.1", "/" + number)
        .compose(HttpClientRequest::send)
        .compose(response -> response.body().map(body -> String.valueOf(response.statusCode())))
        .otherwise(Throwable::toString)
        .onSuccess(outcome -> {
          outcomes.merge(outcome, 1, Integer::sum);
          answers.incrementAndGet();
          if (isLoaded) {
            requests(port, number, done);
          } else {
            done.complete();
          }
        });
  }

  private void awaitAnswers() throws Exception {
    int enough = answers.get() + ANSWERS;
    Eventually.holds("answers go on, " + outcomes, () -> answers.get() >= enough);
  }

  private static Handler<HttpServerRequest> proxy(Vertx vertx, HttpClient toServers) {
    LblcService images = Lblc.of(vertx).service("images");
    return HttpProxy.reverseProxy(toServers)
        .origin(images.originRequestProvider(context -> context.request().getURI()));
  }

  private static String deploy(Vertx vertx, JsonObject config) throws Exception {
    return vertx
        .deployVerticle(
            "dev.lblc.plugin.LblcVerticle",
            new DeploymentOptions().setConfig(config).setInstances(2))
        .await(60, SECONDS);
  }

  /** Three servers with health checks of both kinds. */
  private JsonObject config() throws Exception {
    JsonArray servers = new JsonArray();
    for (int i = 0; i < 3; i++) {
      HttpServer server = world
          .createHttpServer()
          .requestHandler(request -> request.response().end(Buffer.buffer("answer")))
          .listen(0, "127.0.0.1")
          .await(20, SECONDS);
      servers.add(new JsonObject()
          .put("id", "s" + i)
          .put("host", "127.0.0.1")
          .put("port", server.actualPort()));
    }
    JsonObject health = new JsonObject()
        .put(
            "active", // the verdicts of a busy machine are not what this is about
            new JsonObject().put("path", "/").put("interval", "50ms").put("fall", 1_000))
        .put("passive", new JsonObject());
    JsonObject images =
        new JsonObject().put("strategy", "lblc").put("servers", servers).put("health", health);
    return new JsonObject()
        .put("services", new JsonObject().put("images", images))
        .put("cluster", new JsonObject().put("enabled", true));
  }

  private Registered registered() {
    ClusteredVertx member = members.get(0);
    Map<String, Long> threads = Thread.getAllStackTraces().keySet().stream()
        .map(thread -> thread.getName().replaceAll("\\d+", ""))
        .filter(name -> !ELASTIC.matcher(name).lookingAt())
        .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    EventService events = ((HazelcastInstanceProxy) member.hazelcast())
        .getOriginal()
        .node
        .getNodeEngine()
        .getEventService();
    int mapListeners = 0;
    for (String map : List.of("lblc.homes.images", "lblc.servers.images")) {
      mapListeners += events.getRegistrations(MapService.SERVICE_NAME, map).size();
    }
    return new Registered(
        threads, member.hazelcast().getMultiMap("__vertx.subs").size(), mapListeners);
  }
}
