package dev.lblc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import org.junit.jupiter.api.Test;

class ServerTableTest {
  @Test
  void services_areGroupedUnderTheirHeads_andColumnsLineUp() {
    JsonArray services = new JsonArray("""
        [{"service": "images", "strategy": "lblc", "destinations": 7,
          "decisions": {"hit": 90, "placed": 10},
          "servers": [%s, %s]},
         {"service": "db", "strategy": "wlc", "destinations": 0,
          "decisions": {"hit": 0, "none": 3},
          "queue": {"length": 12, "limit": 200, "longestMillis": 3249, "served": 40, "full": 2, "timeouts": 1, "left": 5},
          "servers": [%s]}]
        """.formatted(
            server("cache-10", "127.0.0.1", 64, "up", false, 12, 1),
            server("c2", "::1", 100, "ejected", true, 0, 0),
            server("pg", "db.example.com", 0, "up", false, 250, 3)));
    assertThat(ServerTable.services(services))
        .containsExactly(
            "Service Scheduler Destinations Hits Decisions",
            "  -> Server    Address:Port         State              Weight  ActiveConn  InActConn  Max",
            "images lblc 7 90 100",
            "  -> cache-10  127.0.0.1:9001       up                     64          12          1    -",
            "  -> c2        [::1]:9001           ejected,saturated     100           0          0    -  since 2026-11-28T12:00:03Z: why",
            "db wlc 0 0 3",
            "  Queue: 12 of 200 wait, the first for 3.2 s; since the start 40 served, 2 refused at once,"
                + " 1 refused after the timeout, 5 left",
            "  -> pg        db.example.com:9001  up,full,quiesced        0         250          3  250");
  }

  private static String server(
      String id,
      String host,
      int weight,
      String state,
      boolean saturated,
      int active,
      int inactive) {
    return """
        {"id": "%s", "host": "%s", "port": 9001, "weight": %d, "max": %d, "available": %s, "saturated": %s,
         "state": "%s", "stateReason": "why", "stateSince": "2026-11-28T12:00:03Z",
         "active": {"local": 0, "cluster": %d}, "inactive": {"local": 0, "cluster": %d}}
        """.formatted(
            id,
            host,
            weight,
            id.equals("pg") ? 250 : 0,
            state.equals("up"),
            saturated,
            state,
            active,
            inactive);
  }
}
