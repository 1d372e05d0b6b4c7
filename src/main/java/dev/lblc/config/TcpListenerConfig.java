package dev.lblc.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ports that clients connect to with any protocol on TCP.
 *
 * @param name unique in the file, among listeners of HTTP, too
 * @param host address to bind
 * @param ports TCP ports, all different, at least one; 0, which is then alone, takes a free one
 * @param transparent whether it takes connections to any address that the kernel hands to it (TPROXY)
 * @param tls certificate and key; null: what comes is passed on as it is
 * @param proxyProtocol whether each connection starts with a PROXY protocol header
 * @param maxConnections connections accepted at once, on all ports; more are closed
 * @param trustedPeers addresses or CIDR blocks that may send a PROXY protocol header; others are closed
 * @param hello how long a connection may take until its route is known: header, handshake and server name
 * @param accessLog whether each connection is logged
 * @param routes in file order: the first that matches wins
 */
public record TcpListenerConfig(
    String name,
    String host,
    List<Integer> ports,
    boolean transparent,
    @Nullable TlsConfig tls,
    boolean proxyProtocol,
    int maxConnections,
    List<String> trustedPeers,
    Duration hello,
    boolean accessLog,
    List<TcpRouteConfig> routes)
    implements ListenerConfig {

  /** Returns this listener with other routes. */
  TcpListenerConfig with(List<TcpRouteConfig> others) {
    return new TcpListenerConfig(
        name,
        host,
        ports,
        transparent,
        tls,
        proxyProtocol,
        maxConnections,
        trustedPeers,
        hello,
        accessLog,
        others);
  }
}
