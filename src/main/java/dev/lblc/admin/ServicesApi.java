package dev.lblc.admin;

import dev.lblc.plugin.DestinationStatus;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import io.vertx.core.json.JsonArray;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.List;

/** What the scheduler knows and would do: services, destinations, explanations. Without side effects. */
final class ServicesApi {
  private static final String SERVICES = "/api/v1/services";
  private static final String SERVICE = SERVICES + "/:service";
  private static final String DESTINATIONS = SERVICE + "/destinations";
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1_000;

  private final Lblc lblc;

  ServicesApi(Lblc lblc) {
    this.lblc = lblc;
  }

  void mount(Endpoints endpoints) {
    endpoints.get(SERVICES, this::services);
    endpoints.get(SERVICE, this::service);
    endpoints.get(SERVICE + "/explain", this::explain);
    endpoints.get(DESTINATIONS, this::destinations);
    endpoints.get(DESTINATIONS + "/*", this::destination);
    endpoints.get("/api/v1/cluster", this::cluster);
  }

  private void services(RoutingContext context) {
    JsonArray services = new JsonArray();
    lblc.services().forEach(service -> services.add(service.status().toJson()));
    Answer.json(context, services);
  }

  private void service(RoutingContext context) {
    Answer.json(context, named(context).status().toJson());
  }

  private void cluster(RoutingContext context) {
    Answer.json(context, Views.cluster(lblc.cluster()));
  }

  private void explain(RoutingContext context) {
    LblcService service = named(context);
    String destination = Parameters.of(context).text("destination");
    Answer.json(context, Views.explanation(service.explain(destination)));
  }

  private void destinations(RoutingContext context) {
    LblcService service = named(context);
    Parameters parameters = Parameters.of(context);
    int limit = parameters.number("limit", DEFAULT_LIMIT, MAX_LIMIT);
    // One more than asked for tells whether there is another page.
    List<DestinationStatus> found = service.destinations(limit + 1, parameters.text("after"));
    boolean more = found.size() > limit;
    List<DestinationStatus> page = more ? found.subList(0, limit) : found;
    Answer.json(context, Views.destinations(page, more ? page.get(limit - 1).destination() : null));
  }

  private void destination(RoutingContext context) {
    LblcService service = named(context);
    // The path as sent: the router's own has no double slashes and dot segments left, which a
    // destination may have.
    String[] parts = context.request().path().split("/", 7);
    DestinationStatus status =
        parts.length < 7 ? null : service.destination(Parameters.segment(parts[6]));
    if (status == null) {
      throw new HttpException(404, "the table of this service has no such destination");
    }
    Answer.json(context, Views.destination(status));
  }

  private LblcService named(RoutingContext context) {
    String name = context.pathParam("service");
    return lblc.services().stream()
        .filter(service -> service.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new HttpException(404, "there is no service of that name"));
  }
}
