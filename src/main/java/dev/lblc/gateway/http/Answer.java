package dev.lblc.gateway.http;

import dev.lblc.config.Authority;
import dev.lblc.config.HttpRouteConfig.Redirect;
import org.jspecify.annotations.Nullable;

/**
 * An answer of the gateway itself: short plain text that says nothing about the servers.
 *
 * @param status code
 * @param text of the body; null: no body
 * @param name of a header; null: none
 * @param value of that header
 */
public record Answer(
    int status,
    @Nullable String text,
    @Nullable String name,
    @Nullable String value) {
  private static final int NO_CONTENT = 204;
  private static final int UNAVAILABLE = 503;

  /** Returns the answer to a request that no server has answered, such as {@code 502 connect failed}. */
  static Answer to(Failure failure) {
    boolean isWorthARetry = failure.status() == UNAVAILABLE;
    return new Answer(
        failure.status(),
        text(failure.status(), failure.reason()),
        isWorthARetry ? "retry-after" : null,
        isWorthARetry ? "1" : null);
  }

  /** Returns a refusal. */
  static Answer refusal(int status, String reason) {
    return new Answer(status, text(status, reason), null, null);
  }

  /** Returns the answer to a request for the server as a whole. */
  static Answer options() {
    return new Answer(NO_CONTENT, null, "allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  }

  /** Returns a redirect to the same host and path with another scheme or port. */
  static Answer redirect(InboundFacts facts, Redirect redirect) {
    boolean isOwnPort = redirect.port() == Redirect.ownPort(redirect.scheme());
    String authority =
        isOwnPort ? Authority.host(facts.host()) : Authority.of(facts.host(), redirect.port());
    String location = redirect.scheme() + "://" + authority + facts.target().origin();
    return new Answer(redirect.status(), null, "location", location);
  }

  private static String text(int status, String reason) {
    return status + " " + reason + "\n";
  }
}
