package dev.lblc.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The ports that a configuration binds; finds those that are bound twice. */
final class BoundPorts {
  private final Map<Integer, List<Bound>> bound = new HashMap<>();

  /**
   * Takes a port, or notes a fault at {@code where} if it is taken; 0 stands for any free port and never is.
   *
   * @return false: it is taken
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
