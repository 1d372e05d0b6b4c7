package dev.lblc.plugin;

import dev.lblc.scheduler.Server;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.endpoint.ServerEndpoint;
import io.vertx.core.net.endpoint.ServerSelector;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among one list of endpoints as the service does. A server of the service that is not in the list is as good as
 * unavailable; an endpoint that the service does not know is never chosen.
 *
 * <p>May be used from any thread.
 */
final class EndpointSelector implements ServerSelector {
  private static final System.Logger LOG = System.getLogger(EndpointSelector.class.getName());
  private static final int NONE = -1;

  private final ServerPool service;
  private final List<? extends ServerEndpoint> endpoints;
  private volatile Matched matched;

  /**
   * How the list and the service's servers fit together.
   *
   * @param servers those of the service; a later change of theirs makes a new list
   * @param indexes where each that is in the list is there
   * @param unreachable ids of the others
   */
  private record Matched(
      List<Server> servers, Map<Server, Integer> indexes, Set<String> unreachable) {}

  private EndpointSelector(ServerPool service, List<? extends ServerEndpoint> endpoints) {
    this.service = service;
    this.endpoints = endpoints;
    this.matched = match(service.servers());
  }

  /** Over a list of endpoints with {@link EndpointLeases}, which it tells their addresses. */
  static EndpointSelector of(ServerPool service, List<? extends ServerEndpoint> endpoints) {
    for (ServerEndpoint endpoint : endpoints) {
      SocketAddress address = endpoint.address();
      if (endpoint.metrics() instanceof EndpointLeases leases) {
        leases.address(address);
      }
      if (service.serverAt(address) == null) {
        LOG.log(
            Level.WARNING,
            address + " is no server of service " + service.name()
                + " and gets no requests: add it to the configuration");
      }
    }
    return new EndpointSelector(service, endpoints);
  }

  @Override
  public int select() {
    return choose(null);
  }

  @Override
  public int select(String key) {
    return choose(key);
  }

  private int choose(@Nullable String destination) {
    Matched now = matched();
    Server server = service.choose(destination, now.unreachable);
    Integer index = server == null ? null : now.indexes.get(server);
    return index == null ? NONE : index;
  }

  private Matched matched() {
    Matched last = matched;
    List<Server> servers = service.servers();
    if (last.servers != servers) {
      last = match(servers);
      matched = last;
    }
    return last;
  }

  private Matched match(List<Server> servers) {
    Map<Server, Integer> indexes = new HashMap<>();
    Set<String> unreachable = new HashSet<>();
    for (Server server : servers) {
      int index = find(server);
      if (index == NONE) {
        unreachable.add(server.id());
      } else {
        indexes.put(server, index);
      }
    }
    return new Matched(servers, indexes, unreachable);
  }

  private int find(Server server) {
    for (int i = 0; i < endpoints.size(); i++) {
      if (ServerPool.isAt(server, endpoints.get(i).address())) {
        return i;
      }
    }
    return NONE;
  }
}
