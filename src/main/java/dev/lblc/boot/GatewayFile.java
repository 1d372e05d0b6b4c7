package dev.lblc.boot;

import dev.lblc.config.ConfigError;
import dev.lblc.config.ConfigException;
import dev.lblc.config.ConfigFile;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.gateway.Certificates;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A gateway file that was read and found valid.
 *
 * @param path where it is
 * @param config what the file says
 * @param plugins what is added to the gateway
 * @param contents of the file, just before it was read
 */
public record GatewayFile(
    Path path, GatewayConfig config, PluginFolder plugins, FileContents contents) {
  private static final Pattern STRATEGY = Pattern.compile("\\$\\.services.+\\.strategy");

  /** Reads and checks a file; throws with all its faults. */
  public static GatewayFile read(Path path, PluginFolder plugins) throws ConfigException {
    FileContents contents = FileContents.of(List.of(path)); // before: no change is missed
    String text = ConfigFile.text(path);
    try {
      GatewayConfig config =
          ConfigReader.readText(path.toString(), text, plugins.strategies(), System.getenv());
      List<ConfigError> faults = Certificates.faults(path.toString(), config);
      if (!faults.isEmpty()) {
        throw new ConfigException(faults);
      }
      return new GatewayFile(path, config, plugins, contents);
    } catch (ConfigException e) {
      throw new ConfigException(
          e.errors().stream().map(error -> withFolder(error, plugins)).toList());
    }
  }

  /** Adds where strategies were looked for: most often the gateway was started in another folder than usual. */
  private static ConfigError withFolder(ConfigError error, PluginFolder plugins) {
    return STRATEGY.matcher(error.path()).matches() && error.expected().startsWith("one of ")
        ? new ConfigError(
            error.source(),
            error.path(),
            error.value(),
            error.expected() + "; " + plugins.searched())
        : error;
  }
}
