package dev.lblc.admin;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of paths such as <code>/services/{service}</code>: each <code>{name}</code> stands for one segment, which is
 * not empty, and <code>{name*}</code> at the end for all the rest, slashes included.
 */
final class PathPattern {
  /*
   * Paths are compared as they were sent, without removal of dot segments and of double slashes: a destination may have
   * either, and must not lead to another resource.
   */

  private final String text;
  private final List<String> segments;
  private final boolean open;

  PathPattern(String text) {
    this.text = text;
    this.segments = List.of(text.split("/", -1));
    this.open = text.endsWith("*}");
  }

  /** Returns the parameters of a path, decoded; null if the path is another one. A slash at the end makes no difference. */
  @Nullable
  Map<String, String> match(String path) {
    String[] parts = path.split("/", open ? segments.size() : -1);
    int count = parts.length;
    if (!open && count == segments.size() + 1 && parts[count - 1].isEmpty()) {
      count--;
    }
    if (count != segments.size()) {
      return null;
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      String segment = segments.get(i);
      if (segment.startsWith("{")) {
        boolean rest = open && i == count - 1;
        if (parts[i].isEmpty() && !rest) {
          return null;
        }
        parameters.put(segment.substring(1, segment.length() - (rest ? 2 : 1)), decoded(parts[i]));
      } else if (!segment.equals(parts[i])) {
        return null;
      }
    }
    return parameters;
  }

  /** Returns a text as a segment of a path. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public String toString() {
    return text;
  }

  /** In a path, a plus sign stands for itself. */
  private static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
