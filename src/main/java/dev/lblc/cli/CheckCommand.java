package dev.lblc.cli;

import dev.lblc.config.ConfigAdvice;
import dev.lblc.config.GatewayConfig;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code check}: lists what is wrong with a gateway file. */
@Command(
    name = "check",
    description = "Lists everything that is wrong with a configuration; starts nothing.",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  @Mixin
  private final FileParameter file = new FileParameter();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    GatewayConfig config = file.read().config();
    PrintWriter out = spec.commandLine().getOut();
    out.println("OK: " + file.path() + ": "
        + number(config.listeners().size(), "listener") + ", "
        + number(
            config.listeners().stream()
                .mapToInt(listener -> listener.routes().size())
                .sum(),
            "route")
        + ", "
        + number(config.plugin().services().size(), "service"));
    ConfigAdvice.warnings(config).forEach(warning -> out.println("warning: " + warning));
    return 0;
  }

  private static String number(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
