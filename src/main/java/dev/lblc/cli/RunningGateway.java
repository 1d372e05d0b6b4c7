package dev.lblc.cli;

import dev.lblc.admin.AdminServer;
import dev.lblc.admin.Metrics;
import dev.lblc.cluster.HazelcastNode;
import dev.lblc.config.AdminConfig;
import dev.lblc.config.Authority;
import dev.lblc.config.ClusterConfig;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.ListenerConfig;
import dev.lblc.config.TcpListenerConfig;
import dev.lblc.gateway.Gateway;
import dev.lblc.plugin.BrokenPluginException;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcVerticle;
import io.vertx.core.AsyncResult;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway in this process: scheduler, listeners and admin port on a Vert.x instance of their own.
 *
 * <p>Its methods block; they are called by the thread of the command and, at the end, by that of the shutdown.
 */
final class RunningGateway {
  private static final Logger LOG = LoggerFactory.getLogger(RunningGateway.class);

  /** One for each processor: nothing on them waits, so that more would only take turns. */
  private static final int EVENT_LOOPS = Runtime.getRuntime().availableProcessors();

  private static final long STOP_LISTENERS_SECONDS = 10;
  private static final long STOP_ALL_SECONDS = 5;

  /** Far beyond what the start of a verticle takes; one that takes longer has most likely forgotten to say that it is done. */
  private static final Duration START_PLUGIN = Duration.ofSeconds(60);

  private final Vertx vertx;
  private final @Nullable HazelcastNode node;
  private final Map<String, String> listeners = new LinkedHashMap<>();
  private @Nullable String admin;
  private @Nullable Gateway gateway;
  private volatile boolean ready;

  private RunningGateway(Vertx vertx, @Nullable HazelcastNode node) {
    this.vertx = vertx;
    this.node = node;
  }

  /** Starts all parts; if one cannot start, none is left running. */
  static RunningGateway start(GatewayFile file) throws Failure {
    return start(file, START_PLUGIN);
  }

  /**
   * Starts all parts; if one cannot start, none is left running.
   *
   * @param startPlugin how long the start of a verticle of the plugins may take
   */
  static RunningGateway start(GatewayFile file, Duration startPlugin) throws Failure {
    Metrics metrics = new Metrics();
    HazelcastNode node = node(file.config().cluster());
    RunningGateway running = new RunningGateway(vertx(file, metrics, node), node);
    try {
      running.deploy(file, metrics, startPlugin);
      return running;
    } catch (Throwable e) { // whatever it is: the threads of what runs would keep the process
      running.close();
      throw e;
    }
  }

  /** The URL of each listener, by name. */
  Map<String, String> listeners() {
    return Collections.unmodifiableMap(listeners);
  }

  /** The URL of the admin port; null if it has none. */
  @Nullable
  String admin() {
    return admin;
  }

  /** Says in one line that it is ready, and where. */
  String readyLine() {
    String urls = listeners.entrySet().stream()
        .map(listener -> listener.getKey() + " " + listener.getValue())
        .collect(Collectors.joining(", ", "ready: ", ""));
    return admin == null ? urls : urls + ", admin " + admin;
  }

  /** Stops accepting, then ends what is left; returns within 15 s. */
  void close() {
    ready = false;
    if (gateway != null) {
      within(STOP_LISTENERS_SECONDS, "the listeners", gateway.stop());
    }
    within(STOP_ALL_SECONDS, "the rest", vertx.close());
    if (node != null) {
      node.close();
    }
  }

  private void deploy(GatewayFile file, Metrics metrics, Duration startPlugin) throws Failure {
    started(
        "services",
        () -> vertx.deployVerticle(
            new LblcVerticle(file.plugins().strategies()),
            new DeploymentOptions().setConfig(file.pluginJson())));
    for (PluginFolder.Added added : file.plugins().verticles()) {
      deploy(added, startPlugin);
    }
    // Before the listeners, so that it can tell that they are not up yet.
    AdminConfig config = file.config().admin();
    if (config != null) {
      AdminServer server = started(
          "admin " + Authority.of(config.host(), config.port()),
          () -> AdminServer.start(vertx, config, Lblc.of(vertx), metrics, () -> ready));
      admin = url("http", config.host(), server.port());
    }
    listen(file.config());
    ready = true;
  }

