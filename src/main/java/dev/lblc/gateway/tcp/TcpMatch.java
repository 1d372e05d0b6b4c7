package dev.lblc.gateway.tcp;

import dev.lblc.config.PortRange;
import dev.lblc.config.TcpRouteConfig;
import dev.lblc.gateway.net.ConnectionFacts;
import dev.lblc.gateway.route.AddressBlocks;
import dev.lblc.gateway.route.HostPattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a connection must have to take a route, compiled from configuration. Immutable. */
final class TcpMatch {
  private final @Nullable HostPattern sni;
  private final List<PortRange> ports;
  private final AddressBlocks clients;

  TcpMatch(TcpRouteConfig.Match match) {
    sni = match.sni() == null ? null : new HostPattern(match.sni());
    ports = match.ports();
    clients = AddressBlocks.compile(match.clients());
  }

  boolean needsSni() {
    return sni != null;
  }

  /** Returns whether the connection has all of it. */
  boolean matches(ConnectionFacts facts) {
    return portMatches(facts.localPort())
        && (clients.isEmpty() || clients.contains(facts.clientIp()))
        && sniMatches(facts.sni());
  }

  private boolean portMatches(int port) {
    for (PortRange range : ports) {
      if (range.contains(port)) {
        return true;
      }
    }
    return ports.isEmpty();
  }

  private boolean sniMatches(@Nullable String name) {
    return sni == null || (name != null && sni.matches(name));
  }
}
