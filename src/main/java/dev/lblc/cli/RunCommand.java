package dev.lblc.cli;

import dev.lblc.boot.Application;
import dev.lblc.boot.EarlySignals;
import dev.lblc.boot.GatewayFile;
import dev.lblc.boot.Hangup;
import dev.lblc.boot.Predecessor;
import dev.lblc.boot.Shutdown;
import dev.lblc.config.AdminConfig;
import dev.lblc.config.ListenerConfig;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code run}: starts the gateway, which goes on after the command has returned. */
@Command(
    name = "run",
    description = "Runs the gateway until SIGTERM or SIGINT; SIGHUP reads the file again.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Mixin
  private final FileParameter file = new FileParameter();

  @Option(
      names = "--takeover",
      description =
          "Takes the listeners over from the gateway that runs with the same admin port, which then ends; without one,"
              + " starts as usual. The listeners need reusePort.")
  private boolean takeover;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Hangup hangup = Hangup.remembered();
    GatewayFile gateway = file.read();
    Logger log = LoggerFactory.getLogger(RunCommand.class);
    gateway.warnings().forEach(warning -> log.warn("{}: {}", file.path(), warning));
    EarlySignals early = new EarlySignals();
    Application running =
        Application.start(gateway, takeover ? early.from(predecessor(gateway, log)) : null);
    Shutdown.onSignal(running, early);
    hangup.reloads(running);
    spec.commandLine().getOut().println(running.readyLine());
    return 0;
  }

  private Predecessor predecessor(GatewayFile gateway, Logger log) throws CommandException {
    AdminConfig admin = gateway.config().admin();
    if (admin == null) {
      throw new CommandException(
          file.path()
              + ": $.admin: none (expected: an admin port, by which --takeover finds the gateway that runs)");
    }
    for (ListenerConfig listener : gateway.config().listeners()) {
      if (listener.ports().contains(0)) {
        throw new CommandException(file.path() + ": listener " + listener.name()
            + " has port 0 (expected: one that --takeover can bind beside the gateway that runs)");
      }
      if (!listener.reusePort()) {
        throw new CommandException(
            file.path() + ": listener " + listener.name()
                + " has no reusePort (expected: true, as --takeover binds its ports beside the gateway that runs)");
      }
    }
    AdminClient client = AdminClient.of(admin);
    try {
      client.get("/health/live", JsonObject.class);
    } catch (AdminClient.NotRunning e) {
      log.info(
          "{}: starts as usual; a gateway that has the same ports with another admin port gets no new connections from now on, end it with SIGTERM",
          e.getMessage());
      return new UnknownPredecessor();
    }
    return new RunningPredecessor(client);
  }
}
