package dev.lblc.plugin;

import dev.lblc.config.ClusterConfig;
import dev.lblc.config.PluginConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The settings that hold from the start of a deployment to its end: its name and its part in the cluster. */
final class FixedSettings {
  private FixedSettings() {}

  /** Throws an {@link IllegalArgumentException} that names the first of these settings in which two configurations differ. */
  static void requireSame(PluginConfig running, PluginConfig next) {
    Map<String, @Nullable Object> now = values(running);
    values(next).forEach((name, value) -> {
      if (!Objects.equals(now.get(name), value)) {
        throw new IllegalArgumentException(name + ": " + value + " (expected: " + now.get(name)
            + ", as at the start: it cannot change while running)");
      }
    });
  }

  private static Map<String, @Nullable Object> values(PluginConfig config) {
    ClusterConfig cluster = config.cluster();
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("name", config.name());
    values.put("cluster.enabled", cluster.enabled());
    values.put("cluster.node", cluster.node());
    values.put("cluster.config", cluster.config());
    values.put("cluster.eventBus", cluster.eventBus());
    values.put("cluster.reportInterval", cluster.reportInterval());
    values.put("cluster.peerTimeout", cluster.peerTimeout());
    return values;
  }
}
