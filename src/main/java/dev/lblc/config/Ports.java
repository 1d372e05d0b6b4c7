package dev.lblc.config;

import java.util.ArrayList;
import java.util.List;

/** The ports that a file binds, to find those bound twice. */
final class Ports {
  private final List<Bound> bound = new ArrayList<>();

  /**
   * Notes a fault at {@code where} if the port is taken; 0 stands for any free one and never is.
   *
   * @return whether it was free
   */
  boolean bind(Cursor where, String host, int port) {
    for (Bound other : bound) {
      if (port != 0 && port == other.port && NetSyntax.overlap(host, other.host)) {
        where.fail("a port that " + other.path + " has not taken");
        return false;
      }
    }
    bound.add(new Bound(where.path(), host, port));
    return true;
  }

  private record Bound(String path, String host, int port) {}
}
