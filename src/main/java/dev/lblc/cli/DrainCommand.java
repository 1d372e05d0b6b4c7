package dev.lblc.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drain}: takes a server of a running gateway out of use, and perhaps waits until it has no connection. */
@Command(
    name = "drain",
    description =
        "Gives a server of a running gateway no new connections; those that it has go on.",
    mixinStandardHelpOptions = true,
    customSynopsis =
        "vertx-lblc drain [--deadline D] [--wait] [--undo] [--admin URL] [--token T] [FILE] SERVICE SERVER")
final class DrainCommand implements Callable<Integer> {
  private static final long LOOK_MILLIS = 250;

  /** After this time all nodes have heard of a drain, and have told the connections that they began before. */
  private static final long AGREED_MILLIS = 2_500;

  @Mixin
  private final RunningGateway gateway = new RunningGateway();

  @Parameters(
      arity = "0..*",
      paramLabel = "[FILE] SERVICE SERVER",
      description =
          "The configuration that the gateway runs with; names of a service and of one of its servers.")
  private final List<String> arguments = new ArrayList<>();

  @Option(
      names = "--deadline",
      paramLabel = "D",
      description =
          "When it should be over, such as 30s or 5m: what is left then is told, and goes on.")
  private @Nullable String deadline;

  @Option(
      names = "--wait",
      description =
          "Return when its last connection has ended, on all nodes; 1 if the deadline is first.")
  private boolean waits;

  @Option(names = "--undo", description = "Use the server again.")
  private boolean undoes;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    NamedServer server = NamedServer.of(arguments);
    if (server == null) {
      throw new ParameterException(
          spec.commandLine(),
          "arguments: " + arguments.size() + " (expected: [FILE] SERVICE SERVER)");
    }
    if (undoes && (waits || deadline != null)) {
      throw new ParameterException(
          spec.commandLine(), "--undo: given with --deadline or --wait (expected: --undo alone)");
    }
    PrintWriter out = spec.commandLine().getOut();
    AdminClient client = gateway.client(server.file());
    if (undoes) {
      client.change("DELETE", server.path() + "/drain", null);
      out.println(server + " is used again");
      return 0;
    }
    JsonObject body = deadline == null ? null : new JsonObject().put("deadline", deadline);
    JsonObject drained = client.change("POST", server.path() + "/drain", body);
    out.println(server + " is drained: no new connections; it has "
        + Counted.of(left(drained), "connection"));
    return waits ? await(client, server) : 0;
  }

  private int await(AdminClient client, NamedServer server)
      throws CommandException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    boolean isShared = client.get("/api/v1/cluster", JsonObject.class).getBoolean("enabled", false);
    while (true) {
      JsonObject now = client.get(server.path(), JsonObject.class);
      JsonObject drain = now.getJsonObject("drain");
      if (drain == null) {
        throw new CommandException(server + " is no longer drained");
      }
      boolean isAgreed = !isShared || drain.getLong("forMillis") >= AGREED_MILLIS;
      if (isAgreed && left(now) == 0) {
        out.println(server + " has no connection left");
        return 0;
      }
      Long remaining = drain.getLong("remainingMillis");
      if (isAgreed && remaining != null && remaining <= 0) {
        throw new CommandException(server + " has " + Counted.of(left(now), "connection")
            + " left at the deadline of its drain; they go on until they end by themselves");
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private static int left(JsonObject server) {
    return server.getJsonObject("active").getInteger("cluster")
        + server.getJsonObject("inactive").getInteger("cluster");
  }
}
