package dev.lblc.config;

import java.util.Map;

/**
 * The configuration of the plugin alone.
 *
 * @param name of the deployment
 * @param services by name, in file order, at least one
 * @param cluster how this node joins others
 * @param dns how name servers are asked
 */
public record PluginConfig(
    String name, Map<String, ServiceConfig> services, ClusterConfig cluster, DnsConfig dns) {}
