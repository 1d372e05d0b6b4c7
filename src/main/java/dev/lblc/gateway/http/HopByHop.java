package dev.lblc.gateway.http;

import dev.lblc.gateway.route.AsciiCase;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Set;

/** The headers that belong to one connection and are never forwarded. */
final class HopByHop {
  private static final CharSequence PROXY_CONNECTION =
      HttpHeaders.createOptimized("proxy-connection");
  private static final CharSequence TE = HttpHeaders.createOptimized("te");
  private static final CharSequence TRAILER = HttpHeaders.createOptimized("trailer");

  /** What Connection may name without effect: handled anyway, or no header of its own. */
  private static final Set<String> NOT_NAMED =
      Set.of("close", "keep-alive", "upgrade", "host", "content-length");

  private HopByHop() {}

  /** Removes them, and those that Connection names. */
  static void remove(MultiMap headers) {
    List<String> connection = headers.getAll(HttpHeaders.CONNECTION);
    if (!connection.isEmpty()) {
      for (String line : List.copyOf(connection)) {
        removeNamed(headers, line);
      }
      headers.remove(HttpHeaders.CONNECTION);
    }
    headers.remove(HttpHeaders.KEEP_ALIVE);
    headers.remove(PROXY_CONNECTION);
    headers.remove(TE);
    headers.remove(TRAILER);
    headers.remove(HttpHeaders.TRANSFER_ENCODING);
    headers.remove(HttpHeaders.UPGRADE);
  }

  private static void removeNamed(MultiMap headers, String line) {
    int start = 0;
    while (start <= line.length()) {
      int end = line.indexOf(',', start);
      if (end < 0) {
        end = line.length();
      }
      String name = line.substring(start, end).trim();
      if (!name.isEmpty() && !NOT_NAMED.contains(AsciiCase.lower(name))) {
        headers.remove(name);
      }
      start = end + 1;
    }
  }
}
