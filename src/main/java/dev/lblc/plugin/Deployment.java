package dev.lblc.plugin;

import dev.lblc.cluster.Cluster;
import dev.lblc.config.ClusterConfig;
import dev.lblc.config.ConfigDigest;
import dev.lblc.config.PluginConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.discovery.Names;
import dev.lblc.health.HealthTime;
import dev.lblc.scheduler.Clock;
import dev.lblc.scheduler.Strategy;
import dev.lblc.tls.UpstreamTls;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One deployment of the verticle: its services at work, put together once, however many instances it has.
 *
 * <pre>
 * first instance enters -&gt; the cluster is joined -&gt; the configuration is applied -&gt; Lblc.of finds it
 * another configuration is applied, any number of times
 * last instance leaves -&gt; all ends
 * </pre>
 *
 * <p>Guarded by itself.
 */
final class Deployment implements Shareable {
  /** What an application deploys. */
  static final String VERTICLE = "dev.lblc.plugin.LblcVerticle";

  private static final String REGISTRY = "dev.lblc";
  private static final Duration CHECKS = Duration.ofSeconds(1);
  private static final long NAMES_MILLIS = 2_000;

  private final Vertx vertx;
  private final String id;
  private final Strategies strategies;
  private final Clock clock;
  private final HealthTime healthTime;
  private final Supplier<? extends RandomGenerator> random;
  private final Services services = new Services();
  private final Promise<Void> started = Promise.promise();
  private PluginConfig config;
  private int instances;
  private boolean left;
  private @Nullable Context context;
  private @Nullable Cluster cluster;
  private @Nullable RemoteLeases leases;
  private Runnable stopChecks = () -> {};
  private Future<Void> applying = Future.succeededFuture();
  private volatile @Nullable Lblc lblc;

  /** Of the services' configuration; empty before the first one is applied. */
  private volatile Map<String, Map<String, Integer>> digests = Map.of();

  private Deployment(
      Vertx vertx,
      String id,
      PluginConfig config,
      Strategies strategies,
      Clock clock,
      HealthTime healthTime,
      Supplier<? extends RandomGenerator> random) {
    this.vertx = vertx;
    this.id = id;
    this.config = config;
    this.strategies = strategies;
    this.clock = clock;
    this.healthTime = healthTime;
    this.random = random;
  }

  /**
   * Returns the deployment that an instance of the verticle belongs to; the instance calls {@link #leave} once at its end.
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
      HealthTime healthTime,
      Supplier<? extends RandomGenerator> random) {
    while (true) {
      Deployment there = registry(vertx)
          .computeIfAbsent(
              config.name(),
              name -> new Deployment(vertx, id, config, strategies, clock, healthTime, random));
      if (!there.id.equals(id)) {
        throw new IllegalStateException("a " + VERTICLE + " named " + config.name()
            + " is already deployed on this Vert.x instance");
      }
      if (there.enter()) {
        return there;
      }
    }
  }

  /** Returns the services of the deployment of a name; null: there is none, or it is still starting. */
  static @Nullable Lblc lblc(Vertx vertx, String name) {
    Deployment deployment = registry(vertx).get(name);
    return deployment == null ? null : deployment.lblc;
  }

  /**
   * Starts on the first call; complete once the services can be asked.
   *
   * @param starting runs timers; that of the instance that calls first
   * @param node names this node in leases, unless the cluster has a name for it
   * @param epochMillis now, in milliseconds since 1970
   */
  synchronized Future<Void> start(Context starting, String node, long epochMillis) {
    if (context == null) {
      context = starting;
      PluginConfig first = config;
      Future.<Void>succeededFuture() // what is thrown fails the future, too
          .compose(v -> join(first, epochMillis))
          .compose(joined -> begin(joined, node))
          .compose(v -> apply(first))
          .compose(v -> show())
          .onComplete(started);
    }
    return started.future();
  }

  /**
   * Applies a configuration to what runs. A service that is kept keeps its object, its counts, its edits and, with the same
   * strategy, its table; requests in flight go on. Calls come into effect one after the other.
   *
   * @return complete once all of it holds on this node; fails, and nothing was changed, with an {@link
   *     IllegalArgumentException} if it changes what cannot change while running, or if a service or a strategy cannot be
   *     made; with another exception if the cluster does not answer
   */
  synchronized Future<Void> apply(PluginConfig next) {
    Context on = Objects.requireNonNull(context, "not started");
    Promise<Void> applied = Promise.promise();
    Future<Void> before = applying;
    applying = applied.future();
    before.onComplete(done -> on.runOnContext(
        v -> Future.<Void>succeededFuture().compose(begun -> applyNow(next)).onComplete(applied)));
    return applying;
  }

  /** Returns what other languages hold by the event bus; only once it is started. */
  synchronized RemoteLeases leases() {
    if (leases == null) {
      throw new IllegalStateException("not started");
    }
    return leases;
  }

