package dev.lblc.boot;

import dev.lblc.admin.AdminServer;
import dev.lblc.admin.Control;
import dev.lblc.admin.Control.Reloaded;
import dev.lblc.admin.Metrics;
import dev.lblc.admin.ReloadException;
import dev.lblc.admin.ReloadException.Fault;
import dev.lblc.cluster.HazelcastNode;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.ShutdownConfig;
import dev.lblc.gateway.Gateway;
import dev.lblc.gateway.ListenerChanges;
import dev.lblc.gateway.log.AccessLogs;
import dev.lblc.plugin.BrokenPluginException;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.ServicesVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway in this process: cluster member, Vert.x, services, verticles of plugins, admin port and listeners, started in
 * this order and stopped in the opposite one.
 *
 * <p>The methods block, except {@link #reload}. The thread of a command starts an application, that of the {@link Reloader} gives it other
 * configurations, and the thread of the shutdown closes it.
 */
public final class Application implements Reloader.Running {
  private static final Logger LOG = LoggerFactory.getLogger(Application.class);
  private static final long STOP_ALL_SECONDS = 5;

  /** One beside the others, and others alone: a merge may begin within each. */
  private static final int STARTS = 3;

  /**
   * How long connections are accepted that were begun with this process, while a successor gets the new ones: as long as a packet of a
   * handshake that was lost takes to come again.
   */
  private static final Duration QUEUED = Duration.ofSeconds(1);

  /** Far beyond what the start of a verticle takes; one that takes longer has most likely forgotten to say that it is done. */
  private static final Duration START_PLUGIN = Duration.ofSeconds(60);

  /** Between two looks at the file: far below what an operator notices, and seldom enough to cost nothing. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final Metrics metrics;
  private final @Nullable HazelcastNode node;
  private final ServicesVerticle services;
  private final Reloader reloader;
  private final Handover handover = new Handover();
  private final AdminPort admin;
  private final AccessLogs accessLogs = AccessLogs.of(System.out, System::currentTimeMillis);
  private volatile GatewayConfig config;
  private volatile Map<String, String> listeners = Map.of();
  private volatile @Nullable Gateway gateway;
  private @Nullable StateKeeper state;
  private volatile boolean ready;

  private Application(
      Vertx vertx, Metrics metrics, @Nullable HazelcastNode node, GatewayFile file) {
    this.vertx = vertx;
    this.metrics = metrics;
    this.node = node;
    this.config = file.config();
    this.services = new ServicesVerticle(config.plugin(), file.plugins().strategies());
    this.reloader = new Reloader(file, this);
    this.admin = new AdminPort(
        config.admin(),
        port ->
            AdminServer.start(vertx, port, Lblc.of(vertx), metrics, () -> ready, new ForAdmin()));
  }

  /** Starts all parts. If one of them cannot start, none is left running. */
  public static Application start(GatewayFile file) throws StartException {
    return start(file, null);
  }

  /**
   * Starts all parts in place of another process, which ends once the listeners are open here. If one of the parts cannot start, none
   * is left running.
   *
   * @param predecessor null: there is none, and the ports have to be free
   */
  public static Application start(GatewayFile file, @Nullable Predecessor predecessor)
      throws StartException {
    return start(file, predecessor, START_PLUGIN, LOOK);
  }

  /**
   * Starts all parts. If one of them cannot start, none is left running.
   *
   * @param startPlugin how long the start of a verticle of a plugin may take
   * @param look between two looks at the file
   */
  static Application start(
      GatewayFile file, @Nullable Predecessor predecessor, Duration startPlugin, Duration look)
      throws StartException {
    JdkTls.acceptAllServerNames();
    try (EarlyHealth health =
        predecessor == null ? EarlyHealth.open(file.config()) : EarlyHealth.none()) {
      Application application = withServices(file);
      try {
        application.startParts(file.plugins(), startPlugin, predecessor, health);
        application.reloader.start(look);
        return application;
      } catch (Throwable e) { // whatever it is: the threads of what runs would keep the process
        application.close();
        throw e;
      }
    }
  }

  /** Starts what takes part in the cluster: alone, if it cannot beside the others, who are joined then in a merge. */
  private static Application withServices(GatewayFile file) throws StartException {
    for (int tries = 1; ; tries++) {
      try {
        return withServices(file, tries > 1);
      } catch (StartException e) {
        if (!HazelcastNode.isFault(e) || tries == STARTS) {
          throw e;
        }
        LOG.warn(
            "this node could not start beside the other members, it starts alone and joins them later: {}",
            e.getMessage());
      }
    }
  }

  private static Application withServices(GatewayFile file, boolean alone) throws StartException {
    Metrics metrics = new Metrics();
    HazelcastNode node = VertxSetup.node(file.config().plugin().cluster(), alone);
    Application application = new Application(
        VertxSetup.vertx(file.config(), metrics, node, file.plugins().classesOfAll()),
        metrics,
        node,
        file);
    try {
      Waiting.started(
          "services",
          () -> application.vertx.deployVerticle(application.services, new DeploymentOptions()));
      return application;
    } catch (Throwable e) {
      application.closeParts();
      if (node != null) {
        VertxSetup.end(node, e);
      }
      throw e;
    }
  }

  /**
   * Opens the files of access logs again, reads the configuration's file again and applies it, as of {@code POST /api/v1/reload}. Does
   * not block.
   *
   * @param cause who asks, for the log
   * @return fails if nothing was changed
   */
  public Future<Reloaded> reload(String cause) {
    accessLogs.reopen(); // even if the configuration is refused: their files may have been moved
    return reloader.reload(cause);
  }

  /** Sets what ends this process when a successor has taken over, which needs {@link #close}; it may have begun already. */
  void endBy(Runnable end) {
    handover.endBy(() -> {
      new Thread(this::leave, "handover").start();
      end.run();
    });
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
    admin.update(next.admin());
    return ChangedPaths.of(before, next, changes);
  }

  /** Returns the URL of each listener, by its name. */
  public Map<String, String> listeners() {
    return listeners;
  }

  /** Returns the URL of the admin port; null if there is none. */
  public @Nullable String admin() {
    return admin.url();
  }

  /** Returns one line that says that the gateway is ready, and where. */
  public String readyLine() {
    return ListenerUrls.readyLine(listeners, admin.url());
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
    closeParts();
    if (node != null) {
      node.close();
    }
  }

  private void closeParts() {
    ready = false;
    reloader.close();
    Gateway listening = gateway;
    if (listening != null) {
      ShutdownConfig limits = config.shutdown();
      new Stopping(
              listening, Lblc.of(vertx), handover.isAccepted() ? limits.withGrace(QUEUED) : limits)
          .run();
    }
    if (state != null) {
      if (handover.isAccepted()) {
        state.leave();
      } else {
        state.stop();
      }
    }
    admin.close();
    Waiting.stopped(STOP_ALL_SECONDS, "verticles and services", vertx.close());
    accessLogs.close();
  }

  /** Leaves to a successor what only one process can have, without waiting for what is in flight here. */
  private void leave() {
    LOG.info("stopping: a successor listens");
    admin.close();
    if (state != null) {
      state.leave();
    }
  }

  private synchronized void startParts(
      PluginFolder plugins,
      Duration startPlugin,
      @Nullable Predecessor predecessor,
      EarlyHealth health)
      throws StartException {
    StateKeeper keeper = StateKeeper.of(config.state(), Lblc.of(vertx));
    if (predecessor != null) {
      Rehearsal.run(config);
      predecessor.prepare();
    }
    if (keeper != null) {
      keeper.restore(services);
    }
    PluginVerticles.deploy(vertx, plugins.verticles(), startPlugin);
    if (predecessor == null) {
      health.close();
      // Before the listeners, so that the admin port can say that they are not up yet.
      admin.open();
    }
    Gateway listening = Waiting.started(
        ListenerUrls.configured(config),
        () -> Gateway.start(
            vertx,
            config,
            VertxSetup.EVENT_LOOPS,
            System::nanoTime,
            accessLogs,
            predecessor != null));
    gateway = listening;
    LOG.info("listening on {} with {} event loops", listening.ports(), VertxSetup.EVENT_LOOPS);
    if (predecessor != null) {
      predecessor.replace();
      admin.openAfterPredecessor();
    }
    ProcessMetrics.add(metrics, listening, reloader, accessLogs, this::config);
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

  /** What the admin port may ask of this process. */
  private final class ForAdmin implements Control {
    @Override
    public GatewayConfig config() {
      return config;
    }

    @Override
    public Future<Reloaded> reload() {
      return Application.this.reload("admin API");
    }

    @Override
    public Routed route(String url, String method, Map<String, List<String>> headers, byte[] body) {
      Gateway running = gateway;
      return UrlRoute.of(
          config, running == null ? Map.of() : running.ports(), url, method, headers, body);
    }

    @Override
    public Future<String> offer() {
      return vertx.executeBlocking(() -> handover.make(config, state));
    }

    @Override
    public boolean handOver(String offer) {
      return handover.accept(offer);
    }
  }
}
