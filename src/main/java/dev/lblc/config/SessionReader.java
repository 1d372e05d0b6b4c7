package dev.lblc.config;

import dev.lblc.config.HttpRouteConfig.StickyCookie;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The reader of what ties clients to servers by answers: {@code learn} and {@code stickyCookie} of an HTTP route. */
final class SessionReader {
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final String WORD = "[!-~&&[^;,]]+";
  private static final String WORDS = WORD + "( " + WORD + ")*";
  private static final Syntax<String> NAME = Syntax.matching("the name of a cookie", TOKEN);
  private static final Syntax<String> ATTRIBUTES = Syntax.matching(
      "attributes of a cookie such as Path=/; Secure, or nothing",
      "|" + WORDS + "(; ?" + WORDS + ")*");
  private static final String USUAL = "Path=/; HttpOnly; SameSite=Lax";

  private SessionReader() {}

  static List<DestinationTemplate> learn(Cursor templates) {
    return List.copyOf(templates.list(0, template -> template.text(TemplateSyntax.LEARNED)));
  }

  /** Reads the cookie; null: none. */
  static @Nullable StickyCookie stickyCookie(Cursor cookie) {
    StickyCookie read = cookie.object(
        Keys.STICKY_COOKIE,
        keys -> new StickyCookie(
            keys.required("name").text(NAME, ""),
            keys.optional("attributes").text(ATTRIBUTES, USUAL)));
    return cookie.isPresent() ? read : null;
  }
}
