package dev.lblc.plugin;

import dev.lblc.cluster.Cluster;
import dev.lblc.config.PluginConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.scheduler.Clock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One deployment of the verticle: its services at work, put together once, however many instances it has.
 *
 * <pre>
 * first instance enters -&gt; services start, the cluster is joined -&gt; Lblc.of finds it -&gt; last instance leaves -&gt; all ends
 * </pre>
 *
 * <p>Guarded by itself.
 */
final class Deployment implements Shareable {
  private static final String REGISTRY = "dev.lblc";
  private static final Duration LEASE_CHECK = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final String id;
  private final PluginConfig config;
  private final Strategies strategies;
  private final Clock clock;
  private final Supplier<? extends RandomGenerator> random;
  private final Promise<Void> started = Promise.promise();
  private final Map<String, ScheduledService> services = new LinkedHashMap<>();
  private int instances;
  private boolean starting;
  private boolean left;
  private @Nullable Cluster cluster;
  private @Nullable RemoteLeases leases;
  private Runnable stopLeaseCheck = () -> {};
  private volatile @Nullable Lblc face;

  private Deployment(
      Vertx vertx,
      String id,
      PluginConfig config,
      Strategies strategies,
      Clock clock,
      Supplier<? extends RandomGenerator> random) {
    this.vertx = vertx;
    this.id = id;
    this.config = config;
    this.strategies = strategies;
    this.clock = clock;
    this.random = random;
  }

  /**
   * The deployment that an instance of the verticle belongs to; it calls {@link #leave} once at its end.
   *
   * @param id of the deployment
   * @throws IllegalStateException if another deployment has that name
   */
  static Deployment enter(
      Vertx vertx,
      String id,
      PluginConfig config,
      Strategies strategies,
      Clock clock,
      Supplier<? extends RandomGenerator> random) {
    while (true) {
      Deployment there = registry(vertx)
          .computeIfAbsent(
              config.name(), name -> new Deployment(vertx, id, config, strategies, clock, random));
      if (!there.id.equals(id)) {
        throw new IllegalStateException("a " + LblcVerticle.class.getName() + " named "
            + config.name() + " is already deployed on this Vert.x instance");
      }
      if (there.enter()) {
        return there;
      }
    }
  }

  /** The services of a name; null: none are deployed, or they are still starting. */
  static @Nullable Lblc face(Vertx vertx, String name) {
    Deployment deployment = registry(vertx).get(name);
    return deployment == null ? null : deployment.face;
  }

  /**
   * Starts on the first call; complete once it schedules.
   *
   * @param context runs timers; that of the instance that calls first
   * @param node names this node in leases, unless the cluster has a name for it
   * @param epochMillis now, in milliseconds since 1970
   */
  synchronized Future<Void> start(Context context, String node, long epochMillis) {
    if (!starting) {
      starting = true;
      Future.<Void>succeededFuture() // what is thrown fails the future, too
          .compose(v -> {
            startServices(context);
            return join(epochMillis);
          })
          .compose(joined -> schedule(joined, context, node))
          .onComplete(started);
    }
    return started.future();
  }

  /** What other languages hold by the event bus; only once it is started. */
  synchronized RemoteLeases leases() {
    if (leases == null) {
      throw new IllegalStateException("not started");
    }
    return leases;
  }

  /** The services by name. */
  Map<String, ScheduledService> services() {
    return services;
  }

  /** Of configuration, addresses and maps. */
  String name() {
    return config.name();
  }

  /** Ends all with the last instance; complete when nothing of it is left in the cluster. */
  synchronized Future<Void> leave() {
    instances--;
    if (instances > 0) {
      return Future.succeededFuture();
    }
    left = true;
    registry(vertx).removeIfPresent(config.name(), this);
    face = null;
    stopLeaseCheck.run();
    if (leases != null) {
      leases.releaseAll();
    }
    services.values().forEach(ScheduledService::stop);
    return cluster == null ? Future.succeededFuture() : cluster.leave();
  }

  private synchronized boolean enter() {
    if (!left) {
      instances++;
    }
    return !left;
  }

  private void startServices(Context vertxContext) {
    WorkerTimer timer = new WorkerTimer(vertx, vertxContext);
    for (ServiceConfig service : config.services().values()) {
      services.put(
          service.name(),
          new ScheduledService(
              vertx,
              service,
              context -> strategies.create(service.strategy(), context),
              clock,
              random,
              timer,
              config.cluster().enabled()));
    }
  }

  private Future<@Nullable Cluster> join(long epochMillis) {
    if (!config.cluster().enabled()) {
      return Future.succeededFuture();
    }
    try {
      return Cluster.join(
              vertx,
              config.name(),
              config.cluster().reportInterval(),
              config.cluster().peerTimeout(),
              epochMillis,
              clock,
              services.values().stream().map(ScheduledService::shared).toList())
          .map(cluster -> cluster);
    } catch (NoClassDefFoundError e) {
      return Future.failedFuture(new IllegalStateException(
          "cluster.enabled: true (expected: false, or vertx-hazelcast on the class path)", e));
    }
  }

  private synchronized Future<Void> schedule(
      @Nullable Cluster joined, Context context, String node) {
    if (left) {
      Future<Void> parted = joined == null ? Future.succeededFuture() : joined.leave();
      return parted.transform(ended -> Future.failedFuture("undeployed while it was starting"));
    }
    RemoteLeases remote = new RemoteLeases(joined == null ? node : joined.node(), clock);
    leases = remote;
    stopLeaseCheck = new WorkerTimer(vertx, context).every(LEASE_CHECK, remote::expire);
    cluster = joined;
    if (joined != null) {
      services.values().forEach(service -> service.joined(joined));
    }
    face = new Lblc(services, () -> joined == null ? null : ClusterStatus.of(joined));
    return Future.succeededFuture();
  }

  private static LocalMap<String, Deployment> registry(Vertx vertx) {
    return vertx.sharedData().getLocalMap(REGISTRY);
  }
}
