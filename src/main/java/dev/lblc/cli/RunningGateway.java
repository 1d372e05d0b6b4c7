package dev.lblc.cli;

import dev.lblc.boot.GatewayFile;
import dev.lblc.boot.PluginFolder;
import dev.lblc.boot.StartException;
import dev.lblc.config.AdminConfig;
import dev.lblc.config.ConfigException;
import dev.lblc.plugin.BrokenPluginException;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The parameters that name a running gateway: its admin port, or the file that it runs with. */
final class RunningGateway {
  private static final URI DEFAULT = URI.create("http://127.0.0.1:9901");

  @Option(
      names = "--admin",
      paramLabel = "URL",
      converter = AdminUrl.class,
      description = "The gateway's admin port, http://HOST:PORT or HOST:PORT"
          + " (default: that of FILE, else http://127.0.0.1:9901).")
  private @Nullable URI admin;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "The admin token (default: that of FILE, else the variable LBLC_ADMIN_TOKEN).")
  private @Nullable String token;

  @Option(
      names = "--plugins",
      paramLabel = "FOLDER",
      description = "Folder of strategies that FILE names (default: plugins, if there is one).")
  private @Nullable Path plugins;

  /**
   * Returns a client of the gateway.
   *
   * @param file that it runs with; null: it is named by its admin port, or is at the usual one
   */
  AdminClient client(@Nullable Path file) throws CommandException, ConfigException, StartException {
    return file == null ? client() : client(file, admin(file));
  }

  /** Returns a client of the gateway that is named by its admin port, or is at the usual one. */
  AdminClient client() {
    String given = token == null ? System.getenv("LBLC_ADMIN_TOKEN") : token;
    return new AdminClient(admin == null ? DEFAULT : admin, given);
  }

  /**
   * Returns a client of the gateway of a file.
   *
   * @param config of its admin port; null: it has none
   */
  AdminClient client(Path file, @Nullable AdminConfig config) throws CommandException {
    if (admin != null) {
      throw new CommandException("FILE and --admin name the same thing: leave one of them out");
    }
    if (config == null) {
      throw new CommandException(file + ": $.admin: none (expected: an admin port to ask)");
    }
    return AdminClient.of(
        token == null ? config : new AdminConfig(config.host(), config.port(), token));
  }

  /** Reads a file, and leaves the folder of plugins open; throws with all that is wrong. */
  GatewayFile read(Path named) throws ConfigException, StartException {
    PluginFolder folder = PluginFolder.openNamed(plugins);
    try {
      return GatewayFile.read(named, folder);
    } catch (ConfigException | BrokenPluginException e) {
      folder.close();
      throw e;
    }
  }

  private @Nullable AdminConfig admin(Path named) throws ConfigException, StartException {
    try (PluginFolder folder = PluginFolder.openNamed(plugins)) {
      return GatewayFile.read(named, folder).config().admin();
    }
  }
}
