package dev.lblc.gateway.http;

import dev.lblc.gateway.route.BadRequestException;
import dev.lblc.gateway.route.HttpRoutes;
import dev.lblc.gateway.route.Route;
import dev.lblc.plugin.LblcService;

/** The first stage of an exchange: finds the route. Ends in {@link Exchange#routed} or in an answer. */
final class Routing {
  private Routing() {}

  /** Finds the route. */
  static void begin(Exchange<?> exchange, RequestHead head, HttpRoutes routes) {
    if (head.method().equals("CONNECT") && head.connectProtocol() == null) {
      exchange.refuse(Failure.NOT_IMPLEMENTED);
    } else if (head.target().length() > routes.limits().line()) {
      exchange.refuse(Failure.LINE_TOO_LONG, "target too long");
    } else {
      try {
        understand(exchange, head, routes);
      } catch (BadRequestException e) {
        exchange.refuse(Failure.BAD_REQUEST, e.reason());
      }
    }
  }

  /** Finds the route of a request of whose body as much was looked at as it takes. */
  static void goOn(Exchange<?> exchange, InboundFacts facts, HttpRoutes routes) {
    try {
      find(exchange, facts, routes);
    } catch (BadRequestException e) {
      exchange.refuse(Failure.BAD_REQUEST, e.reason());
    }
  }

  private static void understand(Exchange<?> exchange, RequestHead head, HttpRoutes routes) {
    if (head.target().equals("*") && head.method().equals("OPTIONS")) {
      KnownHost.of(head);
      exchange.answer(Answer.options());
    } else {
      find(exchange, exchange.understand(), routes);
    }
  }

  private static void find(Exchange<?> exchange, InboundFacts facts, HttpRoutes routes) {
    Route route = routes.find(facts);
    if (route == null) {
      if (facts.isOpen()) {
        exchange.look();
      } else {
        exchange.refuse(Failure.NO_ROUTE);
      }
      return;
    }
    LblcService service = route.service();
    if (service != null) {
      exchange.routed(route, service);
    } else if (facts.host().isEmpty()) {
      exchange.refuse(Failure.BAD_REQUEST, "no host"); // to which the client could be sent
    } else if (route.redirect() != null) {
      exchange.answer(Answer.redirect(facts, route.redirect()));
    }
  }
}
