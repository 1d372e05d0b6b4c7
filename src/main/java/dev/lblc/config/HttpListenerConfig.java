package dev.lblc.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP listener: a port that clients connect to.
 *
 * @param name unique among all listeners of the file
 * @param host address to bind
 * @param port TCP port; 0 takes a free port
 * @param tls certificate and key; null: clear text
 * @param proxyProtocol whether each connection starts with a PROXY protocol header
 * @param maxConnections connections accepted at once; more are closed
 * @param trustedPeers addresses or CIDR blocks whose forwarding headers are believed
 * @param accessLog whether each exchange is logged
 * @param routes in file order: the first that matches wins
 */
public record HttpListenerConfig(
    String name,
    String host,
    int port,
    @Nullable TlsConfig tls,
    boolean proxyProtocol,
    int maxConnections,
    List<String> trustedPeers,
    boolean accessLog,
    List<HttpRouteConfig> routes)
    implements ListenerConfig {

  @Override
  public List<Integer> ports() {
    return List.of(port);
  }

  /** Returns this listener with other routes. */
  HttpListenerConfig with(List<HttpRouteConfig> others) {
    return new HttpListenerConfig(
        name, host, port, tls, proxyProtocol, maxConnections, trustedPeers, accessLog, others);
  }
}