  /** Returns the services as they are at the time. */
  Services services() {
    return services;
  }

  /** Ends all with the last instance; complete when nothing of it is left in the cluster. */
  synchronized Future<Void> leave() {
    instances--;
    if (instances > 0) {
      return Future.succeededFuture();
    }
    left = true;
    registry(vertx).removeIfPresent(config.name(), this);
    lblc = null;
    stopChecks.run();
    if (leases != null) {
      leases.releaseAll();
    }
    services.byName().values().forEach(ScheduledService::end);
    return cluster == null ? Future.succeededFuture() : cluster.leave();
  }

  private synchronized boolean enter() {
    if (!left) {
      instances++;
    }
    return !left;
  }

  private Future<@Nullable Cluster> join(PluginConfig first, long epochMillis) {
    ClusterConfig shared = first.cluster();
    if (!shared.enabled()) {
      return Future.succeededFuture();
    }
    try {
      return Cluster.join(
              vertx,
              new Cluster.Settings(
                  first.name(), shared.reportInterval(), shared.peerTimeout(), epochMillis),
              clock,
              services::servers,
              () -> digests)
          .map(joined -> joined);
    } catch (NoClassDefFoundError e) {
      return Future.failedFuture(new IllegalStateException(
          "cluster.enabled: true (expected: false, or vertx-hazelcast on the class path)", e));
    }
  }

  private synchronized Future<Void> begin(@Nullable Cluster joined, String node) {
    if (left) {
      Future<Void> parted = joined == null ? Future.succeededFuture() : joined.leave();
      return parted.transform(ended -> Future.failedFuture("undeployed while it was starting"));
    }
    cluster = joined;
    RemoteLeases remote = new RemoteLeases(joined == null ? node : joined.node(), clock);
    leases = remote;
    DrainWatch drains = new DrainWatch();
    stopChecks = timer().every(CHECKS, () -> {
      remote.expire();
      drains.check(
          services.byName().values().stream().map(ScheduledService::scheduling).toList());
    });
    return Future.succeededFuture();
  }

  private synchronized Future<Void> applyNow(PluginConfig next) {
    FixedSettings.requireSame(config, next);
    return ChecksTls.read(vertx, next.services(), services.byName())
        .compose(tls -> applyNow(next, tls));
  }

  private synchronized Future<Void> applyNow(PluginConfig next, Map<String, UpstreamTls> tls) {
    Cluster joined = cluster;
    Names.of(vertx).configure(next.dns());
    ServicePlan plan =
        ServicePlan.of(services.byName(), next, tls, this::startService, this::strategy);
    return Future.join(plan.share(joined), asked(plan))
        .compose(shared -> commit(plan, next), failure -> {
          plan.discard();
          Names.of(vertx).configure(config.dns());
          return Future.failedFuture(failure);
        });
  }

  /**
   * Completes on the context once the names of new services were asked for, so that the first requests find their servers; a
   * name server that is away delays the others for a moment only.
   */
  private Future<Void> asked(ServicePlan plan) {
    Future<Void> asked = plan.asked();
    if (asked.isComplete()) { // there was no name
      return Future.succeededFuture();
    }
    Context on = Objects.requireNonNull(context, "not started");
    Promise<Void> goOn = Promise.promise();
    long timer = vertx.setTimer(NAMES_MILLIS, id -> goOn.tryComplete());
    asked.onComplete(done -> on.runOnContext(v -> {
      vertx.cancelTimer(timer);
      goOn.tryComplete();
    }));
    return goOn.future();
  }

  private synchronized Future<Void> commit(ServicePlan plan, PluginConfig next) {
    if (left) {
      plan.discard();
      return Future.failedFuture("undeployed while a configuration was applied");
    }
    config = next;
    digests = ConfigDigest.ofServices(next.services());
    return plan.commit(services, cluster);
  }

  private synchronized Future<Void> show() {
    Cluster joined = cluster;
    if (left) {
      return Future.failedFuture("undeployed while it was starting");
    }
    lblc = Lblc.of(
        vertx, config.name(), services, () -> joined == null ? null : ClusterStatus.of(joined));
    return Future.succeededFuture();
  }

  private ScheduledService startService(ServiceConfig service, @Nullable UpstreamTls tls) {
    return new ScheduledService(
        vertx,
        service,
        tls,
        made -> strategy(service, made),
        clock,
        healthTime,
        random,
        timer(),
        config.cluster().enabled());
  }

  private Strategy strategy(ServiceConfig service, Strategy.Context made) {
    return strategies.create(service.strategy(), made);
  }

  private WorkerTimer timer() {
    return new WorkerTimer(vertx, Objects.requireNonNull(context, "not started"));
  }

  private static LocalMap<String, Deployment> registry(Vertx vertx) {
    return vertx.sharedData().getLocalMap(REGISTRY);
  }
}
