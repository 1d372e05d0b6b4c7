package dev.lblc.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route of a TCP listener: which connections go to which service, and how.
 *
 * @param index position in the file's {@code routes}, from 0
 * @param match what a connection must have; empty parts match all
 * @param service name of the service
 * @param destination templates, tried in order; none: no destination
 * @param timeouts limits on waiting
 * @param retries how many other servers are tried after a failed connect
 */
public record TcpRouteConfig(
    int index,
    Match match,
    String service,
    List<DestinationTemplate> destination,
    Timeouts timeouts,
    int retries)
    implements RouteConfig {

  /**
   * What a connection must have.
   *
   * @param sni lower-case server name of the TLS handshake, or {@code *.} and a name for one or more labels before it; null:
   *     any name, or no name
   * @param ports that the client connected to; empty: any
   * @param clients addresses or CIDR blocks of clients; empty: any
   */
  public record Match(@Nullable String sni, List<PortRange> ports, List<String> clients) {}

  /**
   * Limits on waiting.
   *
   * @param connect to connect to a server
   * @param idle time without a byte in either direction
   * @param lifetime of a connection, busy or not; null: no limit
   */
  public record Timeouts(
      Duration connect, Duration idle, @Nullable Duration lifetime) {}
}
