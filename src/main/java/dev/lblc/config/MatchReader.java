package dev.lblc.config;

import dev.lblc.config.HttpRouteConfig.Match;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The reader of the {@code match} of an HTTP route. */
final class MatchReader {
  private static final List<String> OF_TCP = List.of("sni", "port", "client");

  private MatchReader() {}

  static Match read(Cursor match) {
    return match.object(Keys.MATCH, keys -> {
      OF_TCP.forEach(key -> keys.refuse(key, "no " + key + ": the route's listener is http"));
      return new Match(
          keys.optional("host").text(HttpSyntax.HOST_PATTERN),
          keys.optional("path").text(HttpSyntax.PATH_PATTERN),
          methods(keys.optional("method")),
          headers(keys.optional("header")),
          json(keys.optional("json")));
    });
  }

  /** Reads the match of a route of unknown protocol, only to find its faults. */
  static void readAny(Cursor match) {
    boolean unused = match.object(Keys.MATCH, keys -> {
      keys.optional("host").text(HttpSyntax.HOST_PATTERN);
      keys.optional("path").text(HttpSyntax.PATH_PATTERN);
      methods(keys.optional("method"));
      headers(keys.optional("header"));
      json(keys.optional("json"));
      TcpRouteReader.match(keys);
      return true;
    });
  }

  private static Set<String> methods(Cursor methods) {
    UniqueNames unique = new UniqueNames();
    List<String> read = methods.list(1, method -> {
      String name = method.text(HttpSyntax.METHOD);
      unique.add(method, name);
      return name;
    });
    return Collections.unmodifiableSet(new LinkedHashSet<>(read));
  }

  private static Map<String, String> headers(Cursor headers) {
    return Collections.unmodifiableMap(headers.map(
        0, HttpSyntax.MATCHED_HEADER, (name, value) -> value.text(HttpSyntax.HEADER_VALUE, "")));
  }

  private static Map<String, String> json(Cursor fields) {
    return Collections.unmodifiableMap(
        fields.map(0, TemplateSyntax.JSON_PATH, (path, value) -> value.text(NameSyntax.NAME, "")));
  }
}
