package dev.lblc.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** The parts that most gateway files of tests begin with; a test puts into them what it is about. */
public final class ConfigJson {
  private ConfigJson() {}

  /** An HTTP listener named {@code web}. */
  public static JsonObject listener(String host, int port) {
    return new JsonObject()
        .put("name", "web")
        .put("protocol", "http")
        .put("host", host)
        .put("port", port);
  }

  /** All of the listener {@code web}'s requests to a service, their path as destination. */
  public static JsonObject route(String service) {
    return new JsonObject()
        .put("listener", "web")
        .put("service", service)
        .put("destination", new JsonArray().add("{path}"));
  }

  /** What makes that listener one of TCP, with an access log. */
  public static JsonObject tcp() {
    return new JsonObject().put("protocol", "tcp").put("accessLog", true);
  }

  /** All of the listener {@code web}'s connections to a service. */
  public static JsonObject route(String service, String destination) {
    return new JsonObject()
        .put("listener", "web")
        .put("service", service)
        .put("destination", new JsonArray().add(destination));
  }

  /** One limit on waiting, to be merged into a route. */
  public static JsonObject timeouts(String which, String time) {
    return new JsonObject().put("timeouts", new JsonObject().put(which, time));
  }
}
