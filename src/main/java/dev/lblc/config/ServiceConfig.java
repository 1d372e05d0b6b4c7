package dev.lblc.config;

import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.ServerSpec;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A named set of servers with one strategy.
 *
 * @param name unique in the file
 * @param strategy name of a known strategy
 * @param options common to all strategies
 * @param strategyOptions the strategy's own
 * @param servers in file order; ids are unique; may be empty
 * @param queue how requests wait for servers that are full; null: they do not
 * @param discovery how more servers are found; null: there are those of the file only
 * @param leaseTimeout after which a lease held over the event bus and not renewed is released
 * @param proxyProtocol which header each TCP connection to a server starts with; null: none
 * @param http which version of HTTP its servers speak
 * @param pool connections to servers that HTTP routes keep
 * @param tls what connections to servers speak; null: clear text
 * @param health how failing servers are found; null: they are not
 */
public record ServiceConfig(
    String name,
    String strategy,
    SchedulerOptions options,
    StrategyOptions strategyOptions,
    List<ServerSpec> servers,
    @Nullable QueueConfig queue,
    @Nullable DiscoveryConfig discovery,
    Duration leaseTimeout,
    @Nullable ProxyVersion proxyProtocol,
    ServerHttp http,
    PoolConfig pool,
    @Nullable UpstreamTlsConfig tls,
    @Nullable HealthConfig health) {}