  private void deploy(PluginFolder.Added added, Duration limit) throws Failure {
    String what = "plugin " + added.file() + ": ";
    DeploymentOptions options = new DeploymentOptions()
        .setClassLoader(added.classes())
        .setInstances(added.config().instances())
        .setConfig(added.config().config());
    AsyncResult<String> start;
    try {
      start = vertx
          .deployVerticle(added.config().verticle(), options)
          .<AsyncResult<String>>transform(Future::succeededFuture)
          .await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new Failure(what + "did not start within " + limit.toSeconds() + " s");
    } catch (Throwable e) { // a plugin may throw anything
      throw new Failure(what + BrokenPluginException.reason(e));
    }
    if (start.failed()) {
      throw new Failure(what + BrokenPluginException.reason(start.cause()));
    }
  }

  private void listen(GatewayConfig config) throws Failure {
    String names = Stream.concat(
            config.listeners().stream()
                .map(listener ->
                    listener.name() + " " + Authority.of(listener.host(), listener.port())),
            config.tcpListeners().stream()
                .map(listener -> listener.name() + " "
                    + Authority.of(listener.host(), listener.ports().get(0))
                    + others(listener.ports().size())))
        .collect(Collectors.joining(", ", "listening on ", ""));
    Gateway listening =
        started(names, () -> Gateway.start(vertx, config, EVENT_LOOPS, System::nanoTime));
    gateway = listening;
    for (ListenerConfig listener : config.listeners()) {
      String scheme = listener.tls() == null ? "http" : "https";
      listeners.put(listener.name(), url(scheme, listener.host(), listening.port(listener.name())));
    }
    for (TcpListenerConfig listener : config.tcpListeners()) {
      String scheme = listener.tls() == null ? "tcp" : "tls";
      listeners.put(
          listener.name(),
          url(scheme, listener.host(), listening.port(listener.name()))
              + others(listener.ports().size()));
    }
  }

  private static String others(int ports) {
    return ports == 1 ? "" : " and " + (ports - 1) + " more";
  }

  private static @Nullable HazelcastNode node(ClusterConfig cluster) throws Failure {
    if (!cluster.enabled()) {
      return null;
    }
    try {
      return HazelcastNode.start(cluster.config());
    } catch (IOException | RuntimeException e) {
      throw new Failure("cluster " + cluster.config() + ": " + BrokenPluginException.reason(e));
    }
  }

  /** On the member, if there is one; closes it if they do not get together. */
  private static Vertx vertx(GatewayFile file, Metrics metrics, @Nullable HazelcastNode node)
      throws Failure {
    VertxOptions options = new VertxOptions()
        .setPreferNativeTransport(true)
        .setEventLoopPoolSize(EVENT_LOOPS)
        .setFileSystemOptions(new FileSystemOptions()
            .setFileCachingEnabled(false)
            .setClassPathResolvingEnabled(false));
    VertxBuilder builder = Vertx.builder();
    if (file.config().admin() != null) { // without it, nobody could ask for the numbers
      options.setMetricsOptions(metrics.options());
      builder.withMetrics(metrics.factory());
    }
    if (node == null) {
      return builder.with(options).build();
    }
    EventBusOptions eventBus = EventBusSettings.of(file.config().cluster().eventBus(), node.host());
    options.setEventBusOptions(eventBus);
    builder.with(options).withClusterManager(node.clusterManager());
    try {
      String where = Authority.of(eventBus.getHost(), eventBus.getPort());
      return started(
          "cluster.eventBus " + where + (eventBus.isSsl() ? " with tls" : ""),
          builder::buildClustered);
    } catch (Throwable e) {
      node.close();
      throw e;
    }
  }

  private static String url(String scheme, String host, int port) {
    return scheme + "://" + Authority.of(host, port);
  }

  private static <T> T started(String what, Supplier<Future<T>> start) throws Failure {
    try {
      return start.get().await();
    } catch (Throwable e) { // await throws what the future failed with
      boolean says = e instanceof Exception && e.getMessage() != null;
      throw new Failure(what + ": " + (says ? e.getMessage() : BrokenPluginException.reason(e)));
    }
  }

  private static void within(long seconds, String what, Future<?> stop) {
    try {
      stop.await(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      LOG.warn("{} did not stop within {} s", what, seconds);
    } catch (Throwable e) { // a plugin may throw anything; what comes after must end, too
      LOG.warn("{} did not stop: {}", what, e.toString());
    }
  }
}
