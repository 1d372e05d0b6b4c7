package dev.lblc.plugin;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.lblc.config.DestinationTemplate;
import dev.lblc.config.PoolConfig;
import dev.lblc.config.ServerHttp;
import dev.lblc.config.ServiceConfig;
import dev.lblc.config.StrategyOptions;
import dev.lblc.config.TcpListenerConfig;
import dev.lblc.config.TcpRouteConfig;
import dev.lblc.gateway.net.Refusals;
import dev.lblc.gateway.net.TlsFailures;
import dev.lblc.gateway.tcp.TcpCounts;
import dev.lblc.gateway.tcp.TcpServer;
import dev.lblc.gateway.tcp.TcpSettings;
import dev.lblc.gateway.tcp.TcpWorker;
import dev.lblc.health.HealthTime;
import dev.lblc.scheduler.ExpiryCheck;
import dev.lblc.scheduler.LocalityBased;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.ReplicatedLocalityBased;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Strategy;
import dev.lblc.scheduler.WeightedLeastConnection;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.KernelTimer;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Replays one recording of the kernel through a real listener: each opened connection goes to its destination address, which
 * has to be one of this machine, each choice is the server that accepts it. Only the clock is not real.
 */
final class KernelReplay {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String SERVICE = "caches";

  private static final Map<String, Strategy.Factory> STRATEGIES = Map.of(
      "wlc",
      WeightedLeastConnection::new,
      "lblc",
      LocalityBased::new,
      "lblcr",
      ReplicatedLocalityBased::new);

  private final String name;
  private final List<JsonObject> rows;
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final List<String> mismatches = new ArrayList<>();
  private final Map<Integer, Pair> pairs = new HashMap<>();
  private final ReplayServers upstreams;
  private final ScheduledService service;
  private String strategyName;
  private List<Long> timerRuns = List.of();
  private Runnable expiry = () -> {};
  private JsonObject row = new JsonObject();
  private int rowNumber;
  private int decisions;
  private volatile long nowMillis;
  private volatile SchedulerOptions options = SchedulerOptions.KERNEL;
  private volatile @Nullable Strategy strategy;
  private Strategy.@Nullable Context context;

  /** Both ends of a connection. */
  private record Pair(Socket client, Socket served) {}

  KernelReplay(String name, JsonObject trace, ReplayServers upstreams) {
    this.name = name;
    this.upstreams = upstreams;
    this.rows =
        trace.getJsonArray("events").stream().map(JsonObject.class::cast).toList();
    this.strategyName = trace.getString("scheduler");
    ServiceConfig config = new ServiceConfig(
        SERVICE,
        strategyName,
        SchedulerOptions.KERNEL,
        StrategyOptions.NONE,
        List.of(),
        null,
        null,
        Duration.ofMinutes(10),
        null,
        ServerHttp.HTTP_1_1,
        PoolConfig.DEFAULTS,
        null,
        null);
    // What the service itself would check for expiry has other options and another strategy.
    service = new ScheduledService(
        vertx,
        config,
        null,
        this::begin,
        () -> nowMillis,
        new HealthTime(() -> 0, () -> 0),
        () -> new Random(1),
        (period, task) -> () -> {},
        false);
  }

  int decisions() {
    return decisions;
  }

  /** Replays all rows; the differences found. */
  List<String> run() throws Exception {
    try {
      int port = listen();
      for (rowNumber = 1; rowNumber <= rows.size(); rowNumber++) {
        row = rows.get(rowNumber - 1);
        advanceTo(KernelTimer.millis(row.getDouble("t")));
        replayRow(port);
      }
      return mismatches;
    } finally {
      for (Pair pair : pairs.values()) {
        pair.client.close();
        pair.served.close();
      }
      service.end();
      vertx.close().await(20, SECONDS);
    }
  }

  private int listen() throws Exception {
    TcpRouteConfig route = new TcpRouteConfig(
        0,
        new TcpRouteConfig.Match(null, List.of(), List.of()),
        SERVICE,
        List.of(new DestinationTemplate(
            List.of(new DestinationTemplate.Field(DestinationTemplate.Kind.LOCAL_IP, null, 0)))),
        new TcpRouteConfig.Timeouts(Duration.ofSeconds(5), Duration.ofHours(24), null),
        0);
    TcpListenerConfig listener = new TcpListenerConfig(
        "in",
        "0.0.0.0",
        List.of(0),
        false,
        false,
        null,
        false,
        10_000,
        List.of(),
        Duration.ofSeconds(5),
        null,
        List.of(route));
    TcpServer tcp = new TcpServer(
        vertx,
        TcpSettings.compile(
            listener,
            Map.of(),
            known -> service,
            Map.of(),
            new TcpCounts(1),
            new Refusals(),
            new TlsFailures(System::nanoTime),
            null));
    vertx
        .deployVerticle(new VerticleBase() {
          @Override
          public Future<?> start() {
            return tcp.listen(List.of(new TcpWorker(vertx, System::nanoTime, 0)));
          }

          @Override
          public Future<?> stop() {
            return tcp.stopAccepting();
          }
        })
        .await(10, SECONDS);
    return tcp.ports().get(0);
  }

