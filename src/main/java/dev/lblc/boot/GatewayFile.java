package dev.lblc.boot;

import dev.lblc.config.ConfigException;
import dev.lblc.config.ConfigFile;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import java.nio.file.Path;

/**
 * A gateway file that was read and found valid.
 *
 * @param config what it says
 * @param plugins what is added to the gateway
 */
public record GatewayFile(GatewayConfig config, PluginFolder plugins) {
  /** Reads and checks a file; throws with all its faults. */
  public static GatewayFile read(Path path, PluginFolder plugins) throws ConfigException {
    return new GatewayFile(
        ConfigReader.readText(
            path.toString(), ConfigFile.text(path), plugins.strategies().names(), System.getenv()),
        plugins);
  }
}
