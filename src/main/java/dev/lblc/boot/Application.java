package dev.lblc.boot;

import dev.lblc.admin.AdminServer;
import dev.lblc.admin.Control.Reloaded;
import dev.lblc.admin.Metrics;
import dev.lblc.admin.ReloadException;
import dev.lblc.admin.ReloadException.Fault;
import dev.lblc.cluster.HazelcastNode;
import dev.lblc.config.AdminConfig;
import dev.lblc.config.Authority;
import dev.lblc.config.ConfigDiff;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.ListenerConfig;
import dev.lblc.gateway.Gateway;
import dev.lblc.gateway.ListenerChanges;
import dev.lblc.plugin.BrokenPluginException;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.ServicesVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A gateway in this process: cluster member, Vert.x, services, verticles of plugins, admin port and listeners, started in
 * this order and stopped in the opposite one.
 *
 * <p>The methods block, except {@link #reload}. The thread of a command starts an application, that of the {@link Reloader} gives it other
 * configurations, and the thread of the shutdown closes it.
 */
public final class Application implements Reloader.Running {
  private static final long STOP_ALL_SECONDS = 5;

  /** Far beyond what the start of a verticle takes; one that takes longer has most likely forgotten to say that it is done. */
  private static final Duration START_PLUGIN = Duration.ofSeconds(60);

  /** Between two looks at the file: far below what an operator notices, and seldom enough to cost nothing. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final @Nullable HazelcastNode node;
  private final ServicesVerticle services;
  private final Reloader reloader;
  private volatile GatewayConfig config;
  private volatile Map<String, String> listeners = Map.of();
  private @Nullable String admin;
  private @Nullable AdminServer adminServer;
  private @Nullable Gateway gateway;
  private @Nullable StateKeeper state;
  private volatile boolean ready;

  private Application(Vertx vertx, @Nullable HazelcastNode node, GatewayFile file) {
    this.vertx = vertx;
    this.node = node;
    this.config = file.config();
    this.services = new ServicesVerticle(config.plugin(), file.plugins().strategies());
    this.reloader = new Reloader(file, this);
  }

  /** Starts all parts. If one of them cannot start, none is left running. */
  public static Application start(GatewayFile file) throws StartException {
    return start(file, START_PLUGIN, LOOK);
  }

  /**
   * Starts all parts. If one of them cannot start, none is left running.
   *
   * @param startPlugin how long the start of a verticle of a plugin may take
   * @param look between two looks at the file
   */
  static Application start(GatewayFile file, Duration startPlugin, Duration look)
      throws StartException {
    JdkTls.acceptAllServerNames();
    Metrics metrics = new Metrics();
    HazelcastNode node = VertxSetup.node(file.config().plugin().cluster());
    Application application =
        new Application(VertxSetup.vertx(file.config(), metrics, node), node, file);
    try {
      application.startParts(file.plugins(), metrics, startPlugin);
      application.reloader.start(look);
      return application;
    } catch (Throwable e) { // whatever it is: the threads of what runs would keep the process
      application.close();
      throw e;
    }
  }

  /**
   * Reads the file again and applies it, as of {@code POST /api/v1/reload}. Does not block.
   *
   * @param cause who asks, for the log
   * @return fails if nothing was changed
   */
  public Future<Reloaded> reload(String cause) {
    return reloader.reload(cause);
  }

  @Override
  public GatewayConfig config() {
    return config;
  }

  @Override
  public synchronized List<String> apply(GatewayConfig next) throws ReloadException {
    Gateway running = gateway;
    if (running == null) {
      throw new ReloadException(List.of(new Fault("$", "the gateway is not started")));
    }
    GatewayConfig before = config;
    ListenerChanges changes = applied(new Reconfiguration(services, running).apply(before, next));
    config = next;
    listeners = ListenerUrls.of(next, running::port);
    AdminConfig token = next.admin();
    if (adminServer != null && token != null) {
      adminServer.update(token);
    }
    return changed(before, next, changes.certificates());
  }

  /** Returns the URL of each listener, by its name. */
  public Map<String, String> listeners() {
    return listeners;
  }

  /** Returns the URL of the admin port; null if there is none. */
  public @Nullable String admin() {
    return admin;
  }

  /** Returns one line that says that the gateway is ready, and where. */
  public String readyLine() {
    return ListenerUrls.readyLine(listeners, admin);
  }

  /** Returns how long requests and connections may hold up {@link #close}. */
  Duration longestDrain() {
    return config.shutdown().longest();
  }

  /**
   * Says that it is not ready, accepts connections for {@code shutdown.grace} more, lets what is in flight go on for {@code
   * shutdown.drain}, then ends what is left and leaves the cluster. Returns within 10 seconds more.
   */
  public void close() {
    ready = false;
    reloader.close();
    Gateway listening = gateway;
    if (listening != null) {
      new Stopping(listening, Lblc.of(vertx), config.shutdown()).run();
    }
    if (state != null) {
      state.stop();
    }
    Waiting.stopped(STOP_ALL_SECONDS, "verticles and services", vertx.close());
    if (node != null) {
      node.close();
    }
  }

  private synchronized void startParts(PluginFolder plugins, Metrics metrics, Duration startPlugin)
      throws StartException {
    Waiting.started("services", () -> vertx.deployVerticle(services, new DeploymentOptions()));
    StateKeeper keeper = config.state() == null
        ? null
        : new StateKeeper(config.state(), Lblc.of(vertx), System::currentTimeMillis);
    if (keeper != null) {
      keeper.restore(services);
    }
    PluginVerticles.deploy(vertx, plugins.verticles(), startPlugin);
    // Before the listeners, so that the admin port can say that they are not up yet.
    AdminConfig adminPort = config.admin();
    if (adminPort != null) {
      AdminServer server = Waiting.started(
          "admin " + Authority.of(adminPort.host(), adminPort.port()),
          () ->
              AdminServer.start(vertx, adminPort, Lblc.of(vertx), metrics, () -> ready, reloader));
      adminServer = server;
      admin = "http://" + Authority.of(adminPort.host(), server.port());
    }
    Gateway listening = Waiting.started(
        ListenerUrls.configured(config),
        () -> Gateway.start(vertx, config, VertxSetup.EVENT_LOOPS, System::nanoTime));
    gateway = listening;
    metrics.addCounter(
        "lblc_exchange_ends",
        "HTTP exchanges that have ended, by reason",
        List.of("service", "reason"),
        listening::exchangeEnds);
    metrics.addCounter(
        "lblc_reloads",
        "Reloads of the configuration, by whether they took effect",
        List.of("result"),
        reloader::counts);
    metrics.addCounter(
        "lblc_tls_handshake_failures",
        "Client connections on which no TLS came about, by reason",
        List.of("listener", "reason"),
        listening::tlsFailures);
    metrics.addCounter(
        "lblc_log_lines_dropped",
        "Lines of the log that nobody read in time",
        List.of(),
        () -> Map.of(List.of(), Logging.dropped()));
    listeners = ListenerUrls.of(config, listening::port);
    if (keeper != null) {
      keeper.start();
      // Not before: a start that fails does not touch the file, which may be another gateway's.
      state = keeper;
    }
    ready = true;
  }

  private static ListenerChanges applied(Future<ListenerChanges> applying) throws ReloadException {
    try {
      return applying.await();
    } catch (Throwable e) { // await throws what the future failed with
      throw e instanceof ReloadException refused
          ? refused
          : new ReloadException(List.of(new Fault("$", BrokenPluginException.reason(e))));
    }
  }

  /** Returns the paths of what has changed: values, and certificates of which only the files' content has. */
  private static List<String> changed(
      GatewayConfig before, GatewayConfig next, List<String> certificates) {
    List<String> changed = new ArrayList<>(ConfigDiff.paths(before, next));
    for (int i = 0; i < next.listeners().size(); i++) {
      ListenerConfig listener = next.listeners().get(i);
      String path = "$.listeners[" + i + "].tls";
      if (certificates.contains(listener.name())
          && changed.stream().noneMatch(other -> other.startsWith(path))) {
        changed.add(path);
      }
    }
    return changed;
  }
}
