package dev.lblc.admin;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;

/**
 * A request as an endpoint sees it.
 *
 * @param http the request itself
 * @param path the parameters of the path, decoded, by the names that the endpoint's pattern gives them
 */
record AdminRequest(HttpServerRequest http, Map<String, String> path) {
  /** Returns a parameter of the path, which the pattern has. */
  String parameter(String name) {
    String value = path.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the pattern has no {" + name + "}");
    }
    return value;
  }

  /** Returns the query; what is wrong with it is thrown when it is asked for. */
  QueryParameters query() {
    return QueryParameters.of(http.uri());
  }

  HttpServerResponse response() {
    return http.response();
  }
}
