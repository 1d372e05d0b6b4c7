package dev.lblc.gateway.tcp;

import dev.lblc.config.DestinationTemplate;
import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.config.DestinationTemplate.Kind;
import dev.lblc.config.ProxyVersion;
import dev.lblc.config.TcpRouteConfig;
import dev.lblc.gateway.net.ClientCertificate;
import dev.lblc.gateway.net.ConnectionFacts;
import dev.lblc.gateway.route.KeyCascade;
import dev.lblc.gateway.route.KeyCascade.Source;
import dev.lblc.plugin.LblcService;
import dev.lblc.tls.UpstreamTls;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A route, compiled from configuration.
 *
 * @param match what a connection must have
 * @param service where it goes
 * @param counts what is counted of its sessions
 * @param keys makes the destination
 * @param needsSni whether match or keys look at the server name
 * @param proxyProtocol header that the connection to the server starts with; null: none
 * @param tls what the connection to the server speaks, behind that header; null: clear text
 * @param connectNanos to connect to a server
 * @param idleNanos without a byte in either direction
 * @param lifetimeNanos of a connection
 * @param retries how many other servers are tried after a failed connect
 */
record TcpRoute(
    TcpMatch match,
    LblcService service,
    SessionCounts counts,
    KeyCascade<ConnectionFacts> keys,
    boolean needsSni,
    @Nullable ProxyVersion proxyProtocol,
    @Nullable UpstreamTls tls,
    long connectNanos,
    long idleNanos,
    long lifetimeNanos,
    int retries) {

  static TcpRoute compile(
      TcpRouteConfig config,
      LblcService service,
      SessionCounts counts,
      @Nullable ProxyVersion proxyProtocol,
      @Nullable UpstreamTls tls) {
    TcpMatch match = new TcpMatch(config.match());
    Duration lifetime = config.timeouts().lifetime();
    return new TcpRoute(
        match,
        service,
        counts,
        KeyCascade.compile(config.destination(), TcpRoute::source),
        match.needsSni() || config.destination().stream().anyMatch(TcpRoute::hasSni),
        proxyProtocol,
        tls,
        config.timeouts().connect().toNanos(),
        config.timeouts().idle().toNanos(),
        lifetime == null ? Long.MAX_VALUE : lifetime.toNanos(),
        config.retries());
  }

  private static boolean hasSni(DestinationTemplate template) {
    return template.parts().stream()
        .anyMatch(part -> part instanceof Field field && field.kind() == Kind.SNI);
  }

  private static Source<ConnectionFacts> source(Field field) {
    return switch (field.kind()) {
      case CLIENT_IP -> ConnectionFacts::clientIp;
      case LOCAL_IP -> ConnectionFacts::localIp;
      case LOCAL_PORT -> facts -> Integer.toString(facts.localPort());
      case SNI -> ConnectionFacts::sni;
      case TLS_SUBJECT -> ofCertificate(ClientCertificate::subject);
      case TLS_FINGERPRINT -> ofCertificate(ClientCertificate::fingerprint);
      case TLS_SAN -> ofCertificate(ClientCertificate::san);
      case HOST, PATH, QUERY, HEADER, COOKIE, METHOD, JSON, FORM, PREFIX, SET_COOKIE, RESPONSE ->
        throw new IllegalArgumentException("a field of HTTP on TCP: " + field.kind());
    };
  }

  private static Source<ConnectionFacts> ofCertificate(
      Function<ClientCertificate, @Nullable String> part) {
    return facts -> facts.certificate() == null ? null : part.apply(facts.certificate());
  }
}
