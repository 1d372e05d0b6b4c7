package dev.lblc.cli;

import dev.lblc.boot.GatewayFile;
import dev.lblc.config.ConfigWarning;
import dev.lblc.config.ConfigWarning.Severity;
import dev.lblc.config.GatewayConfig;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code check}: lists what is wrong with a gateway file: errors on standard error, warnings on standard output. */
@Command(
    name = "check",
    description = "Lists everything that is wrong with a configuration; starts nothing.",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  @Mixin
  private final FileParameter file = new FileParameter();

  @Option(
      names = "--strict",
      description = "Takes warnings for errors: any of them makes the exit code 1.")
  private boolean isStrict;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    GatewayFile gateway = file.read();
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    List<ConfigWarning> errors =
        gateway.warnings().stream().filter(this::isError).toList();
    errors.forEach(error -> err.println(file.path() + ": " + error));
    if (errors.isEmpty()) {
      out.println("OK: " + file.path() + ": " + contents(gateway.config()));
    }
    gateway.warnings().stream()
        .filter(warning -> !isError(warning))
        .forEach(warning -> out.println("warning: " + warning));
    return errors.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private boolean isError(ConfigWarning warning) {
    return isStrict || warning.severity() == Severity.ERROR;
  }

  private static String contents(GatewayConfig config) {
    int routes = config.listeners().stream()
        .mapToInt(listener -> listener.routes().size())
        .sum();
    return Counted.of(config.listeners().size(), "listener") + ", " + Counted.of(routes, "route")
        + ", " + Counted.of(config.plugin().services().size(), "service");
  }
}
