package dev.lblc.config;

import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.config.DestinationTemplate.Kind;
import dev.lblc.config.TcpRouteConfig.Match;
import dev.lblc.config.TcpRouteConfig.Timeouts;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The reader of the {@code routes} of TCP listeners. */
final class TcpRouteReader {
  private static final List<String> OF_HTTP = List.of(
      "limits",
      "redirect",
      "rewrite",
      "upgrade",
      "host",
      "requestHeaders",
      "responseHeaders",
      "learn",
      "stickyCookie");
  private static final List<String> MATCHES_OF_HTTP =
      List.of("host", "path", "method", "header", "json");
  private static final String NO_HTTP = ": the route's listener is tcp";

  /** The fields that are known of a connection without reading its protocol. */
  private static final Set<Kind> FIELDS = EnumSet.of(
      Kind.CLIENT_IP,
      Kind.LOCAL_IP,
      Kind.LOCAL_PORT,
      Kind.SNI,
      Kind.TLS_SUBJECT,
      Kind.TLS_FINGERPRINT,
      Kind.TLS_SAN);

  static final Syntax<DestinationTemplate> TEMPLATE =
      new Syntax<>("a template such as {local.ip}:{local.port}", TcpRouteReader::template);

  private TcpRouteReader() {}

  /** Reads one route; {@code service} is the syntax of a reference to a service. */
  static TcpRouteConfig read(int index, ObjectReader keys, Syntax<String> service) {
    OF_HTTP.forEach(key -> keys.refuse(key, "no " + key + NO_HTTP));
    return new TcpRouteConfig(
        index,
        match(keys.optional("match")),
        keys.required("service").text(service, ""),
        List.copyOf(keys.optional("destination").list(0, template -> template.text(TEMPLATE))),
        timeouts(keys.optional("timeouts")),
        RouteReader.retries(keys));
  }

  private static Match match(Cursor match) {
    return match.object(Keys.MATCH, keys -> {
      MATCHES_OF_HTTP.forEach(key -> keys.refuse(key, "no " + key + NO_HTTP));
      return match(keys);
    });
  }

  /** Reads the keys of a match of TCP. */
  static Match match(ObjectReader keys) {
    return new Match(
        keys.optional("sni").text(HttpSyntax.HOST_PATTERN),
        List.copyOf(keys.optional("port").list(1, PortSyntax::read)),
        List.copyOf(keys.optional("client").list(1, peer -> peer.text(NetSyntax.PEER))));
  }

  private static Timeouts timeouts(Cursor timeouts) {
    return timeouts.object(Keys.ROUTE_TIMEOUTS, keys -> {
      keys.refuse("response", "no response" + NO_HTTP);
      keys.refuse("tunnel", "no tunnel" + NO_HTTP);
      keys.refuse("request", "no request" + NO_HTTP);
      Duration connect = RouteReader.connect(keys);
      Duration idle = RouteReader.idle(keys);
      return new Timeouts(connect, idle, RouteReader.whole(keys.optional("lifetime")));
    });
  }

  private static DestinationTemplate template(String text) throws SyntaxException {
    DestinationTemplate template = TemplateSyntax.TEMPLATE.read(text);
    for (DestinationTemplate.Part part : template.parts()) {
      if (part instanceof Field field && !FIELDS.contains(field.kind())) {
        throw new SyntaxException(
            "no fields but {client.ip}, {local.ip}, {local.port}, {sni} and {tls.*}" + NO_HTTP);
      }
    }
    return template;
  }
}
