package dev.lblc.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A TCP listener: ports that clients connect to with any protocol on TCP.
 *
 * @param name unique among all listeners of the file
 * @param host address to bind
 * @param ports TCP ports, all different, at least one; 0, always alone, takes a free port
 * @param reusePort whether a successor may bind the same ports, and takes the new connections then
 * @param transparent whether the listener accepts connections to any address that the kernel passes to it (TPROXY)
 * @param tls certificate and key; null: bytes are passed on as they come
 * @param proxyProtocol whether each connection starts with a PROXY protocol header
 * @param maxConnections connections accepted at once, on all ports; more are closed
 * @param trustedPeers addresses or CIDR blocks of peers that may send a PROXY protocol header; connections of others are closed
 * @param hello how long a connection may take until its route is known: header, handshake and server name
 * @param accessLog where and how each connection is logged; null: it is not
 * @param routes in file order: the first that matches wins
 */
public record TcpListenerConfig(
    String name,
    String host,
    List<Integer> ports,
    boolean reusePort,
    boolean transparent,
    @Nullable TlsConfig tls,
    boolean proxyProtocol,
    int maxConnections,
    List<String> trustedPeers,
    Duration hello,
    @Nullable AccessLogConfig accessLog,
    List<TcpRouteConfig> routes)
    implements ListenerConfig {

  /** Returns this listener with other routes. */
  TcpListenerConfig with(List<TcpRouteConfig> others) {
    return new TcpListenerConfig(
        name,
        host,
        ports,
        reusePort,
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
