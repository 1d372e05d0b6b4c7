package dev.lblc.cli;

import dev.lblc.admin.Views;
import dev.lblc.boot.GatewayFile;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** What a gateway that starts now would choose: one of its services, in this process, without checks and cluster. */
final class FreshStart {
  private FreshStart() {}

  /** The explanation, as the admin API has it. */
  static JsonObject explain(GatewayFile file, String service, @Nullable String destination) {
    JsonObject alone =
        file.json().getJsonObject("services").getJsonObject(service).copy();
    alone.remove("health");
    JsonObject config = new JsonObject().put("services", new JsonObject().put(service, alone));
    Vertx vertx = Vertx.vertx();
    try {
      vertx
          .deployVerticle(
              new LblcVerticle(file.plugins().strategies()),
              new DeploymentOptions().setConfig(config))
          .await();
      boolean none = destination == null || destination.isEmpty();
      return Views.explanation(Lblc.of(vertx).service(service).explain(none ? null : destination));
    } finally {
      vertx.close().await();
    }
  }
}
