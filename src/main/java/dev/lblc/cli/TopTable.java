package dev.lblc.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Tables of the servers and destinations that get the most requests, of snapshots as the admin API has them. */
final class TopTable {
  /** Of each kind and service: what fits on a screen. */
  private static final int MOST = 10;

  private static final int MAX = 4;

  private TopTable() {}

  /** Returns the lines for all services, those with the most requests first. */
  static List<String> lines(JsonArray services) {
    List<String> lines = new ArrayList<>();
    for (JsonObject service : byRate(services)) {
      lines.add(service.getString("service") + " " + service.getString("strategy") + " "
          + rate(service.getDouble("perSecond")) + " requests/s" + queue(service));
      List<String[]> servers = new ArrayList<>();
      servers.add(
          new String[] {"  -> Server", "Requests/s", "ActiveConn", "Weight", "Max", "State"});
      byRate(service.getJsonArray("servers")).stream()
          .limit(MOST)
          .forEach(server -> servers.add(new String[] {
            "  -> " + server.getString("id"),
            rate(server.getDouble("perSecond")),
            String.valueOf(server.getJsonObject("active").getInteger("cluster")),
            String.valueOf(server.getInteger("weight")),
            ServerTable.max(server),
            server.getString("state")
          }));
      List<String[]> shown = Columns.withoutIfEmpty(servers, MAX);
      int state = shown.get(0).length - 1;
      lines.addAll(Columns.format(shown, column -> column == 0 || column == state));
      List<String[]> destinations = new ArrayList<>();
      destinations.add(new String[] {"  Destination", "Requests/s", "+-", "Home"});
      byRate(service.getJsonArray("topDestinations")).stream()
          .limit(MOST)
          .forEach(each -> destinations.add(new String[] {
            "  " + Printable.of(each.getString("destination")),
            rate(each.getDouble("perSecond")),
            rate(each.getDouble("errorPerSecond")),
            each.getJsonArray("homes").stream()
                .map(Object::toString)
                .collect(Collectors.joining(","))
          }));
      if (destinations.size() > 1) {
        lines.addAll(Columns.format(destinations, column -> column == 0 || column == 3));
      }
    }
    return lines;
  }

  private static String queue(JsonObject service) {
    JsonObject queue = service.getJsonObject("queue");
    return queue == null ? "" : ", " + QueueLine.waiting(queue);
  }

  /** Returns the members of an array of objects, the highest rate first; of equal ones in their order. */
  static List<JsonObject> byRate(JsonArray array) {
    return array.stream()
        .map(JsonObject.class::cast)
        .sorted(Comparator.comparingDouble((JsonObject each) -> each.getDouble("perSecond"))
            .reversed())
        .toList();
  }

  private static String rate(double perSecond) {
    return String.format(Locale.ROOT, "%.1f", perSecond);
  }
}
