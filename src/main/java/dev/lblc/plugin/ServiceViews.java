package dev.lblc.plugin;

import dev.lblc.config.ServiceConfig;
import dev.lblc.health.HealthState;
import dev.lblc.plugin.ServiceStatus.Connections;
import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.Membership;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerState;
import dev.lblc.scheduler.Service;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a service shows of itself: snapshots for people and scripts. Needs no Vert.x. */
public final class ServiceViews {
  private static final HealthState NOT_STARTED =
      new HealthState(ServerState.UP, "it was not started", 0);

  /** Of a server that is removed while it is looked at. */
  private static final HealthState GONE = new HealthState(ServerState.DOWN, "it was removed", 0);

  /** What is shown as the state of a server. */
  interface States {
    /**
     * Returns the state of a server; null: it is gone.
     *
     * @param draining null: it is not drained
     */
    @Nullable
    HealthState of(Server server, Membership.@Nullable Draining draining);
  }

  private ServiceViews() {}

  /**
   * Returns what a service that starts now would choose for a destination: one with an empty table, without health checks and
   * cluster.
   *
   * @param strategies what the configuration's strategy is made by
   * @param destination the key asked about; null: none
   */
  public static Explanation ofFreshStart(
      ServiceConfig config, Strategies strategies, @Nullable String destination) {
    Service service = new Service(
        config.name(),
        context -> strategies.create(
            config.strategy(),
            context.withOwnOptions(() -> config.strategyOptions().value())),
        config.options(),
        () -> 0,
        false,
        RandomGenerator::getDefault);
    service.membership().configure(config.servers());
    return explanation(service, config.strategy(), destination, (server, draining) -> NOT_STARTED);
  }

  static Explanation explanation(
      Service service, String strategy, @Nullable String destination, States states) {
    Service.Forecast forecast = service.explain(destination);
    Server server = forecast.choice().server();
    String id = server == null ? null : server.id();
    return new Explanation(
        service.name(),
        strategy,
        destination,
        id,
        forecast.choice().reason(),
        forecast.homes(),
        Explanations.text(forecast.choice().reason(), id, forecast.homes(), forecast.grounds()),
        servers(service, states));
  }

  static DestinationStatus destination(Service service, DestinationTable.Row row) {
    return new DestinationStatus(row.destination(), row.homes(), service.idleMillis(row));
  }

  static List<ServerStatus> servers(Service service, States states) {
    return service.servers().list().stream()
        .map(server -> server(service, server, states))
        .filter(Objects::nonNull)
        .toList();
  }

  /** Returns null for a server that was removed meanwhile. */
  private static @Nullable ServerStatus server(Service service, Server server, States states) {
    Membership.Standing standing = service.membership().standing(server.id());
    if (standing == null) {
      return null;
    }
    Membership.Draining draining = standing.draining();
    HealthState health = Objects.requireNonNullElse(states.of(server, draining), GONE);
    return new ServerStatus(
        server.id(),
        server.host(),
        server.port(),
        server.fullWeight(),
        server.weight(),
        server.upper(),
        server.lower(),
        server.max(),
        server.available(),
        server.saturated(),
        health.state(),
        health.reason(),
        Instant.ofEpochMilli(health.sinceMillis()),
        new Connections(server.localActive(), server.active()),
        new Connections(server.localInactive(), server.inactive()),
        standing.source().name().toLowerCase(Locale.ROOT),
        standing.version(),
        draining == null
            ? null
            : new ServiceStatus.Drain(draining.forMillis(), draining.remainingMillis()));
  }
}
