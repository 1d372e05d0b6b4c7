package dev.lblc.plugin;

import dev.lblc.config.PluginConfig;
import dev.lblc.health.HealthTime;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One instance of a verticle that schedules services: its part in the {@link Deployment}, and its {@link EventBusApi}.
 *
 * <p>Guarded by itself.
 */
final class VerticleInstance {
  private final Vertx vertx;
  private final Context context;
  private @Nullable Deployment deployment;
  private @Nullable EventBusApi api;

  /** Of the verticle on that context. */
  VerticleInstance(Vertx vertx, Context context) {
    this.vertx = vertx;
    this.context = context;
  }

  /** Starts the services, or joins the instance that did; complete once they can be asked by the event bus, too. */
  Future<Void> start(PluginConfig config, Strategies strategies) {
    Deployment entered = Deployment.enter(
        vertx,
        context.deploymentID(),
        config,
        strategies,
        () -> System.nanoTime() / 1_000_000,
        new HealthTime(System::nanoTime, System::currentTimeMillis),
        ThreadLocalRandom::current);
    entered(entered);
    return onOwnContext(
            entered.start(context, UUID.randomUUID().toString(), System.currentTimeMillis()))
        .compose(started ->
            EventBusApi.start(vertx, config.name(), entered.services(), entered.leases()))
        .compose(this::answering)
        // A verticle whose start failed is not stopped.
        .recover(failure -> end().transform(left -> Future.failedFuture(failure)));
  }

  /** Applies another configuration to the deployment, as {@link Deployment#apply} says. */
  Future<Void> apply(PluginConfig next) {
    Deployment running = deployment();
    return running == null
        ? Future.failedFuture(new IllegalStateException("the verticle is not deployed"))
        : running.apply(next);
  }

  /** Puts entries into the table of a service, as {@link ServicesVerticle#restore} says. */
  int restore(String service, List<DestinationStatus> entries) {
    Deployment running = deployment();
    ScheduledService known =
        running == null ? null : running.services().byName().get(service);
    return known == null
        ? 0
        : (int) entries.stream()
            .filter(entry ->
                known.scheduling().restore(entry.destination(), entry.homes(), entry.idleMillis()))
            .count();
  }

  /**
   * Ends this instance's part, once. It lets go of all: the event bus may keep this context, on which it connected to
   * another node, for as long as it runs.
   */
  synchronized Future<Void> end() {
    EventBusApi answering = api;
    Deployment entered = deployment;
    api = null;
    deployment = null;
    Future<Void> silent = answering == null ? Future.succeededFuture() : answering.stop();
    return silent.eventually(() -> entered == null ? Future.succeededFuture() : entered.leave());
  }

  private synchronized @Nullable Deployment deployment() {
    return deployment;
  }

  private synchronized void entered(Deployment entered) {
    deployment = entered;
  }

  private synchronized Future<Void> answering(EventBusApi answering) {
    if (deployment == null) {
      return answering
          .stop()
          .transform(stopped -> Future.failedFuture("undeployed while it was starting"));
    }
    api = answering;
    return Future.succeededFuture();
  }

  /** Hands an outcome on to this instance's context: another instance may have started the services. */
  private Future<Void> onOwnContext(Future<Void> future) {
    Promise<Void> own = Promise.promise();
    future.onComplete(result -> context.runOnContext(v -> own.handle(result)));
    return own.future();
  }
}
