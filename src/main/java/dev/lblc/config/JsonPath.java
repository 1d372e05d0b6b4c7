package dev.lblc.config;

import java.util.regex.Pattern;

/** JSON paths, such as {@code $.services['my svc'].servers[0]}. */
final class JsonPath {
  static final String ROOT = "$";

  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private JsonPath() {}

  static String member(String object, String key) {
    return IDENTIFIER.matcher(key).matches()
        ? object + '.' + key
        : object + "['" + Json.escaped(key, '\'') + "']";
  }

  static String element(String list, int index) {
    return list + '[' + index + ']';
  }
}
