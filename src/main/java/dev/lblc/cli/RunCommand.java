package dev.lblc.cli;

import dev.lblc.boot.Application;
import dev.lblc.boot.GatewayFile;
import dev.lblc.boot.Hangup;
import dev.lblc.boot.Shutdown;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code run}: starts the gateway, which goes on after the command has returned. */
@Command(
    name = "run",
    description = "Runs the gateway until SIGTERM or SIGINT; SIGHUP reads the file again.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Mixin
  private final FileParameter file = new FileParameter();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    GatewayFile gateway = file.read();
    Logger log = LoggerFactory.getLogger(RunCommand.class);
    gateway.warnings().forEach(warning -> log.warn("{}: {}", file.path(), warning));
    Application running = Application.start(gateway);
    Shutdown.onSignal(running);
    Hangup.onSignal(running);
    spec.commandLine().getOut().println(running.readyLine());
    return 0;
  }
}
