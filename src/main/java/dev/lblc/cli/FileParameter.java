package dev.lblc.cli;

import dev.lblc.boot.GatewayFile;
import dev.lblc.boot.PluginFolder;
import dev.lblc.boot.StartException;
import dev.lblc.config.ConfigException;
import dev.lblc.plugin.BrokenPluginException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The parameters that name a gateway file and a folder of plugins. */
final class FileParameter {
  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "The gateway's configuration, such as conf/gateway.json.")
  private @Nullable Path file;

  @Option(
      names = "--plugins",
      paramLabel = "FOLDER",
      description =
          "Folder of strategies and verticles to add (default: plugins, if there is one).")
  private @Nullable Path plugins;

  /** Reads the file and opens the folder of plugins; throws with all that is wrong. */
  GatewayFile read() throws ConfigException, StartException {
    PluginFolder folder = PluginFolder.openNamed(plugins);
    try {
      return GatewayFile.read(path(), folder);
    } catch (ConfigException | BrokenPluginException e) {
      folder.close();
      throw e;
    }
  }

  /** Returns where the file is; picocli has set it before a command runs. */
  Path path() {
    if (file == null) {
      throw new IllegalStateException("not parsed");
    }
    return file;
  }
}
