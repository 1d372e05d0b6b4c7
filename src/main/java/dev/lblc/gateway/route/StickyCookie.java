package dev.lblc.gateway.route;

import dev.lblc.config.HttpRouteConfig;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cookie that a route sets for clients without a destination, and whose value is their destination. Immutable. */
public final class StickyCookie {
  private static final AsciiString SET_COOKIE = AsciiString.cached("set-cookie");

  private final String name;
  private final String attributes;

  private StickyCookie(HttpRouteConfig.StickyCookie config) {
    name = config.name();
    attributes = config.attributes().isEmpty() ? "" : "; " + config.attributes();
  }

  /** Compiles the cookie of a route; null: it has none. */
  static @Nullable StickyCookie compile(HttpRouteConfig config) {
    HttpRouteConfig.StickyCookie cookie = config.stickyCookie();
    return cookie == null ? null : new StickyCookie(cookie);
  }

  /** Returns the value that the client has; null: none. */
  public @Nullable String of(RequestFacts facts) {
    String value = CookieValue.of(facts.headers("cookie"), name);
    return value == null || value.isEmpty() ? null : value;
  }

  /** Returns these edits of a response, which sets the cookie as well: beside those that the server sets. */
  public HeaderEdits with(HeaderEdits edits, String value) {
    List<HeaderEdits.Line> lines = new ArrayList<>(edits.set());
    lines.add(new HeaderEdits.Line(SET_COOKIE, new AsciiString(name + "=" + value + attributes)));
    return new HeaderEdits(edits.dropped(), lines);
  }
}
