package dev.lblc.boot;

import dev.lblc.admin.Metrics;
import dev.lblc.cluster.HazelcastNode;
import dev.lblc.config.Authority;
import dev.lblc.config.ClusterConfig;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.ListenerConfig;
import dev.lblc.config.SocketTransport;
import dev.lblc.plugin.BrokenPluginException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The Vert.x instance of a gateway, and the Hazelcast member that clusters it. */
final class VertxSetup {
  /** One for each processor: nothing on them waits, so that more would only take turns. */
  static final int EVENT_LOOPS = Runtime.getRuntime().availableProcessors();

  private VertxSetup() {}

  /**
   * Starts the Hazelcast member; returns null if the configuration has no cluster.
   *
   * @param alone as of {@link HazelcastNode#start}
   */
  static @Nullable HazelcastNode node(ClusterConfig cluster, boolean alone) throws StartException {
    if (!cluster.enabled()) {
      return null;
    }
    try {
      return HazelcastNode.start(cluster.config(), cluster.node(), alone);
    } catch (IOException | RuntimeException e) {
      throw new StartException(
          "cluster " + cluster.config() + ": " + BrokenPluginException.reason(e));
    }
  }

  /** Starts Vert.x with one event loop, and no cluster and metrics, beside that of the gateway. Nobody is told if it is slow. */
  static Vertx alone(@Nullable SocketTransport wanted) throws StartException {
    VertxOptions options = options(1)
        .setBlockedThreadCheckInterval(1)
        .setBlockedThreadCheckIntervalUnit(TimeUnit.DAYS);
    Transport transport = Transports.find(wanted);
    VertxBuilder builder = Vertx.builder().with(options);
    return (transport == null ? builder : builder.withTransport(transport)).build();
  }

  /** Starts Vert.x on the member, if there is one, with a tracer of the plugins, if they have one; closes the member if that fails. */
  static Vertx vertx(
      GatewayConfig config, Metrics metrics, @Nullable HazelcastNode node, ClassLoader plugins)
      throws StartException {
    VertxOptions options = options(EVENT_LOOPS);
    VertxBuilder builder = Vertx.builder();
    Transport transport = Transports.choose(
        config.transport(), config.listeners().stream().anyMatch(ListenerConfig::reusePort));
    if (transport != null) {
      builder.withTransport(transport);
    }
    if (config.admin() != null) { // without it, nobody could ask for the numbers
      options.setMetricsOptions(metrics.options());
      builder.withMetrics(metrics.factory());
    }
    try {
      Tracers.use(plugins, options, builder);
    } catch (StartException e) {
      if (node != null) {
        node.close();
      }
      throw e;
    }
    if (node == null) {
      return Tracers.with(plugins, builder.with(options)::build);
    }
    EventBusOptions eventBus =
        EventBusSettings.of(config.plugin().cluster().eventBus(), node.host());
    options.setEventBusOptions(eventBus);
    builder.with(options).withClusterManager(node.clusterManager());
    try {
      String where = Authority.of(eventBus.getHost(), eventBus.getPort());
      return Waiting.started(
          "cluster.eventBus " + where + (eventBus.isSsl() ? " with tls" : ""),
          () -> Tracers.with(plugins, builder::buildClustered));
    } catch (Throwable e) {
      end(node, e);
      throw e;
    }
  }

  /** Ends the member after a start that failed. */
  static void end(HazelcastNode node, Throwable failure) {
    if (HazelcastNode.isFault(failure)) {
      node.abandon();
    } else {
      node.close();
    }
  }

  private static VertxOptions options(int eventLoops) {
    return new VertxOptions()
        .setEventLoopPoolSize(eventLoops)
        .setFileSystemOptions(new FileSystemOptions()
            .setFileCachingEnabled(false)
            .setClassPathResolvingEnabled(false));
  }
}
