package dev.lblc.boot;

import dev.lblc.config.ConfigDiff;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.ListenerConfig;
import dev.lblc.gateway.ListenerChanges;
import java.util.ArrayList;
import java.util.List;

/** What a reload has changed, as JSON paths: values, and {@code tls} of which only the content of files has. */
final class ChangedPaths {
  private ChangedPaths() {}

  /** Returns the paths; {@code changes} are what the gateway has found. */
  static List<String> of(GatewayConfig before, GatewayConfig next, ListenerChanges changes) {
    List<String> changed = new ArrayList<>(ConfigDiff.paths(before, next));
    for (int i = 0; i < next.listeners().size(); i++) {
      ListenerConfig listener = next.listeners().get(i);
      if (changes.certificates().contains(listener.name())) {
        add(changed, "$.listeners[" + i + "].tls");
      }
    }
    changes.services().forEach(service -> add(changed, ConfigDiff.tlsOf(service)));
    return changed;
  }

  /** Adds the path of an object, unless a part of it is listed. */
  private static void add(List<String> changed, String path) {
    if (changed.stream().noneMatch(other -> other.startsWith(path))) {
      changed.add(path);
    }
  }
}
