package dev.lblc.boot;

import dev.lblc.config.GatewayConfig;
import dev.lblc.gateway.RouteQuestion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the requests of a log would go by a configuration, and with which destination. Used by one thread. */
public final class LoggedRoutes {
  /** So many answers are kept: a log asks the same again and again. */
  private static final int MOST_ANSWERS = 200_000;

  private final RouteQuestion question;
  private final Map<String, RouteQuestion.Answer> known = new HashMap<>();

  /** By a configuration that does not run. */
  public LoggedRoutes(GatewayConfig config) {
    this.question = new RouteQuestion(config, Map.of());
  }

  /**
   * Where a request goes.
   *
   * @param service null: it takes no route
   * @param destination null: it has none
   */
  public record Taken(@Nullable String service, @Nullable String destination) {}

  /**
   * Returns where a request goes.
   *
   * @param client address of the client
   * @param host as it came
   * @param target path and query
   * @param headers what is known of them
   */
  public Taken of(
      String client, String method, String host, String target, Map<String, String> headers) {
    Map<String, List<String>> lists = new HashMap<>();
    headers.forEach((name, value) -> lists.put(name, List.of(value)));
    String asked = client + ' ' + method + ' ' + host + ' ' + target + ' ' + headers;
    RouteQuestion.Answer answer = known.get(asked);
    if (answer == null) {
      answer = answer(client, method, "http://" + host + target, lists);
      if (known.size() < MOST_ANSWERS) {
        known.put(asked, answer);
      }
    }
    return new Taken(answer.service(), answer.destination());
  }

  private RouteQuestion.Answer answer(
      String client, String method, String url, Map<String, List<String>> headers) {
    try {
      return question.ask(url, method, headers, client);
    } catch (IllegalArgumentException e) { // no URL: the gateway would refuse it as well
      return new RouteQuestion.Answer(null, null, null, null, String.valueOf(e.getMessage()));
    }
  }
}
