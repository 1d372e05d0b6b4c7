package dev.lblc.boot;

import dev.lblc.config.CheckedConfig;
import dev.lblc.config.ConfigAdvice;
import dev.lblc.config.ConfigError;
import dev.lblc.config.ConfigException;
import dev.lblc.config.ConfigFile;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.ConfigWarning;
import dev.lblc.config.GatewayConfig;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A gateway file that was read and found valid.
 *
 * @param path where it is
 * @param config what the file says
 * @param warnings what is suspicious about it
 * @param plugins what is added to the gateway
 * @param contents of the file, just before it was read
 */
public record GatewayFile(
    Path path,
    GatewayConfig config,
    List<ConfigWarning> warnings,
    PluginFolder plugins,
    FileContents contents) {
  private static final Pattern STRATEGY = Pattern.compile("\\$\\.services.+\\.strategy");

  /** Reads and checks a file; throws with all its faults. */
  public static GatewayFile read(Path path, PluginFolder plugins) throws ConfigException {
    return read(path, plugins, Instant.now());
  }

  /**
   * Reads and checks a file; throws with all its faults.
   *
   * @param now the time at which certificates have to be valid
   */
  static GatewayFile read(Path path, PluginFolder plugins, Instant now) throws ConfigException {
    FileContents contents = FileContents.of(List.of(path)); // before: no change is missed
    String text = ConfigFile.text(path);
    try {
      CheckedConfig checked = ConfigReader.check(
          path.toString(), text, plugins.strategies(), System.getenv(), new NamedFiles(now));
      List<ConfigWarning> warnings = new ArrayList<>(checked.warnings());
      warnings.addAll(
          ConfigAdvice.warnings(checked.config(), !plugins.verticles().isEmpty()));
      return new GatewayFile(path, checked.config(), List.copyOf(warnings), plugins, contents);
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