  private void replayRow(int port) throws Exception {
    switch (row.getString("op")) {
      case "add" ->
        edit(new ServerEdit.Add(new ServerSpec(
            server(),
            "127.0.0.1",
            upstreams.port(server()),
            row.getInteger("weight"),
            row.getInteger("upper"),
            row.getInteger("lower"))));
      case "weight" -> edit(new ServerEdit.Change(server(), row.getInteger("weight"), null, null));
      case "threshold" ->
        edit(new ServerEdit.Change(
            server(), null, row.getInteger("upper"), row.getInteger("lower")));
      case "remove" -> edit(new ServerEdit.Remove(server()));
      case "open" -> open(port);
      case "close" -> close(Objects.requireNonNull(pairs.get(row.getInteger("id"))));
      case "expire" -> row.getJsonArray("ids").forEach(id -> expire(pairs.remove((Integer) id)));
      case "expiration" ->
        options = options.withExpiration(Duration.ofSeconds(row.getInteger("s")));
      case "scheduler" -> changeStrategy(row.getString("name"));
      case "sleep", "full_check", "gc" -> {}
      default -> mismatches.add(where() + "unknown op");
    }
  }

  private void open(int port) throws Exception {
    String destination = row.getString("dst");
    String expected = row.getString("chose");
    awaitServers(row.getJsonArray("srv").toString());
    Object home = row.getValue("cached");
    DestinationStatus known = service.destination(destination);
    compare(
        "home",
        home == null ? "[]" : "[" + home + "]",
        known == null ? "[]" : known.homes().toString());
    long hits = service.status().decisions().getOrDefault(Reason.HIT, 0L);
    // Else its own address would be the destination, too.
    Socket client = new Socket(destination, port, InetAddress.getLoopbackAddress(), 0);
    ReplayServers.Accepted accepted = expected == null ? null : upstreams.accept(PATIENCE);
    decisions++;
    if (accepted == null) {
      compare("chose", expected, isReset(client) ? null : "somebody");
      client.close();
      return;
    }
    compare("chose", expected, accepted.server());
    long hitsAfter = service.status().decisions().getOrDefault(Reason.HIT, 0L);
    compare("fresh", row.getInteger("fresh"), hitsAfter > hits ? 0 : 1);
    pairs.put(row.getInteger("id"), new Pair(client, accepted.socket()));
  }

  /** A recorded close is the client's end; the server's comes when the kernel forgets the connection. */
  private void close(Pair pair) throws IOException {
    pair.client.shutdownOutput();
    compare("end", -1, pair.served.getInputStream().read());
  }

  private void expire(@Nullable Pair pair) {
    if (pair == null) {
      mismatches.add(where() + "expires an unknown connection");
      return;
    }
    try {
      pair.served.shutdownOutput();
      compare("end", -1, pair.client.getInputStream().read());
      pair.client.close();
      pair.served.close();
    } catch (IOException e) {
      mismatches.add(where() + e);
    }
  }

  private static boolean isReset(Socket client) throws IOException {
    client.setSoTimeout((int) PATIENCE.toMillis());
    try {
      return client.getInputStream().read() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private void awaitServers(String expected) throws Exception {
    try {
      Eventually.holds("servers", PATIENCE, () -> servers().equals(expected));
    } catch (AssertionError e) {
      compare("servers", expected, servers());
    }
  }

  private String servers() {
    return service.servers().stream()
        .map(KernelReplay::described)
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static String described(Server s) {
    return "[\"" + s.id() + "\"," + s.weight() + "," + s.active() + "," + s.inactive() + ","
        + (s.saturated() ? 1 : 0) + "]";
  }

  private void edit(ServerEdit edit) throws Exception {
    service.edit(edit).await(10, SECONDS);
  }

  /** What the service gets instead of a strategy: the one that the recording is at. */
  private Strategy begin(Strategy.Context given) {
    context = given;
    schedule(strategyName, 0);
    return new Strategy() {
      @Override
      public dev.lblc.scheduler.Choice choose(@Nullable String destination) {
        return current().choose(destination);
      }

      @Override
      public dev.lblc.scheduler.Choice explain(@Nullable String destination) {
        return current().explain(destination);
      }

      @Override
      public dev.lblc.scheduler.Choice chooseOther(java.util.Set<String> except) {
        return current().chooseOther(except);
      }

      @Override
      public dev.lblc.scheduler.@Nullable DestinationTable table() {
        return current().table();
      }
    };
  }

  private void changeStrategy(String wanted) {
    if (!wanted.equals(strategyName)) {
      strategyName = wanted;
      schedule(wanted, rowNumber);
    }
  }

  private void schedule(String wanted, int firstRow) {
    Strategy.Context given = Objects.requireNonNull(context);
    Strategy made = Objects.requireNonNull(STRATEGIES.get(wanted))
        .create(new Strategy.Context(
            given.servers(), () -> options, given.clock(), false, given.random()));
    strategy = made;
    expiry = () -> {};
    if (made.table() != null) {
      Runnable unused = new ExpiryCheck(made.table(), () -> options, given.clock())
          .start((period, task) -> {
            expiry = task;
            return () -> {};
          });
    }
    timerRuns = KernelTimer.runs(
        firstRow == 0 ? 0 : KernelTimer.millis(rows.get(firstRow - 1).getDouble("t")),
        rows.subList(firstRow, rows.size()));
  }

  private Strategy current() {
    return Objects.requireNonNull(strategy);
  }

  private void advanceTo(long millis) {
    while (!timerRuns.isEmpty() && timerRuns.get(0) <= millis) {
      nowMillis = timerRuns.get(0);
      timerRuns = timerRuns.subList(1, timerRuns.size());
      expiry.run();
    }
    nowMillis = Math.max(nowMillis, millis);
  }

  private void compare(String what, @Nullable Object expected, @Nullable Object actual) {
    if (!Objects.equals(expected, actual)) {
      mismatches.add(where() + what + ": expected " + expected + ", was " + actual);
    }
  }

  private String where() {
    return name + " row " + rowNumber + " (" + row.getString("op") + " at " + row.getValue("t")
        + "): ";
  }

  private String server() {
    return row.getString("server");
  }
}
