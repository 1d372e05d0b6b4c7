package dev.lblc.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A whole gateway file.
 *
 * @param listeners of HTTP, in file order
 * @param routes of those, in file order: the first that matches wins
 * @param tcpListeners in file order; at least one of either kind
 * @param tcpRoutes of those, in file order: the first that matches wins
 * @param services by name, in file order, at least one
 * @param cluster how this node joins others
 * @param admin where the admin API listens; null: nowhere
 */
public record GatewayConfig(
    List<ListenerConfig> listeners,
    List<RouteConfig> routes,
    List<TcpListenerConfig> tcpListeners,
    List<TcpRouteConfig> tcpRoutes,
    Map<String, ServiceConfig> services,
    ClusterConfig cluster,
    @Nullable AdminConfig admin) {}
