package dev.lblc.admin;

import dev.lblc.plugin.DestinationStatus;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** The endpoints that show what the scheduler knows and would do: services, destinations, explanations. Without side effects. */
final class ServicesApi {
  static final String SERVICES = "/api/v1/services";
  static final String SERVICE = SERVICES + "/{service}";
  static final String DESTINATIONS = SERVICE + "/destinations";
  static final String DESTINATION = DESTINATIONS + "/{destination*}";
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1_000;

  private final Lblc lblc;

  ServicesApi(Lblc lblc) {
    this.lblc = lblc;
  }

  void addTo(Endpoints endpoints) {
    endpoints.add(
        HttpMethod.GET,
        SERVICES,
        "all services",
        Background.endpoint(this::services, Responses::json));
    endpoints.add(HttpMethod.GET, SERVICE, "one service", this::service);
    endpoints.add(
        HttpMethod.GET,
        SERVICE + "/explain",
        "which server ?destination=D would get, and why",
        this::explain);
    endpoints.add(
        HttpMethod.GET,
        SERVICE + "/homes",
        "where each node has ?destination=D at home",
        this::homes);
    endpoints.add(
        HttpMethod.GET,
        DESTINATIONS,
        "destinations and their homes: ?limit=N&after=D",
        this::destinations);
    endpoints.add(
        HttpMethod.GET, DESTINATION, "one destination, percent-encoded", this::destination);
    endpoints.add(
        HttpMethod.GET, "/api/v1/cluster", "the nodes as this one sees them", this::cluster);
  }

  private String services() {
    JsonArray services = new JsonArray();
    lblc.services().forEach(service -> services.add(service.status().toJson()));
    return services.encode();
  }

  private void service(AdminRequest request) {
    LblcService service = named(request);
    Background.answer(request, () -> service.status().toJson().encode(), Responses::json);
  }

  private void cluster(AdminRequest request) {
    Responses.json(request.response(), Views.cluster(lblc.cluster()));
  }

  private void explain(AdminRequest request) {
    LblcService service = named(request);
    String destination = request.query().text("destination");
    Responses.json(request.response(), Views.explanation(service.explain(destination)));
  }

  private void homes(AdminRequest request) {
    LblcService service = named(request);
    String destination = request.query().text("destination");
    Context context = Objects.requireNonNull(Vertx.currentContext(), "on an event loop");
    lblc.homes(service.name(), destination == null ? "" : destination)
        .onComplete(asked -> context.runOnContext(v -> Answering.step(
            request.http(),
            () -> Responses.json(request.response(), Views.homes(asked.result())))));
  }

  private void destinations(AdminRequest request) {
    LblcService service = named(request);
    QueryParameters parameters = request.query();
    int limit = parameters.number("limit", DEFAULT_LIMIT, MAX_LIMIT);
    // One more than asked for tells whether there is another page.
    List<DestinationStatus> found = service.destinations(limit + 1, parameters.text("after"));
    boolean more = found.size() > limit;
    List<DestinationStatus> page = more ? found.subList(0, limit) : found;
    Responses.json(
        request.response(),
        Views.destinations(page, more ? page.get(limit - 1).destination() : null));
  }

  private void destination(AdminRequest request) {
    LblcService service = named(request);
    DestinationStatus status = service.destination(request.parameter("destination"));
    if (status == null) {
      throw noDestination();
    }
    Responses.json(request.response(), Views.destination(status));
  }

  private LblcService named(AdminRequest request) {
    return named(lblc, request);
  }

  static ProblemException noDestination() {
    return new ProblemException(404, "the table of this service has no such destination");
  }

  /** Returns the service that the path names. */
  static LblcService named(Lblc lblc, AdminRequest request) {
    String name = request.parameter("service");
    return lblc.services().stream()
        .filter(service -> service.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new ProblemException(
            404, "no service " + name + " (expected: one of " + names(lblc) + ")"));
  }

  private static String names(Lblc lblc) {
    return lblc.services().stream().map(LblcService::name).collect(Collectors.joining(", "));
  }
}
