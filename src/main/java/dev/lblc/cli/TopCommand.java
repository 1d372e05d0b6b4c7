package dev.lblc.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code top}: shows the servers and destinations of a running gateway that get the most requests, again each second. */
@Command(
    name = "top",
    description = {
      "Shows the servers and destinations of a running gateway that get the most requests through it, each second.",
      "Rates are means of the last seconds, of which what is 15 seconds ago counts for half."
    },
    mixinStandardHelpOptions = true)
final class TopCommand implements Callable<Integer> {
  @Mixin
  private final AdminParameter admin = new AdminParameter();

  @Mixin
  private final WatchParameter watch = new WatchParameter();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    watch.show(
        admin.client(),
        spec.commandLine().getOut(),
        TopCommand::json,
        snapshot -> TopTable.lines(snapshot.getJsonArray("services")));
    return 0;
  }

  private static JsonArray json(JsonObject snapshot) {
    JsonArray services = new JsonArray();
    for (Object each : snapshot.getJsonArray("services")) {
      JsonObject service = (JsonObject) each;
      JsonArray servers = new JsonArray();
      for (JsonObject server : TopTable.byRate(service.getJsonArray("servers"))) {
        servers.add(new JsonObject()
            .put("id", server.getString("id"))
            .put("perSecond", server.getDouble("perSecond"))
            .put("active", server.getJsonObject("active"))
            .put("max", server.getInteger("max"))
            .put("state", server.getString("state")));
      }
      JsonObject shown = new JsonObject()
          .put("service", service.getString("service"))
          .put("perSecond", service.getDouble("perSecond"))
          .put("servers", servers)
          .put("topDestinations", service.getJsonArray("topDestinations"));
      JsonObject queue = service.getJsonObject("queue");
      services.add(queue == null ? shown : shown.put("queue", queue));
    }
    return services;
  }
}
