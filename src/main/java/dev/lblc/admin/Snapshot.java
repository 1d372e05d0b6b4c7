package dev.lblc.admin;

import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.scheduler.Demand;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;

/** All that the page shows, at one time: services with their loads, rates and history, and the cluster. */
final class Snapshot {
  /** Destinations shown of each service: more than anybody reads. */
  private static final int DESTINATIONS = 20;

  private final Lblc lblc;
  private final DecisionHistory history;

  Snapshot(Lblc lblc, DecisionHistory history) {
    this.lblc = lblc;
    this.history = history;
  }

  /** Returns the snapshot as JSON without line breaks. Takes as long as there are many servers: not for an event loop. */
  String take() {
    JsonArray services = new JsonArray();
    lblc.services().forEach(service -> services.add(service(service)));
    return new JsonObject()
        .put("services", services)
        .put("cluster", Views.cluster(lblc.cluster()))
        .encode();
  }

  private JsonObject service(LblcService service) {
    Demand demand = service.demand(DESTINATIONS);
    Map<String, Double> rates = new HashMap<>();
    demand.servers().forEach(server -> rates.put(server.server(), server.perSecond()));
    JsonObject json = service.status().toJson();
    for (Object each : json.getJsonArray("servers")) {
      JsonObject server = (JsonObject) each;
      server.put("perSecond", rounded(rates.getOrDefault(server.getString("id"), 0.0)));
    }
    JsonArray top = new JsonArray();
    demand
        .destinations()
        .forEach(each -> top.add(new JsonObject()
            .put("destination", each.destination())
            .put("perSecond", rounded(each.perSecond()))
            .put("errorPerSecond", rounded(each.errorPerSecond()))
            .put("homes", new JsonArray(each.homes()))));
    return json.put("perSecond", rounded(demand.perSecond()))
        .put("topDestinations", top)
        .put("history", history.of(service.name()));
  }

  /** Returns a rate with three digits behind the point. */
  private static double rounded(double rate) {
    return Math.round(rate * 1_000) / 1_000.0;
  }
}
