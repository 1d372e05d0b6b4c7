package dev.lblc.gateway.route;

import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.HttpListenerConfig;
import dev.lblc.config.HttpRouteConfig;
import dev.lblc.plugin.Strategies;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a request pays for its route and its destination, by what the routes of its listener ask of bodies. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class RouteBenchmark {
  private static final String BODY =
      "{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}], \"user\": \"u1\"}";

  /**
   * Of which kind the routes are.
   *
   * <pre>
   *   PLAIN    nobody asks for bodies
   *   BESIDE   a route of another path does, by match and by key
   *   BEHIND   the request's own route does, behind a template that has a value
   *   BODY     the key is in the body, which is read
   * </pre>
   */
  public enum Kind {
    PLAIN("'destination': ['{path}']", ""),
    BESIDE(
        "'destination': ['{path}']",
        "{'listener': 'web', 'service': 's', 'match': {'path': '/v1/*', 'json': {'model': 'm'}},"
            + " 'destination': ['{json:user}']},"),
    BEHIND("'destination': ['{path}', '{json:user}']", ""),
    BODY("'destination': ['{json:user}']", "");

    private final String destination;
    private final String before;

    Kind(String destination, String before) {
      this.destination = destination;
      this.before = before;
    }
  }

  @Param({"PLAIN", "BESIDE", "BEHIND", "BODY"})
  public Kind routes;

  private RouteTable table;
  private List<KeyCascade<RequestFacts>> keys;
  private List<BodyNeeds> needs;
  private AskedRequest request;

  @Setup
  public void compile() throws Exception {
    String file = """
        {'listeners': [{'name': 'web', 'protocol': 'http', 'port': 0}],
         'routes': [%s {'listener': 'web', 'service': 's', 'match': {'path': '/images/*'}, %s}],
         'services': {'s': {'strategy': 'lblc', 'servers': []}}}
        """.formatted(routes.before, routes.destination).replace('\'', '"');
    GatewayConfig config =
        ConfigReader.readText("routes.json", file, Strategies.ofClassPath(), Map.of());
    HttpListenerConfig listener = (HttpListenerConfig) config.listeners().get(0);
    JsonFields json = JsonFields.of(listener.routes());
    int inspect = listener.limits().inspect();
    table = RouteTable.compile(listener.routes(), json, inspect);
    keys = listener.routes().stream()
        .map(HttpRouteConfig::destination)
        .map(templates -> DestinationKeys.compile(templates, json))
        .toList();
    needs = listener.routes().stream()
        .map(HttpRouteConfig::destination)
        .map(templates -> BodyNeeds.of(templates, json, inspect))
        .map(wanted -> wanted == null ? BodyNeeds.ofMatch(json, 0) : wanted)
        .toList();
    request = new AskedRequest(
        "http://h/images/cat.jpg", "POST", Map.of(), BODY.getBytes(StandardCharsets.UTF_8));
  }

  /** The route of a request and its destination, as an exchange finds them. */
  @Benchmark
  public String destination() {
    AskedRequest asked = routes == Kind.BODY ? request.again() : request;
    int found = table.find(asked);
    KeyCascade<RequestFacts> cascade = keys.get(found);
    if (cascade.asksForBody(asked)) {
      asked.knows(needs.get(found));
    }
    return cascade.keyOf(asked);
  }
}
