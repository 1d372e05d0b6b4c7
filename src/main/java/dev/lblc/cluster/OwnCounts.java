package dev.lblc.cluster;

import dev.lblc.cluster.CountChanges.Line;
import dev.lblc.cluster.CountReport.Counts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What this node has told of its own connections, and so what is to be told next. Confined to the publisher's thread. */
final class OwnCounts {
  private Map<String, Map<String, Counts>> told = Map.of();

  /** The sequence number of the last whole report, and the places of its servers. */
  private long base;

  private Map<String, Map<String, Integer>> places = Map.of();
  private int size;

  /** Returns whether these are others than what was told. */
  boolean differ(Map<String, Map<String, Counts>> now) {
    return !now.equals(told);
  }

  /** Returns how many servers the last whole report has. */
  int size() {
    return size;
  }

  /** Notes that a whole report of that sequence number tells these. */
  void tellAll(long sequence, Map<String, Map<String, Counts>> now) {
    told = now;
    base = sequence;
    places = new HashMap<>();
    size = 0;
    now.forEach((service, servers) -> {
      Map<String, Integer> ofService = new HashMap<>();
      servers.keySet().forEach(server -> ofService.put(server, size++));
      places.put(service, ofService);
    });
  }

  /** Returns in what these differ from what was told, and notes that a report tells it. */
  CountChanges tellChanges(Map<String, Map<String, Counts>> now) {
    Changes changes = new Changes();
    now.forEach((service, servers) -> {
      Map<String, Counts> before = told.getOrDefault(service, Map.of());
      servers.forEach((server, counts) -> {
        if (!counts.equals(before.get(server))) {
          changes.add(service, server, counts);
        }
      });
    });
    told.forEach((service, servers) -> {
      Map<String, Counts> after = now.getOrDefault(service, Map.of());
      servers.keySet().forEach(server -> {
        if (!after.containsKey(server)) {
          changes.add(service, server, Counts.NONE);
        }
      });
    });
    told = now;
    changes.lines.sort(Comparator.comparingInt(Line::place));
    return new CountChanges(base, changes.lines, changes.others);
  }

  private final class Changes {
    final List<Line> lines = new ArrayList<>();
    final Map<String, Map<String, Counts>> others = new LinkedHashMap<>();

    void add(String service, String server, Counts counts) {
      Integer place = places.getOrDefault(service, Map.of()).get(server);
      if (place != null) {
        lines.add(new Line(place, counts.active(), counts.inactive()));
      } else {
        others.computeIfAbsent(service, name -> new LinkedHashMap<>()).put(server, counts);
      }
    }
  }
}
