package dev.lblc.cli;

import dev.lblc.config.ConfigException;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.plugin.Strategies;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;

/**
 * A gateway file that was read and found valid.
 *
 * @param config what it says
 * @param json the same as JSON, for the plugin, which reads its part by itself
 */
record GatewayFile(GatewayConfig config, JsonObject json) {
  /** Reads and checks a file; throws with all its faults. */
  static GatewayFile read(Path path) throws ConfigException {
    String text = ConfigReader.text(path);
    return new GatewayFile(
        ConfigReader.readText(path.toString(), text, Strategies.names(), System.getenv()),
        new JsonObject(text));
  }

  /** The part that the plugin is deployed with. */
  JsonObject pluginJson() {
    JsonObject part = new JsonObject().put("services", json.getValue("services"));
    if (json.containsKey("cluster")) {
      part.put("cluster", json.getValue("cluster"));
    }
    return part;
  }
}
