package dev.lblc.admin;

import dev.lblc.plugin.Lblc;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The endpoint that tells which way the request of a URL would go: route, destination, service, server. Without side effects. */
final class ExplainApi {
  private static final String PATH = "/api/v1/explain";
  private static final byte[] NO_BODY = {};
  private static final List<String> OCTETS = List.of("application/octet-stream");

  /** More than any route looks at by default. */
  private static final int MOST_BODY = 1 << 20;

  private final Vertx vertx;
  private final Lblc lblc;
  private final Control control;
  private final long bodyMillis;

  /** Whose bodies have to come within so many milliseconds. */
  ExplainApi(Vertx vertx, Lblc lblc, Control control, long bodyMillis) {
    this.vertx = vertx;
    this.lblc = lblc;
    this.control = control;
    this.bodyMillis = bodyMillis;
  }

  void addTo(Endpoints endpoints) {
    endpoints.add(
        HttpMethod.GET,
        PATH,
        "which way a request of ?url=U would go: &method=M&header=NAME:VALUE",
        request -> explain(request, NO_BODY));
    endpoints.add(HttpMethod.POST, PATH, "the same for one with this body", this::withBody);
  }

  private void withBody(AdminRequest request) {
    RequestBody.readOctets(
        vertx, request.http(), OCTETS, bodyMillis, MOST_BODY, body -> explain(request, body));
  }

  private void explain(AdminRequest request, byte[] body) {
    QueryParameters query = request.query();
    query.requireOnly(Set.of("url", "method", "header"));
    String url = query.text("url");
    if (url == null) {
      throw new ProblemException(400, "url: none (expected: http://HOST/PATH)");
    }
    String method = query.text("method");
    Control.Routed routed = routed(url, method == null ? "GET" : method, headers(query), body);
    Responses.json(request.response(), Views.routed(routed, explanation(routed)));
  }

  private Control.Routed routed(
      String url, String method, Map<String, List<String>> headers, byte[] body) {
    try {
      return control.route(url, method, headers, body);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(400, String.valueOf(e.getMessage()));
    }
  }

  /** Returns null if the request goes to no service, or to one that a reload is just removing. */
  private @Nullable JsonObject explanation(Control.Routed routed) {
    return lblc.services().stream()
        .filter(service -> service.name().equals(routed.service()))
        .findFirst()
        .map(service -> Views.explanation(service.explain(routed.destination())))
        .orElse(null);
  }

  private static Map<String, List<String>> headers(QueryParameters query) {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String header : query.texts("header")) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw new ProblemException(400, "header: " + header + " (expected: NAME:VALUE)");
      }
      headers
          .computeIfAbsent(header.substring(0, colon).strip(), name -> new ArrayList<>())
          .add(header.substring(colon + 1).strip());
    }
    return headers;
  }
}
