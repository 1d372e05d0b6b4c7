package dev.lblc.cli;

import dev.lblc.admin.Views;
import dev.lblc.boot.GatewayFile;
import dev.lblc.config.PluginConfig;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcVerticle;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** The choice of a gateway that starts now: one of its services, in this process, without health checks and cluster. */
final class FreshStart {
  private FreshStart() {}

  /** Returns the explanation, as the admin API has it. Blocks. */
  static JsonObject explain(GatewayFile file, String service, @Nullable String destination) {
    Vertx vertx = Vertx.vertx();
    try {
      PluginConfig config = file.config().plugin().isolated(service);
      vertx
          .deployVerticle(new LblcVerticle(file.plugins().strategies(), config))
          .await();
      boolean none = destination == null || destination.isEmpty();
      return Views.explanation(Lblc.of(vertx).service(service).explain(none ? null : destination));
    } finally {
      vertx.close().await();
    }
  }
}
