package dev.lblc.admin;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The query of a request; what is wrong with it ends in a 400 that says so. */
final class Parameters {
  private static final int MOST = 64;

  private final Map<String, List<String>> values;

  private Parameters(Map<String, List<String>> values) {
    this.values = values;
  }

  /** Those of a request. A semicolon is part of a value: destinations may have one. */
  static Parameters of(RoutingContext context) {
    return new Parameters(
        new QueryStringDecoder(context.request().uri(), StandardCharsets.UTF_8, true, MOST, true)
            .parameters());
  }

  /** A parameter's value; null if it is absent or empty. */
  @Nullable
  String text(String name) {
    List<String> found = values.getOrDefault(name, List.of());
    if (found.size() > 1) {
      throw bad(name + ": given " + found.size() + " times (expected: once)");
    }
    return found.isEmpty() || found.get(0).isEmpty() ? null : found.get(0);
  }

  /** A whole number between 1 and a limit. */
  int number(String name, int fallback, int most) {
    String text = text(name);
    if (text == null) {
      return fallback;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, as a number out of range is.
    }
    throw bad(name + ": " + text + " (expected: 1 to " + most + ")");
  }

  /** A percent-encoded part of a path, in which a plus sign stands for itself. */
  static String segment(String encoded) {
    return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static HttpException bad(String detail) {
    return new HttpException(400, detail);
  }
}
