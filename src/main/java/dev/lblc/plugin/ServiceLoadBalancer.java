package dev.lblc.plugin;

import io.vertx.core.net.endpoint.InteractionMetrics;
import io.vertx.core.net.endpoint.LoadBalancer;
import io.vertx.core.net.endpoint.ServerEndpoint;
import io.vertx.core.net.endpoint.ServerSelector;
import java.util.List;

/**
 * A service as the load balancer of Vert.x clients.
 *
 * <pre>
 * list of endpoints -&gt; selector: which of the service's servers are among them, by host and port
 * routing key -&gt; selector: the service's choice -&gt; endpoint: a lease -&gt; response ended or failed: closed
 * </pre>
 *
 * <p>All state is the service's: clients, and the lists that they get one after the other, share it.
 */
final class ServiceLoadBalancer implements LoadBalancer {
  private final ServerPool service;

  ServiceLoadBalancer(ServerPool service) {
    this.service = service;
  }

  @Override
  public InteractionMetrics<?> newMetrics() {
    return new EndpointLeases(service);
  }

  @Override
  public ServerSelector selector(List<? extends ServerEndpoint> endpoints) {
    return EndpointSelector.of(service, endpoints);
  }
}
