package dev.lblc.cli;

import dev.lblc.boot.GatewayFile;
import dev.lblc.boot.PluginFolder;
import dev.lblc.boot.StartException;
import dev.lblc.config.AdminConfig;
import dev.lblc.config.ConfigException;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The parameters that say which running gateway is meant: its file, or the URL of its admin port. */
final class AdminParameter {
  private static final URI DEFAULT = URI.create("http://127.0.0.1:9901");
  private static final Path DEFAULT_PLUGINS = Path.of("plugins");

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "The gateway's configuration, whose admin port is asked.")
  private @Nullable Path file;

  @Option(
      names = "--admin",
      paramLabel = "URL",
      converter = AdminUrl.class,
      description = "The gateway's admin port, http://HOST:PORT or HOST:PORT, in place of FILE"
          + " (default: http://127.0.0.1:9901).")
  private @Nullable URI admin;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "The admin token (default: that of FILE, or the variable LBLC_ADMIN_TOKEN).")
  private @Nullable String token;

  @Option(
      names = "--plugins",
      paramLabel = "FOLDER",
      description = "Folder of the strategies that FILE uses (default: plugins, if there is one).")
  private @Nullable Path plugins;

  /** Returns a client of the gateway. Reads the file, if one is named; throws with all that is wrong. */
  AdminClient client() throws CommandException, ConfigException, StartException {
    if (file == null) {
      String given = token == null ? System.getenv("LBLC_ADMIN_TOKEN") : token;
      return new AdminClient(admin == null ? DEFAULT : admin, given);
    }
    if (admin != null) {
      throw new CommandException("FILE and --admin name the same thing: leave one of them out");
    }
    AdminConfig config = read(file);
    if (config == null) {
      throw new CommandException(file + ": $.admin: none (expected: an admin port to ask)");
    }
    return AdminClient.of(
        token == null ? config : new AdminConfig(config.host(), config.port(), token));
  }

  private @Nullable AdminConfig read(Path named) throws ConfigException, StartException {
    try (PluginFolder folder =
        plugins == null ? PluginFolder.openIfThere(DEFAULT_PLUGINS) : PluginFolder.open(plugins)) {
      return GatewayFile.read(named, folder).config().admin();
    }
  }
}
