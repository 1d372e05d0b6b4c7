package dev.lblc.cli;

import dev.lblc.admin.Control;
import dev.lblc.admin.Views;
import dev.lblc.boot.GatewayFile;
import dev.lblc.boot.UrlRoute;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code explain}: says which server a destination, or the request of a URL, would get, and why. */
@Command(
    name = "explain",
    description = {
      "Says which server a destination, or the request of a URL, would get, and why.",
      "Asks the running gateway if there is one."
    },
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  private static final String TYPE = "Content-Type:";

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "The gateway's configuration; not needed if --admin names a running gateway.")
  private @Nullable Path file;

  @Mixin
  private final RunningGateway gateway = new RunningGateway();

  @Option(names = "--service", paramLabel = "S", description = "Name of the service.")
  private @Nullable String service;

  @Option(
      names = "--destination",
      paramLabel = "D",
      description =
          "The destination, as the route's \"destination\" makes it of a request; empty: none.")
  private @Nullable String destination;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "In their place: what a client on this machine asks for.")
  private @Nullable String url;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "NAME:VALUE",
      description = "A header of that request.")
  private List<String> headers = new ArrayList<>();

  @Option(
      names = "--method",
      paramLabel = "M",
      description = "Its method (default: GET, and POST with a body).")
  private @Nullable String method;

  @ArgGroup
  private @Nullable Body body;

  /** The body of that request, in one of two ways. */
  static final class Body {
    @Option(names = "--body", paramLabel = "FILE", description = "A file with its body.")
    private @Nullable Path file;

    @Option(
        names = "--json",
        paramLabel = "JSON",
        description = "Its body, of the type application/json unless a header says otherwise.")
    private @Nullable String json;
  }

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    boolean isDestination = service != null && destination != null;
    if (url == null ? !isDestination : service != null || destination != null) {
      throw new ParameterException(
          spec.commandLine(),
          "Missing, or too much: either --url=URL, or --service=S and --destination=D");
    }
    if (url == null && body != null) {
      throw new ParameterException(spec.commandLine(), "Too much: a body without --url=URL");
    }
    byte[] octets = octets();
    GatewayFile read = file == null ? null : gateway.read(file);
    if (read != null && service != null) {
      Set<String> services = read.config().plugin().services().keySet();
      if (!services.contains(service)) {
        throw new CommandException(
            "--service: " + service + " (expected: one of " + String.join(", ", services) + ")");
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    JsonObject answer = running(read, octets, out);
    if (answer == null && read != null) {
      answer = url == null
          ? FreshStart.explain(read, String.valueOf(service), destination)
          : freshRoute(read, url, octets);
    }
    print(out, answer == null ? new JsonObject() : answer);
    return 0;
  }

  /** Returns what the running gateway says; null if there is none to ask. */
  private @Nullable JsonObject running(@Nullable GatewayFile read, byte[] octets, PrintWriter out)
      throws CommandException {
    if (read != null && read.config().admin() == null) {
      out.println("This configuration has no admin port to ask. A fresh start would choose,"
          + " with all servers available:");
      return null;
    }
    AdminClient client = read == null
        ? gateway.client()
        : gateway.client(read.path(), read.config().admin());
    try {
      JsonObject answer =
          body == null ? client.get(target(), JsonObject.class) : client.ask(target(), octets);
      out.println("The gateway at " + client.base() + " says:");
      return answer;
    } catch (AdminClient.NotRunning e) {
      if (read == null) {
        throw e;
      }
      out.println("Note: " + e.getMessage() + ". A fresh start would choose, with all servers"
          + " available:");
      return null;
    }
  }

  private String target() {
    if (url == null) {
      return "/api/v1/services/" + AdminClient.encoded(service) + "/explain?destination="
          + AdminClient.encoded(destination);
    }
    StringBuilder target = new StringBuilder("/api/v1/explain?url=")
        .append(AdminClient.encoded(url))
        .append("&method=")
        .append(AdminClient.encoded(method()));
    headers().forEach(header -> target.append("&header=").append(AdminClient.encoded(header)));
    return target.toString();
  }

  private JsonObject freshRoute(GatewayFile read, String asked, byte[] octets)
      throws CommandException {
    Control.Routed routed;
    try {
      routed = UrlRoute.of(read.config(), asked, method(), byName(), octets);
    } catch (IllegalArgumentException e) {
      throw new CommandException("--" + e.getMessage());
    }
    String to = routed.service();
    return Views.routed(
        routed, to == null ? null : FreshStart.explain(read, to, routed.destination()));
  }

  private String method() {
    return method != null ? method : body == null ? "GET" : "POST";
  }

  private List<String> headers() {
    boolean hasType =
        headers.stream().anyMatch(header -> header.regionMatches(true, 0, TYPE, 0, TYPE.length()));
    if (body == null || body.json == null || hasType) {
      return headers;
    }
    List<String> typed = new ArrayList<>(headers);
    typed.add(TYPE + " application/json");
    return typed;
  }

  private byte[] octets() throws CommandException {
    if (body == null) {
      return new byte[0];
    }
    if (body.json != null) {
      return body.json.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return Files.readAllBytes(Objects.requireNonNull(body.file));
    } catch (IOException e) {
      throw new CommandException("--body: " + body.file + " (expected: a readable file)");
    }
  }

  private Map<String, List<String>> byName() throws CommandException {
    Map<String, List<String>> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String header : headers()) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw new CommandException("--header: " + header + " (expected: NAME:VALUE)");
      }
      byName
          .computeIfAbsent(header.substring(0, colon).strip(), name -> new ArrayList<>())
          .add(header.substring(colon + 1).strip());
    }
    return byName;
  }

  private void print(PrintWriter out, JsonObject answer) {
    JsonObject explanation = answer;
    if (url != null) {
      out.println(Printable.whole(answer.getString("text")));
      explanation = answer.getJsonObject("explanation");
      if (explanation == null) {
        return;
      }
    }
    String of = explanation.getString("destination");
    String server = explanation.getString("server");
    out.printf(
        "%s -> %s (%s, %s)%n",
        of == null ? "(no destination)" : Printable.whole(of),
        server == null ? "no server" : server,
        explanation.getString("strategy"),
        explanation.getString("reason"));
    out.println(Printable.whole(explanation.getString("text")));
    ServerTable.servers(explanation.getJsonArray("servers")).forEach(out::println);
  }
}
