package dev.lblc.cli;

import dev.lblc.config.Authority;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** A table of services and servers, given as the admin API's JSON, in the manner of {@code ipvsadm -Ln}. */
final class ServerTable {
  private static final int TEXT_COLUMNS = 3;
  private static final int MAX = 6;

  private final List<String> lines = new ArrayList<>();

  /** Returns the lines for all services, with a heading. */
  static List<String> services(JsonArray services) {
    ServerTable table = new ServerTable();
    table.lines.add("Service Scheduler Destinations Hits Decisions");
    List<String[]> rows = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    rows.add(heading());
    for (int i = 0; i < services.size(); i++) {
      addRows(rows, services.getJsonObject(i).getJsonArray("servers"));
      ends.add(rows.size());
    }
    List<String> formatted = format(rows);
    table.lines.add(formatted.get(0));
    int next = 1;
    for (int i = 0; i < services.size(); i++) {
      table.lines.add(summary(services.getJsonObject(i)));
      JsonObject queue = services.getJsonObject(i).getJsonObject("queue");
      if (queue != null) {
        table.lines.add("  Queue: " + QueueLine.whole(queue));
      }
      table.lines.addAll(formatted.subList(next, ends.get(i)));
      next = ends.get(i);
    }
    return table.lines;
  }

  /** Returns the lines for the servers of one service, with a heading. */
  static List<String> servers(JsonArray servers) {
    List<String[]> rows = new ArrayList<>();
    rows.add(heading());
    addRows(rows, servers);
    return format(rows);
  }

  private static String summary(JsonObject service) {
    JsonObject decisions = service.getJsonObject("decisions");
    long all = decisions.stream()
        .mapToLong(decision -> ((Number) decision.getValue()).longValue())
        .sum();
    return service.getString("service") + " " + service.getString("strategy") + " "
        + service.getLong("destinations") + " " + decisions.getLong("hit") + " " + all;
  }

  private static String[] heading() {
    return new String[] {
      "  -> Server", "Address:Port", "State", "Weight", "ActiveConn", "InActConn", "Max", ""
    };
  }

  private static void addRows(List<String[]> rows, JsonArray servers) {
    for (int i = 0; i < servers.size(); i++) {
      JsonObject server = servers.getJsonObject(i);
      rows.add(new String[] {
        "  -> " + server.getString("id"),
        address(server),
        state(server),
        String.valueOf(server.getInteger("weight")),
        connections(server, "active"),
        connections(server, "inactive"),
        max(server),
        why(server)
      });
    }
  }

  private static String address(JsonObject server) {
    return Authority.of(server.getString("host"), server.getInteger("port"));
  }

  private static String state(JsonObject server) {
    List<String> states = new ArrayList<>();
    states.add(health(server));
    if (server.getBoolean("saturated")) {
      states.add("saturated");
    }
    int max = server.getInteger("max", 0);
    if (max != 0 && server.getJsonObject("active").getInteger("cluster") >= max) {
      states.add("full");
    }
    if (server.getInteger("weight") == 0) {
      states.add("quiesced");
    }
    return String.join(",", states);
  }

  /** Returns how many active connections a server may have; a dash: any number. */
  static String max(JsonObject server) {
    int max = server.getInteger("max", 0);
    return max == 0 ? Columns.NOTHING : String.valueOf(max);
  }

  private static String health(JsonObject server) {
    return server.getString("state", server.getBoolean("available") ? "up" : "down");
  }

  /** Returns why a server gets no requests and since when; empty for one that is up. */
  private static String why(JsonObject server) {
    return health(server).equals("up") || server.getString("stateReason") == null
        ? ""
        : "since " + server.getString("stateSince") + ": " + server.getString("stateReason");
  }

  /** Returns the connections of all nodes, by which the scheduler decides. */
  private static String connections(JsonObject server, String state) {
    return String.valueOf(server.getJsonObject(state).getInteger("cluster"));
  }

  private static List<String> format(List<String[]> rows) {
    List<String[]> shown = Columns.withoutIfEmpty(rows, MAX); // most services have none
    int last = shown.get(0).length - 1;
    return Columns.format(shown, column -> column < TEXT_COLUMNS || column == last);
  }
}
