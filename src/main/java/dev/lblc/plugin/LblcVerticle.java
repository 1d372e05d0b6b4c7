package dev.lblc.plugin;

import dev.lblc.PublicApi;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.PluginConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Schedules the services of its configuration: an object with {@code services} and optionally {@code cluster}, as in the
 * gateway file, and {@code name}, by which {@link Lblc#of(io.vertx.core.Vertx, String)} finds them ({@code lblc} if it is
 * left out; also the first part of addresses and of the names of the cluster's maps). How Vert.x is
 * clustered ({@code cluster.config} and {@code cluster.eventBus}) is up to whoever built it, and has no effect here.
 *
 * <p>Any number of instances share the services; each more serves the event bus on an event loop more. Deployment fails
 * with a {@link dev.lblc.config.ConfigException} that lists every fault of the configuration. Undeploying ends health
 * checks, expiry and the cluster's part in it; leases that are out may still be closed.
 */
@PublicApi
public final class LblcVerticle extends VerticleBase {
  private final Supplier<Strategies> strategies;

  /** Null: the configuration is that of the deployment. */
  private final @Nullable PluginConfig given;

  private @Nullable Deployment deployment; // guarded by this
  private @Nullable EventBusApi api; // guarded by this

  /** With the strategies of the class path, and the configuration that it is deployed with. */
  public LblcVerticle() {
    this(Strategies::ofClassPath, null);
  }

  /** With those strategies, for whose plugins the caller answers, and the configuration that it is deployed with. */
  public LblcVerticle(Strategies strategies) {
    this(() -> strategies, null);
  }

  /** With those strategies, for whose plugins the caller answers, and a configuration that was read with their names. */
  public LblcVerticle(Strategies strategies, PluginConfig config) {
    this(() -> strategies, config);
  }

  private LblcVerticle(Supplier<Strategies> strategies, @Nullable PluginConfig given) {
    this.strategies = strategies;
    this.given = given;
  }

  @Override
  public Future<?> start() throws Exception {
    Strategies known = strategies.get();
    PluginConfig config =
        given != null ? given : ConfigReader.readPlugin(config(), known.names(), System.getenv());
    Deployment entered = Deployment.enter(
        vertx,
        deploymentID(),
        config,
        known,
        () -> System.nanoTime() / 1_000_000,
        ThreadLocalRandom::current);
    begun(entered);
    return here(entered.start(context, UUID.randomUUID().toString(), System.currentTimeMillis()))
        .compose(started -> EventBusApi.start(vertx, entered))
        .compose(this::listening)
        // A verticle whose start failed is not stopped.
        .recover(failure -> end().transform(left -> Future.failedFuture(failure)));
  }

  @Override
  public Future<?> stop() {
    return end();
  }

  private synchronized void begun(Deployment entered) {
    deployment = entered;
  }

  private synchronized Future<Void> listening(EventBusApi listening) {
    if (deployment == null) {
      return listening
          .stop()
          .transform(stopped -> Future.failedFuture("undeployed while it was starting"));
    }
    api = listening;
    return Future.succeededFuture();
  }

  /**
   * Ends this instance's part, once. It lets go of all: the event bus may keep this context, on which it connected to
   * another node, for as long as it runs.
   */
  private synchronized Future<Void> end() {
    EventBusApi listening = api;
    Deployment entered = deployment;
    api = null;
    deployment = null;
    Future<Void> silent = listening == null ? Future.succeededFuture() : listening.stop();
    return silent.eventually(() -> entered == null ? Future.succeededFuture() : entered.leave());
  }

  /** The same, on this instance's context: another one may have started the services. */
  private Future<Void> here(Future<Void> future) {
    Promise<Void> here = Promise.promise();
    future.onComplete(result -> context.runOnContext(v -> here.handle(result)));
    return here.future();
  }
}
