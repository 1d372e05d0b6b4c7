package dev.lblc.plugin;

import dev.lblc.config.ServiceConfig;
import dev.lblc.plugin.ServiceStatus.Connections;
import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.Membership;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.Service;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a service shows of itself: snapshots for people and scripts. Needs no Vert.x. */
public final class ServiceViews {
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
    return explanation(service, config.strategy(), destination);
  }

  static Explanation explanation(Service service, String strategy, @Nullable String destination) {
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
        Explanations.text(forecast.choice().reason(), id, forecast.homes()),
        servers(service));
  }

  static DestinationStatus destination(Service service, DestinationTable.Row row) {
    return new DestinationStatus(row.destination(), row.homes(), service.idleMillis(row));
  }

  static List<ServerStatus> servers(Service service) {
    return service.servers().list().stream()
        .map(server -> server(service, server))
        .filter(Objects::nonNull)
        .toList();
  }

  /** Returns null for a server that was removed meanwhile. */
  private static @Nullable ServerStatus server(Service service, Server server) {
    Membership.Standing standing = service.membership().standing(server.id());
    if (standing == null) {
      return null;
    }
    Membership.Draining draining = standing.draining();
    return new ServerStatus(
        server.id(),
        server.host(),
        server.port(),
        server.configuredWeight(),
        server.upper(),
        server.lower(),
        server.available(),
        server.saturated(),
        new Connections(server.localActive(), server.active()),
        new Connections(server.localInactive(), server.inactive()),
        standing.source().name().toLowerCase(Locale.ROOT),
        standing.version(),
        draining == null
            ? null
            : new ServiceStatus.Drain(draining.forMillis(), draining.remainingMillis()));
  }
}
