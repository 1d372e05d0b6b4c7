package dev.lblc.boot;

import dev.lblc.config.ConfigException;
import dev.lblc.config.ConfigFile;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;

/**
 * A gateway file that was read and found valid.
 *
 * @param config what it says
 * @param json the same as JSON, for the plugin, which reads its part by itself
 * @param plugins what is added to the gateway
 */
public record GatewayFile(GatewayConfig config, JsonObject json, PluginFolder plugins) {
  /** Reads and checks a file; throws with all its faults. */
  public static GatewayFile read(Path path, PluginFolder plugins) throws ConfigException {
    String text = ConfigFile.text(path);
    return new GatewayFile(
        ConfigReader.readText(path.toString(), text, plugins.strategies().names(), System.getenv()),
        new JsonObject(text),
        plugins);
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
