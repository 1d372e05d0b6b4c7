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
  private Map<String, String> listeners = Map.of();
  private @Nullable String admin;
  private @Nullable Gateway gateway;
  private volatile boolean ready;

  private Application(Vertx vertx, @Nullable HazelcastNode node) {
    this.vertx = vertx;
    this.node = node;
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
    Application application = new Application(VertxSetup.vertx(file.config(), metrics, node), node);
    try {
      application.startParts(file, metrics, startPlugin);
      return application;
    } catch (Throwable e) { // whatever it is: the threads of what runs would keep the process
      application.close();
      throw e;
    }
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

  private void startParts(GatewayFile file, Metrics metrics, Duration startPlugin)
      throws StartException {
    GatewayConfig config = file.config();
    Waiting.started(
        "services",
        () -> vertx.deployVerticle(
            new ServicesVerticle(config.plugin(), file.plugins().strategies()),
            new DeploymentOptions()));
    PluginVerticles.deploy(vertx, file.plugins().verticles(), startPlugin);
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
