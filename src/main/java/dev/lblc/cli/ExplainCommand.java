package dev.lblc.cli;

import dev.lblc.boot.GatewayFile;
import dev.lblc.config.AdminConfig;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code explain}: says which server a destination would get, and why. */
@Command(
    name = "explain",
    description =
        "Says which server a destination would get and why: asks the running gateway if there is one.",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  @Mixin
  private final FileParameter file = new FileParameter();

  @Option(
      names = "--service",
      required = true,
      paramLabel = "S",
      description = "Name of the service.")
  private @Nullable String service;

  @Option(
      names = "--destination",
      required = true,
      paramLabel = "D",
      description =
          "The destination, as the route's \"destination\" makes it of a request; empty: none.")
  private @Nullable String destination;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    GatewayFile gateway = file.read();
    Set<String> services = gateway.config().plugin().services().keySet();
    if (service == null || !services.contains(service)) {
      throw new CommandException(
          "--service: " + service + " (expected: one of " + String.join(", ", services) + ")");
    }
    PrintWriter out = spec.commandLine().getOut();
    JsonObject running = running(gateway.config().admin(), out);
    print(out, running != null ? running : FreshStart.explain(gateway, service, destination));
    return 0;
  }

  /** Returns what the running gateway says; null if there is none to ask. */
  private @Nullable JsonObject running(@Nullable AdminConfig admin, PrintWriter out)
      throws CommandException {
    if (admin == null) {
      out.println("This configuration has no admin port to ask. A fresh start would choose,"
          + " with all servers available:");
      return null;
    }
    AdminClient client = AdminClient.of(admin);
    try {
      JsonObject answer = client.get(
          "/api/v1/services/" + AdminClient.encoded(service) + "/explain?destination="
              + AdminClient.encoded(destination),
          JsonObject.class);
      out.println("The gateway at " + client.base() + " says:");
      return answer;
    } catch (AdminClient.NotRunning e) {
      out.println("Note: " + e.getMessage() + ". A fresh start would choose, with all servers"
          + " available:");
      return null;
    }
  }

  private static void print(PrintWriter out, JsonObject explanation) {
    String destination = explanation.getString("destination");
    String server = explanation.getString("server");
    out.printf(
        "%s -> %s (%s, %s)%n",
        destination == null ? "(no destination)" : destination,
        server == null ? "no server" : server,
        explanation.getString("strategy"),
        explanation.getString("reason"));
    out.println(explanation.getString("text"));
    ServerTable.servers(explanation.getJsonArray("servers")).forEach(out::println);
  }
}
