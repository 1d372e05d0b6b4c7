package dev.lblc.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The comparison of what routes match: a route that another one before it covers is never used. */
final class RouteCover {
  private static final String ANY = "*";
  private static final String ANY_PATH = "/*";

  private RouteCover() {}

  /**
   * Returns whether {@code first}, of the same listener, matches all that {@code later} matches. It says no where that is
   * only true because of how requests look.
   */
  static boolean covers(RouteConfig first, RouteConfig later) {
    if (first instanceof HttpRouteConfig one && later instanceof HttpRouteConfig other) {
      return covers(one.match(), other.match());
    }
    return first instanceof TcpRouteConfig one
        && later instanceof TcpRouteConfig other
        && covers(one.match(), other.match());
  }

  private static boolean covers(HttpRouteConfig.Match first, HttpRouteConfig.Match later) {
    return isHostCovered(first.host(), later.host())
        && isPathCovered(first.path(), later.path())
        && (first.methods().isEmpty()
            || (!later.methods().isEmpty() && first.methods().containsAll(later.methods())))
        && first.headers().entrySet().stream()
            .allMatch(header -> isValueCovered(header, later.headers()))
        && first.json().entrySet().stream().allMatch(field -> isValueCovered(field, later.json()));
  }

  private static boolean covers(TcpRouteConfig.Match first, TcpRouteConfig.Match later) {
    return isHostCovered(first.sni(), later.sni())
        && (first.ports().isEmpty()
            || (!later.ports().isEmpty()
                && later.ports().stream().allMatch(range -> isCovered(first.ports(), range))))
        && (first.clients().isEmpty()
            || (!later.clients().isEmpty()
                && later.clients().stream()
                    .allMatch(peer -> first.clients().stream()
                        .anyMatch(block -> NetSyntax.contains(block, peer)))));
  }

  private static boolean isHostCovered(@Nullable String first, @Nullable String later) {
    if (first == null || later == null) {
      return first == null;
    }
    return first.equals(later) || (first.startsWith("*.") && later.endsWith(first.substring(1)));
  }

  private static boolean isPathCovered(@Nullable String first, @Nullable String later) {
    if (first == null || first.equals(ANY_PATH)) {
      return true; // every path begins with a slash
    }
    if (later == null || !first.endsWith(ANY)) {
      return first.equals(later);
    }
    return later.startsWith(first.substring(0, first.length() - 1));
  }

  private static boolean isValueCovered(
      Map.Entry<String, String> first, Map<String, String> later) {
    String value = later.get(first.getKey());
    return value != null && (first.getValue().equals(ANY) || first.getValue().equals(value));
  }

  private static boolean isCovered(List<PortRange> ranges, PortRange range) {
    return ranges.stream()
        .anyMatch(wide -> wide.first() <= range.first() && wide.last() >= range.last());
  }
}
