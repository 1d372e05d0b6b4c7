package dev.lblc.cli;

import dev.lblc.config.ConfigException;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.plugin.Strategies;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A gateway file that was read and found valid.
 *
 * @param path where it is
 * @param config what it says
 * @param json the same as JSON, for the plugin, which reads its part by itself
 */
record GatewayFile(Path path, GatewayConfig config, JsonObject json) {
  /** Reads and checks a file; throws with all its faults. */
  static GatewayFile read(Path path) throws ConfigException, Failure {
    GatewayConfig config = ConfigReader.readFile(path, Strategies.names(), System.getenv());
    try {
      return new GatewayFile(path, config, new JsonObject(Files.readString(path)));
    } catch (IOException e) {
      throw new Failure(path + ": " + e);
    }
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
