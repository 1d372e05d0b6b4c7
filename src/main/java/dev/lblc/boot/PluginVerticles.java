package dev.lblc.boot;

import dev.lblc.plugin.BrokenPluginException;
import io.vertx.core.AsyncResult;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The start of the verticles that a folder of plugins describes. */
final class PluginVerticles {
  private PluginVerticles() {}

  /**
   * Deploys the verticles one after the other.
   *
   * @param limit how long the start of one of them may take
   */
  static void deploy(Vertx vertx, List<PluginFolder.Added> verticles, Duration limit)
      throws StartException {
    for (PluginFolder.Added added : verticles) {
      deploy(vertx, added, limit);
    }
  }

  private static void deploy(Vertx vertx, PluginFolder.Added added, Duration limit)
      throws StartException {
    String what = "plugin " + added.file() + ": ";
    DeploymentOptions options = new DeploymentOptions()
        .setClassLoader(added.classes())
        .setInstances(added.config().instances())
        .setConfig(added.config().config());
    AsyncResult<String> start;
    try {
      start = vertx
          .deployVerticle(added.config().verticle(), options)
          // As a value: a verticle may fail with a TimeoutException of its own.
          .<AsyncResult<String>>transform(Future::succeededFuture)
          .await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new StartException(what + "did not start within " + limit.toSeconds() + " s");
    } catch (Throwable e) { // a plugin may throw anything
      throw new StartException(what + BrokenPluginException.reason(e));
    }
    if (start.failed()) {
      throw new StartException(what + BrokenPluginException.reason(start.cause()));
    }
  }
}
