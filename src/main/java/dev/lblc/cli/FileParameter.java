package dev.lblc.cli;

import dev.lblc.boot.GatewayFile;
import dev.lblc.boot.PluginFolder;
import dev.lblc.boot.StartException;
import dev.lblc.config.ConfigException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The gateway file, as commands take it. */
final class FileParameter {
  private static final Path DEFAULT_PLUGINS = Path.of("plugins");

  @Parameters(index = "0", paramLabel = "FILE", description = "The gateway's configuration.")
  private @Nullable Path file;

  @Option(
      names = "--plugins",
      paramLabel = "FOLDER",
      description = "Strategies and verticles to add (default: plugins, if it is there).")
  private @Nullable Path plugins;

  /** Reads the file and opens the folder of plugins; throws with all that is wrong. */
  GatewayFile read() throws ConfigException, StartException {
    PluginFolder folder =
        plugins == null ? PluginFolder.openIfThere(DEFAULT_PLUGINS) : PluginFolder.open(plugins);
    try {
      return GatewayFile.read(path(), folder);
    } catch (ConfigException e) {
      folder.close();
      throw e;
    }
  }

  /** Where the file is; picocli has set it before a command runs. */
  Path path() {
    if (file == null) {
      throw new IllegalStateException("not parsed");
    }
    return file;
  }
}
