package dev.lblc.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP listener: a port that clients connect to.
 *
 * @param name unique among all listeners of the file
 * @param engine what moves the bytes
 * @param http2 whether clients may speak HTTP/2: as TLS agrees, or by prior knowledge in clear text
 * @param host address to bind
 * @param port TCP port; 0 takes a free port
 * @param reusePort whether a successor may bind the same port, and takes the new connections then
 * @param tls certificate and key; null: clear text
 * @param proxyProtocol whether each connection starts with a PROXY protocol header
 * @param maxConnections connections accepted at once; more are closed
 * @param trustedPeers addresses or CIDR blocks whose forwarding headers are believed
 * @param timeouts limits on waiting for a client
 * @param limits sizes of requests
 * @param accessLog where and how each exchange is logged; null: it is not
 * @param routes in file order: the first that matches wins
 */
public record HttpListenerConfig(
    String name,
    HttpEngine engine,
    boolean http2,
    String host,
    int port,
    boolean reusePort,
    @Nullable TlsConfig tls,
    boolean proxyProtocol,
    int maxConnections,
    List<String> trustedPeers,
    Timeouts timeouts,
    HttpLimits limits,
    @Nullable AccessLogConfig accessLog,
    List<HttpRouteConfig> routes)
    implements ListenerConfig {

  /**
   * Limits on waiting for a client.
   *
   * @param header from the connection, or the first byte of a further request, to the end of the request's head
   * @param idle between two requests of a connection
   */
  public record Timeouts(Duration header, Duration idle) {}

  @Override
  public List<Integer> ports() {
    return List.of(port);
  }

  /** Returns this listener with other routes. */
  HttpListenerConfig with(List<HttpRouteConfig> others) {
    return new HttpListenerConfig(
        name,
        engine,
        http2,
        host,
        port,
        reusePort,
        tls,
        proxyProtocol,
        maxConnections,
        trustedPeers,
        timeouts,
        limits,
        accessLog,
        others);
  }
}
