package dev.lblc.gateway;

import dev.lblc.config.GatewayConfig;
import dev.lblc.config.HttpListenerConfig;
import dev.lblc.config.ListenerConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.config.TcpListenerConfig;
import dev.lblc.gateway.http.lane.PipelineCheck;
import dev.lblc.gateway.log.AccessLog;
import dev.lblc.gateway.log.AccessLogs;
import dev.lblc.gateway.tcp.TcpSettings;
import dev.lblc.plugin.Lblc;
import dev.lblc.tls.UpstreamTls;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The running listeners of a configuration, and the way from one configuration to the next.
 *
 * <p>A gateway has one {@link Worker} for each event loop, from its start to its stop. All workers serve each listener. The
 * start is an {@link #apply} on a gateway without listeners. May be used from any thread.
 */
public final class Gateway {
  /** How long requests in flight may take when the gateway stops and nobody has said how long. */
  private static final Duration STOP_DRAIN = Duration.ofSeconds(8);

  /** How long requests in flight may take on a listener that is removed; nobody waits for it. */
  private static final Duration REMOVAL_DRAIN = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final Context context;
  private final ServicesTls servicesTls;
  private final GatewayCounts counts;
  private final AccessLogs accessLogs;
  private final List<Worker> workers = new CopyOnWriteArrayList<>();
  private final List<Listener> drainedLater = new CopyOnWriteArrayList<>();
  private volatile Map<String, Listener> listeners = Map.of();
  private volatile String deployment = "";
  private volatile Duration stopDrain = STOP_DRAIN;
  private Future<?> last = Future.succeededFuture(); // guarded by this

  /** The listeners of the configuration before the last one, not open. Used on the gateway's context. */
  private List<Listener> before = List.of();

  private @Nullable Future<Void> closed; // guarded by this

  private Gateway(Vertx vertx, int instances, LongSupplier nanoTime, AccessLogs accessLogs) {
    this.vertx = vertx;
    this.accessLogs = accessLogs;
    this.servicesTls = new ServicesTls(nanoTime);
    this.counts = new GatewayCounts(instances, nanoTime, servicesTls);
    this.context = vertx.getOrCreateContext();
  }

  /**
   * Starts the listeners of a configuration. The services must be there already: see {@link Lblc#of}.
   *
   * @param instances event loops to use, 1 or more
   * @param nanoTime monotonic clock in nanoseconds, asked from any thread
   * @param accessLogs used until it has stopped
   * @param isSuccessor whether ports of listeners with {@code reusePort} may be bound beside another process, which ends then
   * @return fails as {@link #apply} does; nothing listens then
   */
  public static Future<Gateway> start(
      Vertx vertx,
      GatewayConfig config,
      int instances,
      LongSupplier nanoTime,
      AccessLogs accessLogs,
      boolean isSuccessor) {
    Gateway gateway = new Gateway(vertx, instances, nanoTime, accessLogs);
    return PipelineCheck.isPassed(vertx)
        .compose(isLaneUsable -> vertx.deployVerticle(
            () -> gateway.worker(nanoTime, isLaneUsable),
            new DeploymentOptions().setInstances(instances)))
        .compose(id -> {
          gateway.deployment = id;
          return gateway.context.executeBlocking(
              () -> SharedPorts.check(config.listeners(), isSuccessor));
        })
        .compose(checked -> gateway.apply(config))
        .transform(applied -> applied.succeeded()
            ? Future.succeededFuture(gateway)
            : gateway.stop().transform(stopped -> Future.failedFuture(applied.cause())));
  }

  /**
   * Applies a configuration without interrupting what runs: everything is compiled and checked first, then new sockets are
   * bound, and only then anything else changes.
   *
   * <ul>
   *   <li>A listener keeps its sockets and connections if its name, protocol, host, ports and {@code
   *       reusePort} are the same, and {@code transparent}; for HTTP also {@code proxyProtocol} and whether TLS is on. All other keys take effect with the
   *       next connection or request; those that have begun keep the settings they began with.
   *   <li>A listener that is not in the configuration no longer accepts connections when the future completes. Its requests
   *       and connections in flight have 30 seconds to end.
   *   <li>A listener that needs the port of a removed one is opened after the removed one is closed: connections are refused
   *       for some milliseconds.
   * </ul>
   *
   * <p>Configurations are applied one after another, in the order of the calls.
   *
   * @return what has changed; fails if a service is missing, a route or a certificate cannot work, or a port cannot be
   *     bound: then nothing was changed
   */
  public synchronized Future<ListenerChanges> apply(GatewayConfig config) {
    if (closed != null) {
      return Future.failedFuture(new IllegalStateException("the gateway is stopped"));
    }
    Future<ListenerChanges> applied = last.transform(done -> applyNow(config));
    last = applied;
    return applied;
  }

  /**
   * Takes the last {@link #apply} back. It has to have succeeded, and the services of the configuration before it have to be there
   * still. No file is read: the certificates are those of before, too. A listener that was removed is opened again.
   *
   * @return fails if a port cannot be bound any more
   */
  public synchronized Future<Void> undo() {
    if (closed != null) {
      return Future.failedFuture(new IllegalStateException("the gateway is stopped"));
    }
    Future<Void> undone =
        last.transform(done -> onContext().compose(v -> rollOut(before).mapEmpty()));
    last = undone;
    return undone;
  }

  /**
   * Returns the port that a listener is bound to, the first one if there are several.
   *
   * @throws IllegalArgumentException if no listener has that name
   */
  public int port(String listener) {
    Map<String, Listener> all = listeners;
    Listener found = all.get(listener);
    if (found == null) {
      throw new IllegalArgumentException(
          "listener " + listener + " (expected: one of " + all.keySet() + ")");
    }
    return found.port();
  }

  /** Returns the same for each listener, by its name. */
  public Map<String, Integer> ports() {
    Map<String, Integer> ports = new LinkedHashMap<>();
    listeners.forEach((name, listener) -> ports.put(name, listener.port()));
    return ports;
  }

  /** Returns what it counts; the same at each call. */
  public GatewayCounts counts() {
    return counts;
  }

  /** Returns how many connections of clients are open, by the name of the listener, those of removed listeners among them. */
  public Map<String, Integer> connections() {
    Map<String, Integer> open = new LinkedHashMap<>();
    listeners.forEach((name, listener) -> open.put(name, listener.connections()));
    drainedLater.forEach(
        listener -> open.merge(listener.name(), listener.connections(), Integer::sum));
    return open;
  }

  /** Returns until when each certificate of a listener is valid, by the names of the listener and of the certificate's file. */
  public Map<List<String>, Instant> certificates() {
    Map<List<String>, Instant> all = new LinkedHashMap<>();
    listeners.forEach((name, listener) ->
        listener.certificates().forEach((file, until) -> all.put(List.of(name, file), until)));
    return all;
  }

  /**
   * Begins the stop: from now on each answer over HTTP/1.1 says that its connection ends, and connections of HTTP/2 get a
   * GOAWAY. The listeners go on accepting, until {@link #stop}.
   */
  public Future<Void> announceStop() {
    return Future.join(workers.stream().map(Worker::announceStop).toList()).mapEmpty();
  }

  /** The same as {@link #stop(Duration)} with 8 seconds. */
  public Future<Void> stop() {
    return stop(STOP_DRAIN);
  }

  /**
   * Stops accepting connections, lets the requests and the TCP connections in flight end, tells both ends of each WebSocket to
   * go away, and closes what is left after {@code drain}.
   */
  public Future<Void> stop(Duration drain) {
    stopDrain = drain;
    return vertx.undeploy(deployment);
  }

  private Worker worker(LongSupplier nanoTime, boolean isLaneUsable) {
    Worker worker = new Worker(nanoTime, workers.size(), isLaneUsable, this::close);
    workers.add(worker);
    return worker;
  }

  private Future<ListenerChanges> applyNow(GatewayConfig config) {
    return onContext()
        .compose(v -> context
            .executeBlocking(() -> servicesTls.read(config.plugin().services()))
            .compose(tls -> context
                .executeBlocking(() -> compile(config, tls))
                .compose(this::rollOut)
                .map(changes -> changes.withServices(servicesTls.use(tls)))))
        .onFailure(cause -> useAccessLogs()); // some may have been opened for it
  }

  private Future<ListenerChanges> rollOut(List<Listener> wanted) {
    List<Listener> present =
        listeners.values().stream().map(Listener::asConfigured).toList();
    Rollout rollout = new Rollout(workers, listeners, wanted, REMOVAL_DRAIN);
    return rollout
        .run()
        .map(done -> {
          listeners = rollout.result();
          before = present;
          useAccessLogs();
          rollout.leaving().forEach(this::awaitDrained);
          return rollout.changes();
        })
        .onFailure(cause -> listeners = rollout.restored());
  }

  private void useAccessLogs() {
    accessLogs.use(listeners.values().stream()
        .map(Listener::accessLog)
        .flatMap(Stream::ofNullable)
        .toList());
  }

  private void awaitDrained(Listener leaving) {
    drainedLater.add(leaving);
    leaving.drained().onComplete(done -> drainedLater.remove(leaving));
  }

  /** Compiles and checks a configuration. Blocks while it reads certificates. */
  private List<Listener> compile(GatewayConfig config, Map<String, UpstreamTls> tls) {
    Lblc lblc = Lblc.of(vertx);
    Map<String, ServiceConfig> services = config.plugin().services();
    List<Listener> wanted = new ArrayList<>();
    for (ListenerConfig listener : config.listeners()) {
      AccessLog accessLog = accessLogs.open(listener.name(), listener.accessLog());
      wanted.add(
          listener instanceof HttpListenerConfig http
              ? new HttpListener(
                  vertx,
                  HttpSettings.compile(
                      http, services, lblc::service, tls, counts.http(), accessLog),
                  counts)
              : new TcpListener(
                  vertx,
                  TcpSettings.compile(
                      (TcpListenerConfig) listener,
                      services,
                      lblc::service,
                      tls,
                      counts.tcp(),
                      counts.refused(),
                      counts.tls(),
                      accessLog)));
    }
    return wanted;
  }

  /** Closes all listeners, once, after the configuration that is being applied. Called by each worker that stops. */
  private synchronized Future<Void> close() {
    if (closed == null) {
      closed = last.transform(before -> closeNow());
    }
    return closed;
  }

  private Future<Void> closeNow() {
    Duration drain = stopDrain;
    List<Future<Void>> earlier = drainedLater.stream().map(Listener::drained).toList();
    List<Future<?>> ends = new ArrayList<>();
    for (Listener listener : listeners.values()) {
      ends.add(listener.close(drain).compose(done -> listener.drained()));
    }
    drainedLater.addAll(listeners.values()); // so that they are counted
    listeners = Map.of();
    if (!earlier.isEmpty()) {
      Promise<Void> over = Promise.promise();
      long timer = vertx.setTimer(Math.max(1, drain.toMillis()), id -> over.complete());
      ends.add(Future.any(Future.join(earlier), over.future())
          .onComplete(done -> vertx.cancelTimer(timer)));
    }
    return Future.join(ends).mapEmpty();
  }

  /** Returns a future that completes on the gateway's context, so that each step of {@link #apply} runs there. */
  private Future<Void> onContext() {
    Promise<Void> promise = Promise.promise();
    context.runOnContext(v -> promise.complete());
    return promise.future();
  }
}
