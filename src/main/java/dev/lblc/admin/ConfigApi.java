package dev.lblc.admin;

import dev.lblc.config.ConfigDigest;
import dev.lblc.config.EffectiveConfig;
import dev.lblc.config.GatewayConfig;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Objects;

/** The endpoints of the configuration: what runs, and the way to another one. */
final class ConfigApi {
  private final Control control;

  ConfigApi(Control control) {
    this.control = control;
  }

  void addTo(Endpoints endpoints) {
    endpoints.add(
        HttpMethod.GET,
        "/api/v1/config",
        "the configuration that runs, with defaults and without secrets, and its digest",
        Background.endpoint(this::config, Responses::json));
    endpoints.add(
        HttpMethod.POST,
        "/api/v1/reload",
        "reads the file again and applies it; 422 lists what is wrong with it",
        this::reload);
  }

  private String config() {
    GatewayConfig config = control.config();
    return new JsonObject()
        .put("digest", ConfigDigest.of(config))
        .put("config", EffectiveConfig.withoutSecrets(config))
        .encode();
  }

  private void reload(AdminRequest request) {
    Context context = Objects.requireNonNull(Vertx.currentContext(), "on an event loop");
    control.reload().onComplete(done -> context.runOnContext(v -> answer(request, done)));
  }

  private static void answer(AdminRequest request, AsyncResult<Control.Reloaded> done) {
    if (done.succeeded()) {
      Responses.json(
          request.response(),
          new JsonObject()
              .put("changed", new JsonArray(done.result().changed()))
              .put("digest", done.result().digest()));
    } else if (done.cause() instanceof ReloadException refused) {
      JsonArray errors = new JsonArray();
      refused
          .faults()
          .forEach(fault -> errors.add(
              new JsonObject().put("path", fault.path()).put("message", fault.message())));
      Responses.problem(
          request.response(),
          422,
          "the file was not applied, nothing has changed",
          new JsonObject().put("errors", errors));
    } else {
      Answering.fail(request.http(), done.cause());
    }
  }
}
