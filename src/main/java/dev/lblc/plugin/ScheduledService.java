package dev.lblc.plugin;

import dev.lblc.config.DiscoveryConfig;
import dev.lblc.config.QueueConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.discovery.Discovery;
import dev.lblc.discovery.Names;
import dev.lblc.health.HealthState;
import dev.lblc.health.HealthTime;
import dev.lblc.health.ServerHealth;
import dev.lblc.scheduler.Choice;
import dev.lblc.scheduler.Clock;
import dev.lblc.scheduler.Demand;
import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.ExpiryCheck;
import dev.lblc.scheduler.Facts;
import dev.lblc.scheduler.Membership;
import dev.lblc.scheduler.PeriodicTimer;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerState;
import dev.lblc.scheduler.Service;
import dev.lblc.scheduler.Strategy;
import dev.lblc.tls.UpstreamTls;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.endpoint.LoadBalancer;
import io.vertx.httpproxy.OriginRequestProvider;
import io.vertx.httpproxy.ProxyContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One service at work: its {@link Service scheduling}, its {@link ServerWatch health} and its public face, put together.
 *
 * <p>A request passes through {@link #acquire}: the strategy chooses, the server's connection is counted, the lease goes
 * out; {@link ServerLease#close} comes back to {@link #release}.
 */
final class ScheduledService implements LblcService, ServerPool, LeaseOwner {
  private final Vertx vertx;
  private final String name;
  private final Service service;
  private final Clock clock;
  private final HealthTime healthTime;
  private final Supplier<? extends RandomGenerator> random;
  private final PeriodicTimer timer;
  private final boolean clustered;
  private volatile ServiceConfig config;

  /** The options of its own that the current strategy sees; replaced with the strategy. */
  private volatile AtomicReference<Object> ownOptions;

  private final Names names;
  private final NameWatch named;
  private volatile ServerWatch watch;
  private @Nullable UpstreamTls checksTls; // guarded by this
  private @Nullable Discovery discovery; // guarded by this
  private Runnable stopExpiry = () -> {}; // guarded by this

  /** Null: there never was one. Where the configuration has none any more some may still wait. */
  private volatile @Nullable ServiceQueue queue;

  private final LongAdder doubleReleases = new LongAdder();

  /** Runs before each decision. */
  private volatile Runnable beforeDecision = () -> {};

  /**
   * Starts scheduling: health checks and expiry run from now on until {@link #stop}.
   *
   * @param tls for the checks; null: they have none of the service
   */
  ScheduledService(
      Vertx vertx,
      ServiceConfig config,
      @Nullable UpstreamTls tls,
      Strategy.Factory factory,
      Clock clock,
      HealthTime healthTime,
      Supplier<? extends RandomGenerator> random,
      PeriodicTimer timer,
      boolean clustered) {
    this.vertx = vertx;
    this.name = config.name();
    this.config = config;
    this.clock = clock;
    this.healthTime = healthTime;
    this.random = random;
    this.timer = timer;
    this.clustered = clustered;
    this.checksTls = tls;
    AtomicReference<Object> own = new AtomicReference<>(config.strategyOptions().value());
    ownOptions = own;
    service = new Service(
        config.name(),
        context -> factory.create(context.withOwnOptions(own::get)),
        config.options(),
        clock,
        clustered,
        random);
    names = Names.of(vertx);
    named = NameWatch.start(names, service.servers());
    watch = watching(config, tls);
    service.membership().configure(config.servers());
    discovery = discover(config.discovery());
    startExpiry();
    configureQueue(config.queue());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Lease acquire(@Nullable String destination, Set<String> except, Facts facts) {
    beforeDecision.run();
    Choice choice = service.acquire(destination, except, facts);
    Server server = choice.server();
    if (server == null) {
      throw new NoServerException(name());
    }
    return new ServerLease(this, server, choice.reason());
  }

  @Override
  public Turn acquireInTurn(@Nullable String destination, Set<String> except, Facts facts) {
    ServiceQueue line = openQueue();
    if (line != null) {
      return line.enter(destination, except, facts);
    }
    try {
      return NoWait.of(acquire(destination, except, facts));
    } catch (NoServerException e) {
      return NoWait.refused(e);
    }
  }

  @Override
  public boolean hasQueue() {
    return openQueue() != null;
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

  @Override
  public @Nullable Server choose(@Nullable String destination, Set<String> unreachable) {
    beforeDecision.run();
    return service.choose(destination, unreachable).server();
  }

  @Override
  public Lease lease(Server server) {
    service.bind(server);
    return new ServerLease(this, server, Reason.HIT);
  }

  @Override
  public List<Server> servers() {
    return service.servers().list();
  }

  @Override
  public ServiceStatus status() {
    ServiceQueue line = openQueue();
    return new ServiceStatus(
        name(),
        config.strategy(),
        ServiceViews.servers(service, this::state),
        service.decisions(),
        service.destinations(),
        service.replaced(),
        service.refused(),
        doubleReleases.sum(),
        line == null ? null : line.status());
  }

  @Override
  public Map<Reason, Long> decisions() {
    return service.decisions();
  }

  @Override
  public Demand demand(int limit) {
    return service.demand(limit);
  }

  @Override
  public Explanation explain(@Nullable String destination) {
    return ServiceViews.explanation(service, config.strategy(), destination, this::state);
  }

  @Override
  public List<DestinationStatus> destinations(int limit, @Nullable String after) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: 1 or more)");
    }
    return service.rows(limit, after).stream()
        .map(row -> ServiceViews.destination(service, row))
        .toList();
  }

  @Override
  public @Nullable DestinationStatus destination(String destination) {
    DestinationTable.Row row = service.row(destination);
    return row == null ? null : ServiceViews.destination(service, row);
  }

  @Override
  public Future<Void> edit(ServerEdit edit, @Nullable String version) {
    return onCaller(service.membership().edit(edit, version));
  }

  @Override
  public Future<Void> undoEdits(String server, @Nullable String version) {
    return onCaller(service.membership().undo(server, version));
  }

  @Override
  public Future<Boolean> forget(String destination) {
    return onCaller(service.forget(destination));
  }

  @Override
  public Future<Integer> forgetAll(String prefix) {
    return onCaller(service.forgetAll(prefix));
  }

  /** Returns the scheduling, which other nodes share a part of. */
  Service scheduling() {
    return service;
  }

  /** Runs a check before each decision from now on. */
  void beforeDecision(Runnable check) {
    beforeDecision = check;
  }

  /** Returns the time after which a lease held over the event bus and not renewed is released. */
  Duration leaseTimeout() {
    return config.leaseTimeout();
  }

  @Override
  public void release(Server server) {
    service.release(server);
    serveQueue();
  }

  @Override
  public void deactivate(Server server) {
    service.deactivate(server);
    serveQueue();
  }

  @Override
  public void releaseInactive(Server server) {
    service.releaseInactive(server);
  }

  @Override
  public void releasedAgain() {
    doubleReleases.increment();
  }

  @Override
  public void learn(String destination, Server home) {
    service.learn(destination, home);
  }

  @Override
  public ServerHealth health(Server server) {
    return watch.of(server);
  }

  /** Returns whether another configuration asks for another strategy. */
  boolean needsOtherStrategy(ServiceConfig next) {
    return !next.strategy().equals(config.strategy());
  }

  /**
   * Applies another configuration while requests go on.
   *
   * @param tls for the checks; null: they have none of the service
   * @param strategy prepared for this service; null: it keeps its own
   */
  synchronized void update(
      ServiceConfig next,
      @Nullable UpstreamTls tls,
      @Nullable Strategy strategy,
      AtomicReference<Object> own) {
    ServiceConfig before = config;
    config = next;
    service.options(next.options());
    if (strategy == null) {
      ownOptions.set(next.strategyOptions().value());
    } else {
      ownOptions = own;
      service.use(strategy);
    }
    if (!Objects.equals(next.health(), before.health()) || !Objects.equals(tls, checksTls)) {
      watch.stop();
      watch = watching(next, tls);
      checksTls = tls;
    }
    service.membership().configure(next.servers());
    configureQueue(next.queue());
    if (!Objects.equals(next.discovery(), before.discovery())) {
      discoverAnew(next.discovery());
    }
    boolean hasOtherInterval =
        !next.options().checkInterval().equals(before.options().checkInterval());
    if (strategy != null || hasOtherInterval) {
      stopExpiry.run();
      startExpiry();
    }
  }

  /** Returns the TLS of its checks; null: they have none of the service. */
  synchronized @Nullable UpstreamTls checksTls() {
    return checksTls;
  }

  /** Returns whether it runs with this configuration. */
  boolean isConfiguredAs(ServiceConfig other) {
    return other.equals(config);
  }

  private synchronized void stop() {
    beforeDecision = () -> {};
    watch.stop();
    named.stop();
    if (discovery != null) {
      discovery.close();
      discovery = null;
    }
    stopExpiry.run();
  }

  /** Ends the service: it has no server from now on; leases that are still out may be closed later. */
  void remove() {
    service.membership().close();
    end();
  }

  /** Ends all that runs, and refuses those who wait; leases that are still out may be closed later. */
  void end() {
    stop();
    ServiceQueue line = queue;
    if (line != null) {
      line.close();
    }
  }

  /** Returns the queue that takes who comes; null: there is none. */
  private @Nullable ServiceQueue openQueue() {
    return config.queue() == null ? null : queue;
  }

  /** Where there is none any more, who waits already is served, or leaves in time; with one again, before all who come. */
  private void configureQueue(@Nullable QueueConfig wanted) {
    ServiceQueue line = queue;
    if (wanted == null) {
      return;
    }
    if (line == null) {
      queue = new ServiceQueue(service, wanted, clock, timer, random, this::acquire);
    } else {
      line.configure(wanted);
    }
  }

  private void serveQueue() {
    ServiceQueue line = queue;
    if (line != null) {
      line.serve();
    }
  }

  /** Hands an outcome on: at once if there is one, else on the caller's context. */
  private <T extends @Nullable Object> Future<T> onCaller(CompletableFuture<T> outcome) {
    Context caller = vertx.getOrCreateContext();
    Promise<T> done = Promise.promise();
    CompletableFuture<?> unused = outcome.whenComplete((made, failure) -> {
      if (failure == null) {
        done.complete(made);
      } else {
        done.fail(failure instanceof CompletionException ? failure.getCause() : failure);
      }
    });
    if (done.future().isComplete()) { // no other node is asked
      return done.future();
    }
    Promise<T> onCaller = Promise.promise();
    done.future().onComplete(result -> caller.runOnContext(v -> onCaller.handle(result)));
    return onCaller.future();
  }

  /** Returns what is shown as the state of a server: to be drained goes before how it is. Null for one that is gone. */
  private @Nullable HealthState state(Server server, Membership.@Nullable Draining draining) {
    return draining == null
        ? watch.state(server)
        : new HealthState(
            ServerState.DRAINING,
            "drained by an edit",
            healthTime.epochMillis().getAsLong() - draining.forMillis());
  }

  private ServerWatch watching(ServiceConfig by, @Nullable UpstreamTls tls) {
    return ServerWatch.start(
        vertx, name, by.health(), tls, healthTime, random.get(), service.servers());
  }

  /** Completes once the addresses of all servers, and the servers that discovery finds, have been asked for once. */
  synchronized Future<Void> asked() {
    Future<Void> found = discovery == null ? Future.succeededFuture() : discovery.answered();
    return Future.join(found, named.asked()).mapEmpty();
  }

  /** Servers found before stay until there is an answer to the new question. */
  private void discoverAnew(@Nullable DiscoveryConfig wanted) {
    if (discovery != null) {
      discovery.close();
    }
    discovery = discover(wanted);
    if (wanted == null) {
      service.membership().discovered(List.of());
    }
  }

  private @Nullable Discovery discover(@Nullable DiscoveryConfig wanted) {
    return wanted == null ? null : names.discover(name, wanted, service.membership()::discovered);
  }

  /** In a cluster entries expire on all nodes at once. */
  private void startExpiry() {
    DestinationTable table = service.table();
    stopExpiry = table == null || clustered
        ? () -> {}
        : new ExpiryCheck(table, service::options, clock).start(timer);
  }
}
