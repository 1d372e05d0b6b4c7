package dev.lblc.cli;

import dev.lblc.admin.Views;
import dev.lblc.boot.GatewayFile;
import dev.lblc.config.ServiceConfig;
import dev.lblc.plugin.ServiceViews;
import io.vertx.core.json.JsonObject;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The choice of a gateway that starts now: one of its services, in this process, without health checks and cluster. */
final class FreshStart {
  private FreshStart() {}

  /** Returns the explanation, as the admin API has it. Blocks. */
  static JsonObject explain(GatewayFile file, String service, @Nullable String destination) {
    ServiceConfig config =
        Objects.requireNonNull(file.config().plugin().services().get(service), service);
    boolean none = destination == null || destination.isEmpty();
    return Views.explanation(
        ServiceViews.ofFreshStart(config, file.plugins().strategies(), none ? null : destination));
  }
}
