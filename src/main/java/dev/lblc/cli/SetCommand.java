package dev.lblc.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code set}: changes a server of a running gateway. */
@Command(
    name = "set",
    description = "Changes the weight or the thresholds of a server of a running gateway.",
    mixinStandardHelpOptions = true,
    customSynopsis =
        "vertx-lblc set [--admin URL] [--token T] [FILE] SERVICE SERVER weight=N [upper=N] [lower=N] [max=N]")
final class SetCommand implements Callable<Integer> {
  private static final Set<String> KEYS = Set.of("weight", "upper", "lower", "max");
  private static final Pattern ASSIGNMENT = Pattern.compile("([A-Za-z]+)=(.*)");

  @Mixin
  private final RunningGateway gateway = new RunningGateway();

  @Parameters(
      arity = "0..*",
      paramLabel = "[FILE] SERVICE SERVER KEY=N",
      description = "The configuration that the gateway runs with; names of a service and of one of"
          + " its servers; what to set: weight, upper, lower, max.")
  private final List<String> arguments = new ArrayList<>();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    // Names may have an equals sign; of the first two arguments both are names.
    if (arguments.size() < 2) {
      throw misused(
          "arguments: " + arguments.size() + " (expected: [FILE] SERVICE SERVER weight=N)");
    }
    boolean hasFile =
        arguments.size() > 2 && !ASSIGNMENT.matcher(arguments.get(2)).matches();
    int names = hasFile ? 3 : 2;
    NamedServer server = NamedServer.of(arguments.subList(0, names));
    if (server == null || arguments.size() == names) {
      throw misused("nothing to set (expected: weight=N, upper=N, lower=N or max=N)");
    }
    JsonObject change = change(arguments.subList(names, arguments.size()));
    JsonObject since = gateway.client(server.file()).change("PATCH", server.path(), change);
    ServerTable.servers(new JsonArray().add(since)).forEach(spec.commandLine().getOut()::println);
    return 0;
  }

  private JsonObject change(List<String> assignments) {
    JsonObject change = new JsonObject();
    for (String text : assignments) {
      Matcher assignment = ASSIGNMENT.matcher(text);
      if (!assignment.matches() || !KEYS.contains(assignment.group(1))) {
        throw misused(text + " (expected: weight=N, upper=N, lower=N or max=N)");
      }
      if (change.containsKey(assignment.group(1))) {
        throw misused(text + ": " + assignment.group(1) + " is given twice");
      }
      try {
        change.put(assignment.group(1), Integer.parseInt(assignment.group(2)));
      } catch (NumberFormatException e) {
        throw misused(text + " (expected: a whole number after =)");
      }
    }
    return change;
  }

  private ParameterException misused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
