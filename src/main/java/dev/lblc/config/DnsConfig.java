package dev.lblc.config;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * How name servers are asked.
 *
 * @param servers their addresses, asked in this order; empty: those of the system
 * @param timeout how long each is waited for before the next one is asked
 */
public record DnsConfig(List<Address> servers, Duration timeout) {
  /** What holds if nothing is said. */
  public static final DnsConfig DEFAULTS = new DnsConfig(List.of(), Duration.ofSeconds(2));

  /**
   * An address with a port.
   *
   * @param host an IP address
   */
  public record Address(String host, int port) {}

  /** Returns the servers as addresses of sockets. */
  public List<InetSocketAddress> socketAddresses() {
    return servers.stream()
        .map(server -> new InetSocketAddress(server.host(), server.port()))
        .toList();
  }
}
