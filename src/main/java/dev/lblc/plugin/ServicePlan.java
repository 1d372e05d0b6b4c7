package dev.lblc.plugin;

import dev.lblc.cluster.Cluster;
import dev.lblc.cluster.PreparedShare;
import dev.lblc.config.PluginConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.scheduler.Strategy;
import dev.lblc.tls.UpstreamTls;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * All that a configuration changes of a deployment's services.
 *
 * <pre>
 * {@link #of}:      services are made, and strategies of those that get another one; whatever can fail does so here
 * {@link #share}:   in a cluster, the tables of both are pulled; this can fail, too
 * {@link #commit}:  all of it takes effect, or {@link #discard}: none of it does
 * </pre>
 *
 * <p>Confined to the thread that applies.
 */
final class ServicePlan {
  private final Map<String, ScheduledService> before;
  private final Map<String, ScheduledService> after = new LinkedHashMap<>();
  private final List<ScheduledService> added = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<PreparedShare> shared = new ArrayList<>();

  /**
   * What becomes of a service that is kept.
   *
   * @param tls for its checks; null: they have none of the service
   * @param strategy the one that it gets; null: it keeps its own
   * @param ownOptions what that strategy sees as its own options
   */
  private record Change(
      ScheduledService service,
      ServiceConfig config,
      @Nullable UpstreamTls tls,
      @Nullable Strategy strategy,
      AtomicReference<Object> ownOptions) {}

  private ServicePlan(Map<String, ScheduledService> before) {
    this.before = before;
  }

  /**
   * Makes a plan.
   *
   * @param before the services as they are
   * @param tls for the checks of services, by name
   * @param start makes a service and starts it
   * @param strategies makes the strategy of a service's configuration
   * @throws RuntimeException if a service or a strategy cannot be made; nothing is left of those that could
   */
  static ServicePlan of(
      Map<String, ScheduledService> before,
      PluginConfig config,
      Map<String, UpstreamTls> tls,
      BiFunction<ServiceConfig, @Nullable UpstreamTls, ScheduledService> start,
      BiFunction<ServiceConfig, Strategy.Context, Strategy> strategies) {
    ServicePlan plan = new ServicePlan(before);
    try {
      config
          .services()
          .values()
          .forEach(service -> plan.add(service, tls.get(service.name()), start, strategies));
      return plan;
    } catch (RuntimeException e) {
      plan.discard();
      throw e;
    }
  }

  /** Has the tables of new services and of new strategies agree with the cluster's; null: there is no cluster. */
  Future<Void> share(@Nullable Cluster cluster) {
    if (cluster == null) {
      return Future.succeededFuture();
    }
    // One after the other, up to the first that fails: where the cluster does not answer each of
    // them takes long.
    Future<?> sharing = Future.succeededFuture();
    for (ScheduledService service : added) {
      service.beforeDecision(cluster::beforeDecision);
      sharing =
          sharing.compose(before -> cluster.share(service.scheduling()).onSuccess(shared::add));
    }
    for (Change change : changes) {
      Strategy strategy = change.strategy;
      if (strategy != null) {
        sharing = sharing.compose(before -> cluster
            .shareTable(change.service.scheduling(), strategy.table())
            .onSuccess(shared::add));
      }
    }
    return sharing.mapEmpty();
  }

  /** Completes once the names of all new services were asked for. */
  Future<Void> asked() {
    return Future.join(added.stream().map(ScheduledService::asked).toList()).mapEmpty();
  }

  /** Puts the plan into effect; complete once all who follow the services have followed. */
  Future<Void> commit(Services services, @Nullable Cluster cluster) {
    shared.forEach(PreparedShare::use);
    changes.forEach(change ->
        change.service.update(change.config, change.tls, change.strategy, change.ownOptions));
    Future<Void> followed = services.publish(after);
    before.forEach((name, service) -> {
      if (after.get(name) != service) {
        service.remove();
        if (cluster != null) {
          cluster.unshare(name);
        }
      }
    });
    if (cluster != null) {
      cluster.servicesChanged();
    }
    return followed;
  }

  /** Ends what was made for nothing. */
  void discard() {
    shared.forEach(PreparedShare::discard);
    added.forEach(ScheduledService::remove);
  }

  private void add(
      ServiceConfig config,
      @Nullable UpstreamTls tls,
      BiFunction<ServiceConfig, @Nullable UpstreamTls, ScheduledService> start,
      BiFunction<ServiceConfig, Strategy.Context, Strategy> strategies) {
    ScheduledService kept = before.get(config.name());
    if (kept == null) {
      ScheduledService started = start.apply(config, tls);
      added.add(started);
      after.put(config.name(), started);
    } else {
      AtomicReference<Object> own =
          new AtomicReference<>(config.strategyOptions().value());
      Strategy other = kept.needsOtherStrategy(config)
          ? kept.scheduling()
              .prepare(context -> strategies.apply(config, context.withOwnOptions(own::get)))
          : null;
      changes.add(new Change(kept, config, tls, other, own));
      after.put(config.name(), kept);
    }
  }
}
