package dev.lblc.boot;

import dev.lblc.admin.AdminServer;
import dev.lblc.admin.Metrics;
import dev.lblc.cluster.HazelcastNode;
import dev.lblc.config.AdminConfig;
import dev.lblc.config.Authority;
import dev.lblc.config.GatewayConfig;
import dev.lblc.gateway.Gateway;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.ServicesVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A gateway in this process: cluster member, Vert.x, services, verticles of plugins, admin port and listeners, started in
 * this order and stopped in the opposite one.
 *
 * <p>The methods block. The thread of a command starts an application, and the thread of the shutdown closes it.
 */
public final class Application {
  private static final long STOP_LISTENERS_SECONDS = 10;
  private static final long STOP_ALL_SECONDS = 5;

  /** Far beyond what the start of a verticle takes; one that takes longer has most likely forgotten to say that it is done. */
  private static final Duration START_PLUGIN = Duration.ofSeconds(60);

  private final Vertx vertx;
  private final @Nullable HazelcastNode node;
  private final ServicesVerticle services;
  private GatewayConfig config; // guarded by this
  private volatile Map<String, String> listeners = Map.of();
  private @Nullable String admin;
  private @Nullable Gateway gateway;
  private volatile boolean ready;

  private Application(Vertx vertx, @Nullable HazelcastNode node, GatewayFile file) {
    this.vertx = vertx;
    this.node = node;
    this.config = file.config();
    this.services = new ServicesVerticle(config.plugin(), file.plugins().strategies());
  }

  /** Starts all parts. If one of them cannot start, none is left running. */
  public static Application start(GatewayFile file) throws StartException {
    return start(file, START_PLUGIN);
  }

  /**
   * Starts all parts. If one of them cannot start, none is left running.
   *
   * @param startPlugin how long the start of a verticle of a plugin may take
   */
  static Application start(GatewayFile file, Duration startPlugin) throws StartException {
    JdkTls.acceptAllServerNames();
    Metrics metrics = new Metrics();
    HazelcastNode node = VertxSetup.node(file.config().plugin().cluster());
    Application application =
        new Application(VertxSetup.vertx(file.config(), metrics, node), node, file);
    try {
      application.startParts(file.plugins(), metrics, startPlugin);
      return application;
    } catch (Throwable e) { // whatever it is: the threads of what runs would keep the process
      application.close();
      throw e;
    }
  }

  /**
   * Applies another configuration, read with the same strategies, to what runs; requests in flight go on. Services and
   * listeners may differ in all but {@code cluster}; {@code admin} has to be the same.
   *
   * @throws StartException if the configuration cannot be applied; the one before holds then
   */
  synchronized void apply(GatewayConfig next) throws StartException {
    Gateway running = gateway;
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    if (!Objects.equals(next.admin(), config.admin())) {
      throw new StartException("admin: has changed (expected: the same as at the start)");
    }
    Waiting.started(
        "configuration not applied",
        () -> new Reconfiguration(services, running).apply(config, next));
    config = next;
    listeners = ListenerUrls.of(next, running::port);
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

  /** Stops accepting connections, then ends what is left; returns within 15 s. */
  public void close() {
    ready = false;
    if (gateway != null) {
      Waiting.stopped(STOP_LISTENERS_SECONDS, "the listeners", gateway.stop());
    }
    Waiting.stopped(STOP_ALL_SECONDS, "verticles and services", vertx.close());
    if (node != null) {
      node.close();
    }
  }

  private synchronized void startParts(PluginFolder plugins, Metrics metrics, Duration startPlugin)
      throws StartException {
    Waiting.started("services", () -> vertx.deployVerticle(services, new DeploymentOptions()));
    PluginVerticles.deploy(vertx, plugins.verticles(), startPlugin);
    // Before the listeners, so that the admin port can say that they are not up yet.
    AdminConfig adminPort = config.admin();
    if (adminPort != null) {
      AdminServer server = Waiting.started(
          "admin " + Authority.of(adminPort.host(), adminPort.port()),
          () -> AdminServer.start(vertx, adminPort, Lblc.of(vertx), metrics, () -> ready));
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
    listeners = ListenerUrls.of(config, listening::port);
    ready = true;
  }
}
