package dev.lblc.gateway;

import dev.lblc.config.GatewayConfig;
import dev.lblc.config.ListenerConfig;
import dev.lblc.config.RouteConfig;
import dev.lblc.gateway.http.HttpRoutes;
import dev.lblc.gateway.net.ConnectionCount;
import dev.lblc.gateway.tcp.TcpListener;
import dev.lblc.plugin.Lblc;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running listeners of a configuration.
 *
 * <p>A listener is served by several instances, one for each event loop; they share its port, its compiled routes and its
 * connection limit, and nothing else. May be used from any thread.
 */
public final class Gateway {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  /** Vert.x shares a free port among servers that bind the same negative number; each listener takes one of its own. */
  private static final AtomicInteger FREE_PORT = new AtomicInteger();

  private final Vertx vertx;
  private final Map<String, Integer> ports = new ConcurrentHashMap<>();
  private volatile String deployment = "";

  private Gateway(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * Starts the listeners. The services must be there already: see {@link Lblc#of}.
   *
   * @param instances event loops to use, 1 or more
   * @param nanoTime monotonic clock in nanoseconds, asked from any thread
   * @return fails if a service is missing, a route cannot work or a port cannot be bound; nothing listens then
   */
  public static Future<Gateway> start(
      Vertx vertx, GatewayConfig config, int instances, LongSupplier nanoTime) {
    Gateway gateway = new Gateway(vertx);
    List<Listener> listeners;
    List<TcpListener> tcpListeners;
    try {
      listeners = compile(config, Lblc.of(vertx));
      tcpListeners = compileTcp(vertx, config, Lblc.of(vertx));
    } catch (IllegalArgumentException | IllegalStateException e) {
      return Future.failedFuture(e);
    }
    Duration connect = longest(config, route -> route.timeouts().connect());
    Duration response = longest(config, route -> route.timeouts().response());
    Duration idle = longest(config, route -> route.timeouts().idle());
    int tries =
        1 + config.routes().stream().mapToInt(RouteConfig::retries).max().orElse(0);
    Duration wait =
        (response.compareTo(idle) > 0 ? response : idle).plus(connect).multipliedBy(tries);
    return vertx
        .deployVerticle(
            () -> new GatewayVerticle(gateway, listeners, tcpListeners, connect, wait, nanoTime),
            new DeploymentOptions().setInstances(instances))
        .map(id -> gateway.started(id, instances));
  }

  /**
   * The port that a listener is bound to, the first one if there are several.
   *
   * @throws IllegalArgumentException if no listener has that name
   */
  public int port(String listener) {
    Integer port = ports.get(listener);
    if (port == null) {
      throw new IllegalArgumentException(
          "listener " + listener + " (expected: one of " + ports.keySet() + ")");
    }
    return port;
  }

  /**
   * Stops accepting connections, lets the requests and the TCP connections in flight end, and closes what is left after
   * {@value GatewayVerticle#DRAIN_SECONDS} seconds; tunnels, which have no end to wait for, are closed at once.
   */
  public Future<Void> stop() {
    return vertx.undeploy(deployment);
  }

  void bound(String listener, int port) {
    ports.put(listener, port);
  }

  private Gateway started(String id, int instances) {
    deployment = id;
    LOG.info(
        "listening on {} with {} event loops, transport {}",
        ports,
        instances,
        vertx.isNativeTransportEnabled() ? "native" : "nio");
    Throwable cause = vertx.unavailableNativeTransportCause();
    if (cause != null) {
      LOG.warn("the native transport cannot be used: {}", String.valueOf(cause));
    }
    return this;
  }

  private static List<Listener> compile(GatewayConfig config, Lblc lblc) {
    List<Listener> listeners = new ArrayList<>();
    for (ListenerConfig listener : config.listeners()) {
      int bindPort = listener.port() > 0 ? listener.port() : FREE_PORT.decrementAndGet();
      listeners.add(new Listener(
          listener,
          bindPort,
          HttpRoutes.compile(listener, config.routes(), lblc::service),
          new ConnectionCount(listener.name(), listener.maxConnections())));
    }
    return listeners;
  }

  private static List<TcpListener> compileTcp(Vertx vertx, GatewayConfig config, Lblc lblc) {
    return config.tcpListeners().stream()
        .map(listener -> TcpListener.compile(
            vertx, listener, config.tcpRoutes(), config.services(), lblc::service))
        .toList();
  }

  private static Duration longest(GatewayConfig config, Function<RouteConfig, Duration> of) {
    return config.routes().stream().map(of).max(Duration::compareTo).orElse(Duration.ofSeconds(60));
  }
}
