package dev.lblc.config;

import java.util.Map;
import java.util.Objects;

/**
 * The configuration of the plugin alone.
 *
 * @param name of the deployment
 * @param services by name, in file order, at least one
 * @param cluster how this node joins others
 */
public record PluginConfig(
    String name, Map<String, ServiceConfig> services, ClusterConfig cluster) {

  /**
   * Returns this configuration with one of its services alone, which checks no server and shares nothing.
   *
   * @param service name of a service of this configuration
   */
  public PluginConfig isolated(String service) {
    ServiceConfig kept = Objects.requireNonNull(services.get(service), service);
    ServiceConfig unchecked = new ServiceConfig(
        kept.name(),
        kept.strategy(),
        kept.options(),
        kept.servers(),
        kept.leaseTimeout(),
        kept.proxyProtocol(),
        null);
    ClusterConfig alone = new ClusterConfig(
        false,
        cluster.config(),
        cluster.eventBus(),
        cluster.reportInterval(),
        cluster.peerTimeout());
    return new PluginConfig(name, Map.of(service, unchecked), alone);
  }
}
