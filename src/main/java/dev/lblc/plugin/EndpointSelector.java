package dev.lblc.plugin;

import dev.lblc.scheduler.Choice;
import dev.lblc.scheduler.Server;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.endpoint.ServerEndpoint;
import io.vertx.core.net.endpoint.ServerSelector;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among one list of endpoints as the service does. A destination whose home is not in the list goes elsewhere and
 * keeps its home; an endpoint that the service does not know is never chosen.
 *
 * <p>May be used from any thread.
 */
final class EndpointSelector implements ServerSelector {
  private static final System.Logger LOG = System.getLogger(EndpointSelector.class.getName());
  private static final int NONE = -1;

  private final ScheduledService service;
  private final List<? extends ServerEndpoint> endpoints;

  /** Where each server is in the list, as far as it was asked for. */
  private final Map<Server, Integer> indexes = new ConcurrentHashMap<>();

  private EndpointSelector(ScheduledService service, List<? extends ServerEndpoint> endpoints) {
    this.service = service;
    this.endpoints = endpoints;
  }

  /** Over a list of endpoints with {@link EndpointLeases}, which it tells their addresses. */
  static EndpointSelector of(ScheduledService service, List<? extends ServerEndpoint> endpoints) {
    for (ServerEndpoint endpoint : endpoints) {
      SocketAddress address = endpoint.address();
      if (endpoint.metrics() instanceof EndpointLeases leases) {
        leases.address(address);
      }
      if (service.at(address) == null) {
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
    Choice choice = service.choose(destination, Set.of());
    int index = index(choice.server());
    return index != NONE || choice.server() == null
        ? index
        : index(service.choose(destination, elsewhere()).server());
  }

  /** Servers of the service that are not in the list. */
  private Set<String> elsewhere() {
    Set<String> ids = new HashSet<>();
    for (Server server : service.servers()) {
      if (index(server) == NONE) {
        ids.add(server.id());
      }
    }
    return ids;
  }

  private int index(@Nullable Server server) {
    return server == null ? NONE : indexes.computeIfAbsent(server, this::find);
  }

  private int find(Server server) {
    for (int i = 0; i < endpoints.size(); i++) {
      if (ScheduledService.isAt(server, endpoints.get(i).address())) {
        return i;
      }
    }
    return NONE;
  }
}
