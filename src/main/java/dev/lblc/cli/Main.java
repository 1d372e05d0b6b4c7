package dev.lblc.cli;

import dev.lblc.boot.Logging;
import dev.lblc.boot.StartException;
import dev.lblc.config.ConfigException;
import dev.lblc.plugin.BrokenPluginException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program: a gateway, and the commands that go with it. */
@Command(
    name = "vertx-lblc",
    description =
        "A gateway whose destinations stick to their servers (locality-based least-connection).",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      RunCommand.class,
      CheckCommand.class,
      ReloadCommand.class,
      ExplainCommand.class,
      StatusCommand.class,
      TopCommand.class,
      SetCommand.class,
      DrainCommand.class,
      SimulateCommand.class,
      DemoCommand.class,
      UpstreamsCommand.class
    })
public final class Main implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  Main() {}

  /** Runs a command. The process ends with the exit code of the command, or goes on while a gateway runs. */
  public static void main(String[] args) {
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    String complaint = Logging.configure();
    if (complaint != null) {
      err.println(complaint);
    }
    int code = execute(new PrintWriter(System.out, true, StandardCharsets.UTF_8), err, args);
    Logging.flush();
    if (code != ExitCode.OK) {
      System.exit(code);
    }
  }

  /** Runs a command and returns its exit code: 0, 1 if it failed, 2 if it was not understood. */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    try {
      return new CommandLine(new Main())
          .setOut(out)
          .setErr(err)
          .setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println(told(failure));
            return ExitCode.SOFTWARE;
          })
          .execute(args);
    } catch (Error e) { // would end this thread, and leave the process to the other ones
      err.println(told(e));
      return ExitCode.SOFTWARE;
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  private static String told(Throwable failure) {
    if (failure instanceof CommandException
        || failure instanceof StartException
        || failure instanceof ConfigException
        || failure instanceof BrokenPluginException) {
      return String.valueOf(failure.getMessage());
    }
    LoggerFactory.getLogger(Main.class).error("unexpected failure", failure);
    return "unexpected failure: " + failure;
  }
}
