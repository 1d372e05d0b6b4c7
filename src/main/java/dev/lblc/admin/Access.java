package dev.lblc.admin;

import dev.lblc.config.AdminConfig;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The check of who may use the admin port.
 *
 * <p>With a token: whoever presents the token. Without one the port is on loopback: whoever can connect, but not a web page
 * whose own name was made to resolve to loopback, which the Host header shows.
 *
 * <p>What changes something is also refused to every web page of another origin, token or not. A port on loopback is asked by a
 * name of loopback then; under which names others reach a port elsewhere is not known.
 */
final class Access {
  private static final String SCHEME = "bearer ";
  private static final Pattern LOOPBACK = Pattern.compile(
      "|localhost\\.?|.+\\.localhost\\.?|127(\\.\\d{1,3}){3}|\\[::1]|\\[0:0:0:0:0:0:0:1]");
  private static final Pattern PORT = Pattern.compile(":\\d*$");

  private static final Set<HttpMethod> READING =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.TRACE);

  private final byte @Nullable [] token;
  private final String ownHost;

  Access(AdminConfig config) {
    String configured = config.token();
    token = configured == null ? null : configured.getBytes(StandardCharsets.UTF_8);
    ownHost = config.host().toLowerCase(Locale.ROOT);
  }

  /** Throws the response to a request that is refused. */
  void check(HttpServerRequest request) {
    if (!READING.contains(request.method())) {
      checkChange(request);
    }
    if (token == null) {
      if (!local(request)) {
        throw new ProblemException(
            403, "without a token this port answers to names of the loopback address only");
      }
    } else if (!authorized(token, request.getHeader(HttpHeaders.AUTHORIZATION))) {
      request.response().putHeader("WWW-Authenticate", "Bearer realm=\"vertx-lblc\"");
      throw new ProblemException(401, "no bearer token, or not that of this gateway");
    }
  }

  private void checkChange(HttpServerRequest request) {
    if (LOOPBACK.matcher(ownHost).matches() && !local(request)) {
      throw new ProblemException(
          403, "this port is on loopback: changes are made by a name of the loopback address only");
    }
    List<String> hosts = request.headers().getAll(HttpHeaders.HOST);
    for (String origin : request.headers().getAll(HttpHeaders.ORIGIN)) {
      if (hosts.size() != 1 || !isOf(hosts.get(0).strip(), origin.strip())) {
        throw new ProblemException(
            403, "a web page of another origin may not change anything here: " + origin);
      }
    }
  }

  /** Whether an origin is that of the pages of a host. Whether a proxy before this port speaks TLS is not known here. */
  private static boolean isOf(String host, String origin) {
    return origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host);
  }

  private static boolean authorized(byte[] token, @Nullable String header) {
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    byte[] given = header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(token, given);
  }

  private boolean local(HttpServerRequest request) {
    return request.headers().getAll(HttpHeaders.HOST).stream().allMatch(this::local);
  }

  /** Whether a Host header names this machine; {@code :9901}, as sent for a URL without a host, does. */
  private boolean local(String host) {
    String name = PORT.matcher(host.strip()).replaceFirst("").toLowerCase(Locale.ROOT);
    return name.equals(ownHost) || LOOPBACK.matcher(name).matches();
  }
}
