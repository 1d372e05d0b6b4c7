package dev.lblc.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The ports that a configuration binds. Finds ports that are bound twice. */
final class BoundPorts {
  private final Map<Integer, List<Bound>> bound = new HashMap<>();

  /**
   * Takes a port, or notes a fault at {@code where} if the port is taken. Port 0 stands for any free port and is never taken.
   *
   * @return false if the port was taken
   */
  boolean bind(Cursor where, String host, int port) {
    List<Bound> same = bound.computeIfAbsent(port, number -> new ArrayList<>());
    for (Bound other : same) {
      if (port != 0 && NetSyntax.overlap(host, other.host)) {
        where.fail("a port that " + other.path + " has not taken");
        return false;
      }
    }
    same.add(new Bound(where.path(), host));
    return true;
  }

  private record Bound(String path, String host) {}
}
