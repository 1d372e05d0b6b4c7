package dev.lblc.gateway.http;

import dev.lblc.config.Authority;
import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells the server who asked, by X-Forwarded-For, -Proto, -Host, -Port and Forwarded. What a trusted peer sent is kept
 * and added to; from any other peer all such headers are dropped, those that we do not set included.
 */
final class ForwardingHeaders {
  private static final String PREFIX = "x-forwarded-";
  private static final CharSequence FOR = HttpHeaders.createOptimized("x-forwarded-for");
  private static final CharSequence PROTO = HttpHeaders.createOptimized("x-forwarded-proto");
  private static final CharSequence HOST = HttpHeaders.createOptimized("x-forwarded-host");
  private static final CharSequence PORT = HttpHeaders.createOptimized("x-forwarded-port");
  private static final CharSequence FORWARDED = HttpHeaders.createOptimized("forwarded");

  private ForwardingHeaders() {}

  /**
   * Sets them.
   *
   * @param headers of the request to the server, with the client's in it
   * @param peer address of the connection
   * @param trusted whether its headers are believed
   * @param scheme http or https
   * @param host as the client sent it; null: not at all
   * @param port the one that the client connected to
   */
  static void set(
      MultiMap headers,
      String peer,
      boolean trusted,
      String scheme,
      @Nullable String host,
      int port) {
    if (!trusted) {
      dropAll(headers);
    }
    append(headers, FOR, peer);
    setIfAbsent(headers, PROTO, scheme);
    if (host != null) {
      setIfAbsent(headers, HOST, host);
    }
    setIfAbsent(headers, PORT, Integer.toString(port));
    append(headers, FORWARDED, forwarded(peer, scheme, host));
  }

  private static String forwarded(String peer, String scheme, @Nullable String host) {
    StringBuilder element = new StringBuilder(64).append("for=");
    if (peer.indexOf(':') >= 0) {
      element.append('"').append(Authority.host(peer)).append('"');
    } else {
      element.append(peer);
    }
    if (host != null) {
      element.append(";host=\"").append(host).append('"');
    }
    return element.append(";proto=").append(scheme).toString();
  }

  private static void append(MultiMap headers, CharSequence name, String value) {
    List<String> before = headers.getAll(name);
    headers.set(name, before.isEmpty() ? value : String.join(", ", before) + ", " + value);
  }

  private static void setIfAbsent(MultiMap headers, CharSequence name, String value) {
    if (!headers.contains(name)) {
      headers.set(name, value);
    }
  }

  private static void dropAll(MultiMap headers) {
    headers.remove(FORWARDED);
    List<String> drop = null;
    for (Map.Entry<String, String> header : headers) {
      String name = header.getKey();
      if (name.length() > PREFIX.length()
          && AsciiString.regionMatches(name, true, 0, PREFIX, 0, PREFIX.length())) {
        drop = drop == null ? new ArrayList<>() : drop;
        drop.add(name);
      }
    }
    if (drop != null) {
      drop.forEach(headers::remove);
    }
  }
}
