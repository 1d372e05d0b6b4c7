package dev.lblc.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code simulate}: a name kept for a later version; the command refuses to run. */
@Command(name = "simulate", description = "Not in this version.", hidden = true)
final class SimulateCommand implements Callable<Integer> {
  @Unmatched
  private final List<String> ignored = new ArrayList<>();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(), "simulate is not in this version of vertx-lblc");
  }
}
