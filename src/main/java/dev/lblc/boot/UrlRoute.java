package dev.lblc.boot;

import dev.lblc.admin.Control;
import dev.lblc.config.GatewayConfig;
import dev.lblc.gateway.RouteQuestion;
import java.util.List;
import java.util.Map;

/** Which route the request of a URL would take. */
public final class UrlRoute {
  private UrlRoute() {}

  /**
   * Asks a configuration that does not run.
   *
   * @param url of http or https
   * @param headers by name
   * @param body all of it; empty: none
   * @throws IllegalArgumentException if it is no such URL
   */
  public static Control.Routed of(
      GatewayConfig config,
      String url,
      String method,
      Map<String, List<String>> headers,
      byte[] body) {
    return of(config, Map.of(), url, method, headers, body);
  }

  /** The same; {@code ports} are those of the listeners that run. */
  static Control.Routed of(
      GatewayConfig config,
      Map<String, Integer> ports,
      String url,
      String method,
      Map<String, List<String>> headers,
      byte[] body) {
    RouteQuestion.Answer answer = new RouteQuestion(config, ports).ask(url, method, headers, body);
    return new Control.Routed(
        answer.listener(), answer.route(), answer.service(), answer.destination(), answer.text());
  }
}
