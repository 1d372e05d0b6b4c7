package dev.lblc.admin;

import dev.lblc.config.AdminConfig;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets a request pass that may see what it asks for.
 *
 * <p>With a token: who presents it. Without: the port is on loopback, so whoever can connect, but not a web page that
 * had its own name resolve to loopback, which the Host header gives away.
 */
final class Access implements Handler<RoutingContext> {
  private static final String SCHEME = "bearer ";
  private static final Pattern LOOPBACK = Pattern.compile(
      "|localhost\\.?|.+\\.localhost\\.?|127(\\.\\d{1,3}){3}|\\[::1]|\\[0:0:0:0:0:0:0:1]");
  private static final Pattern PORT = Pattern.compile(":\\d*$");

  private final byte @Nullable [] token;
  private final String ownHost;

  Access(AdminConfig config) {
    String configured = config.token();
    token = configured == null ? null : configured.getBytes(StandardCharsets.UTF_8);
    ownHost = config.host().toLowerCase(Locale.ROOT);
  }

  @Override
  public void handle(RoutingContext context) {
    if (token == null) {
      if (local(context)) {
        context.next();
      } else {
        Answer.problem(
            context,
            403,
            "without a token this port answers to names of the loopback address only");
      }
    } else if (authorized(token, context.request().getHeader(HttpHeaders.AUTHORIZATION))) {
      context.next();
    } else {
      context.response().putHeader("WWW-Authenticate", "Bearer realm=\"vertx-lblc\"");
      Answer.problem(context, 401, "a bearer token is needed");
    }
  }

  private static boolean authorized(byte[] token, @Nullable String header) {
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    byte[] given = header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(token, given);
  }

  private boolean local(RoutingContext context) {
    return context.request().headers().getAll(HttpHeaders.HOST).stream().allMatch(this::local);
  }

  /** Whether a Host header names this machine; {@code :9901}, as sent for a URL without a host, does. */
  private boolean local(String host) {
    String name = PORT.matcher(host.strip()).replaceFirst("").toLowerCase(Locale.ROOT);
    return name.equals(ownHost) || LOOPBACK.matcher(name).matches();
  }
}
