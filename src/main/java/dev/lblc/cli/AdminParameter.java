package dev.lblc.cli;

import dev.lblc.boot.StartException;
import dev.lblc.config.ConfigException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The parameters that say which running gateway is meant, of a command that has no others: its file, or the URL of its admin port. */
final class AdminParameter {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "The gateway's configuration, whose admin port is asked.")
  private @Nullable Path file;

  @Mixin
  private final RunningGateway gateway = new RunningGateway();

  /** Returns a client of the gateway. Reads the file, if one is named; throws with all that is wrong. */
  AdminClient client() throws CommandException, ConfigException, StartException {
    return gateway.client(file);
  }
}
