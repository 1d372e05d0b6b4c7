package dev.lblc.plugin;

import dev.lblc.cluster.Cluster;
import dev.lblc.config.ServiceConfig;
import dev.lblc.health.ServerHealth;
import dev.lblc.health.ServiceHealth;
import dev.lblc.scheduler.Choice;
import dev.lblc.scheduler.Clock;
import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.ExpiryCheck;
import dev.lblc.scheduler.PeriodicTimer;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Servers;
import dev.lblc.scheduler.Strategy;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.endpoint.LoadBalancer;
import io.vertx.httpproxy.OriginRequestProvider;
import io.vertx.httpproxy.ProxyContext;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One service at work: its servers, its strategy, its health and its counters, put together.
 *
 * <p>A request passes through {@link #acquire}: the strategy chooses, the server's connection is counted, the lease goes
 * out; {@link ServerLease#close} comes back to {@link #release}.
 */
final class ScheduledService implements LblcService {
  private final Vertx vertx;
  private final ServiceConfig config;
  private final Servers servers = new Servers();
  private final Clock clock;
  private final Strategy strategy;
  private final ServiceHealth health;
  private final Runnable stopExpiry;
  private final Map<Reason, LongAdder> decisions = new EnumMap<>(Reason.class);
  private final LongAdder doubleReleases = new LongAdder();
  private volatile @Nullable Cluster cluster;

  /** Starts scheduling: health checks and expiry run from now on until {@link #stop}. */
  ScheduledService(
      Vertx vertx,
      ServiceConfig config,
      Strategy.Factory factory,
      Clock clock,
      Supplier<? extends RandomGenerator> random,
      PeriodicTimer timer,
      boolean clustered) {
    this.vertx = vertx;
    this.config = config;
    this.clock = clock;
    for (Reason reason : Reason.values()) {
      decisions.put(reason, new LongAdder());
    }
    strategy =
        factory.create(new Strategy.Context(servers, config::options, clock, clustered, random));
    health = ServiceHealth.start(vertx, name(), config.health(), this::healthChanged);
    servers.listen(new Servers.Listener() {
      @Override
      public void adding(ServerSpec server) {
        health.add(server);
      }

      @Override
      public void removed(String id) {
        health.remove(id);
      }
    });
    config.servers().forEach(servers::add);
    DestinationTable table = strategy.table();
    stopExpiry = table == null || clustered // there, entries expire on all nodes at once
        ? () -> {}
        : new ExpiryCheck(table, config::options, clock).start(timer);
  }

  @Override
  public String name() {
    return config.name();
  }

  @Override
  public Lease acquire(@Nullable String destination, Set<String> except) {
    beforeDecision();
    Choice choice = counted(
        except.isEmpty()
            ? strategy.choose(DestinationKey.of(destination))
            : strategy.chooseOther(except));
    Server server = choice.server();
    if (server == null) {
      throw new NoServerException(name());
    }
    servers.bind(server);
    return new ServerLease(this, server, choice.reason());
  }

  @Override
  public LoadBalancer loadBalancer() {
    return new ServiceLoadBalancer(this);
  }

  @Override
  public OriginRequestProvider originRequestProvider(
      Function<ProxyContext, @Nullable String> destination) {
    return LeasedOrigin.of(vertx, this, destination);
  }

  /** A decision for somebody who cannot reach all servers; nothing is counted but its reason. */
  @Nullable
  Server choose(@Nullable String destination, Set<String> unreachable) {
    beforeDecision();
    return counted(strategy.choose(DestinationKey.of(destination), unreachable)).server();
  }

  /** Counts a connection to a server that was chosen before. */
  ServerLease lease(Server server) {
    servers.bind(server);
    return new ServerLease(this, server, Reason.HIT);
  }

  List<Server> servers() {
    return servers.list();
  }

  /** The server at an address; null: the service has none there. */
  @Nullable
  Server at(SocketAddress address) {
    for (Server server : servers.list()) {
      if (isAt(server, address)) {
        return server;
      }
    }
    return null;
  }

  static boolean isAt(Server server, SocketAddress address) {
    return server.port() == address.port()
        && (server.host().equals(address.host()) || server.host().equals(address.hostAddress()));
  }

  @Override
  public ServiceStatus status() {
    DestinationTable table = strategy.table();
    Map<Reason, Long> counts = new EnumMap<>(Reason.class);
    decisions.forEach((reason, counter) -> counts.put(reason, counter.sum()));
    return new ServiceStatus(
        name(),
        config.strategy(),
        serverStatus(),
        counts,
        table == null ? 0 : table.size(),
        doubleReleases.sum());
  }

  @Override
  public Explanation explain(@Nullable String destination) {
    Choice choice = strategy.explain(DestinationKey.of(destination));
    Server server = choice.server();
    DestinationStatus entry = destination == null ? null : destination(destination);
    List<String> homes = entry == null ? List.of() : entry.homes();
    String id = server == null ? null : server.id();
    return new Explanation(
        name(),
        config.strategy(),
        destination,
        id,
        choice.reason(),
        homes,
        Explanations.text(choice.reason(), id, homes),
        serverStatus());
  }

  @Override
  public List<DestinationStatus> destinations(int limit, @Nullable String after) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: 1 or more)");
    }
    DestinationTable table = strategy.table();
    return table == null
        ? List.of()
        : table.page(limit, after).stream().map(this::status).toList();
  }

  @Override
  public @Nullable DestinationStatus destination(String destination) {
    DestinationTable table = strategy.table();
    DestinationTable.Row row =
        table == null ? null : table.row(String.valueOf(DestinationKey.of(destination)));
    return row == null ? null : status(row);
  }

  @Override
  public Future<Void> edit(ServerEdit edit) {
    Cluster joined = cluster;
    if (joined == null) {
      return Future.future(done -> {
        servers.edit(edit);
        done.complete();
      });
    }
    Context caller = vertx.getOrCreateContext();
    Promise<Void> done = Promise.promise();
    joined.edit(name(), edit).onComplete(result -> caller.runOnContext(v -> done.handle(result)));
    return done.future();
  }

  /** Shares edits with other nodes from now on. */
  void joined(Cluster cluster) {
    this.cluster = cluster;
  }

  /** What other nodes share of it. */
  Cluster.SharedService shared() {
    return new Cluster.SharedService(name(), servers, strategy.table(), config::options);
  }

  /** After which a lease held over the event bus and not renewed is released. */
  Duration leaseTimeout() {
    return config.leaseTimeout();
  }

  void release(Server server) {
    servers.unbindActive(server);
  }

  void deactivate(Server server) {
    servers.deactivate(server);
  }

  void releaseInactive(Server server) {
    servers.unbindInactive(server);
  }

  void releasedAgain() {
    doubleReleases.increment();
  }

  ServerHealth health(Server server) {
    return health.server(server.id());
  }

  /** Ends health checks and expiry; leases that are still out may be closed later. */
  void stop() {
    cluster = null;
    health.stop();
    stopExpiry.run();
  }

  private void beforeDecision() {
    Cluster joined = cluster;
    if (joined != null) {
      joined.beforeDecision();
    }
  }

  private Choice counted(Choice choice) {
    counter(choice.reason()).increment();
    return choice;
  }

  private void healthChanged(String id, boolean available) {
    Server server = servers.find(id);
    if (server != null) {
      servers.setHealthy(server, available);
    }
  }

  private LongAdder counter(Reason reason) {
    return Objects.requireNonNull(decisions.get(reason));
  }

  private DestinationStatus status(DestinationTable.Row row) {
    return new DestinationStatus(
        row.destination(), row.homes(), Math.max(0, clock.millis() - row.lastUseMillis()));
  }

  private List<ServiceStatus.ServerStatus> serverStatus() {
    return servers.list().stream().map(ScheduledService::status).toList();
  }

  private static ServiceStatus.ServerStatus status(Server server) {
    return new ServiceStatus.ServerStatus(
        server.id(),
        server.host(),
        server.port(),
        server.weight(),
        server.upper(),
        server.lower(),
        server.available(),
        server.saturated(),
        new ServiceStatus.Connections(server.localActive(), server.active()),
        new ServiceStatus.Connections(server.localInactive(), server.inactive()));
  }
}
