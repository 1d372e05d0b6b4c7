package dev.lblc.config;

import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.SchedulerOptions.EntryCounter;
import dev.lblc.scheduler.SchedulerOptions.Ties;
import dev.lblc.scheduler.SchedulerOptions.WhenFull;
import dev.lblc.scheduler.ServerSpec;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The reader of {@code services}. */
final class ServiceReader {
  /** One and a half times this still fits in an int. */
  private static final int MOST_ENTRIES = 1_000_000_000;

  private static final int MOST_CONNECTIONS = 1_000_000;
  private static final int MOST_WAITING = 1_000_000;
  private static final Duration QUEUE_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration HOME_WAIT = Duration.ofMillis(100);
  private static final Duration LEASE_TIMEOUT = Duration.ofMinutes(10);
  private static final Duration YEAR = Duration.ofDays(365);

  private final StrategyCatalog strategies;
  private final Syntax<String> strategy;

  /** The content of {@code options}. */
  private record Options(SchedulerOptions common, StrategyOptions own) {}

  ServiceReader(StrategyCatalog strategies) {
    this.strategies = strategies;
    this.strategy = NameSyntax.oneOf(new TreeSet<>(strategies.names()));
  }

  ServiceConfig read(String name, Cursor service) {
    return service.object(Keys.SERVICE, keys -> {
      ProxyVersion proxyProtocol =
          keys.optional("proxyProtocol").text(NameSyntax.constant(ProxyVersion.class));
      String named = keys.required("strategy").text(strategy);
      Options options = options(keys.optional("options"), named);
      Cursor discovery = keys.optional("discovery");
      Cursor tls = keys.optional("tls");
      ServerHttp http = keys.optional("http").text(ServerHttp.SYNTAX, ServerHttp.HTTP_1_1);
      return new ServiceConfig(
          name,
          named == null ? "" : named,
          options.common,
          options.own,
          servers(discovery.isPresent() ? keys.optional("servers") : keys.required("servers")),
          queue(keys.optional("queue")),
          DnsReader.discovery(discovery),
          keys.optional("leaseTimeout").duration(LEASE_TIMEOUT, Duration.ofSeconds(1), YEAR),
          proxyProtocol,
          http,
          pool(keys.optional("pool"), http),
          UpstreamTlsReader.read(tls),
          HealthReader.read(
              keys.optional("health"),
              proxyProtocol != null,
              tls.isPresent(),
              http == ServerHttp.HTTP_2));
    });
  }

  /** Reads the options; {@code strategy} is null if it is not known: then all keys of its own are accepted. */
  private Options options(Cursor options, @Nullable String strategy) {
    return options.object(Keys.OPEN, keys -> {
      SchedulerOptions common = common(keys);
      if (strategy == null) {
        keys.acceptOthers();
        return new Options(common, StrategyOptions.NONE);
      }
      StrategyOptionReader own = new StrategyOptionReader(keys);
      Object value = strategies.readOptions(strategy, own);
      return new Options(
          common,
          new StrategyOptions(
              value, own.read(), TemplateSyntax.templates(strategies.facts(strategy, value))));
    });
  }

  private static SchedulerOptions common(ObjectReader keys) {
    SchedulerOptions defaults = SchedulerOptions.DEFAULTS;
    Duration expiration =
        keys.optional("expiration").duration(defaults.expiration(), Duration.ZERO, YEAR);
    Cursor entries = keys.optional("maxEntries");
    int maxEntries = entries.integer(defaults.maxEntries(), 1, MOST_ENTRIES);
    // The kernel's ratio, which gives the default of 150,000, too.
    int hardLimitDefault = maxEntries + maxEntries / 2;
    Cursor hardLimit = keys.optional("hardLimit");
    int limit = hardLimit.integer(hardLimitDefault, 1, Integer.MAX_VALUE);
    if (limit < maxEntries && !entries.hasFailed()) {
      hardLimit.fail("at least maxEntries, which is " + maxEntries);
    }
    return new SchedulerOptions(
        expiration,
        maxEntries,
        Math.max(limit, maxEntries),
        keys.optional("ties").text(NameSyntax.constant(Ties.class), defaults.ties()),
        keys.optional("checkInterval")
            .duration(defaults.checkInterval(), Duration.ofMillis(1), Duration.ofHours(24)),
        keys.optional("entryCounter")
            .text(NameSyntax.constant(EntryCounter.class), defaults.entryCounter()),
        keys.optional("whenFull").text(NameSyntax.constant(WhenFull.class), defaults.whenFull()));
  }

  private static PoolConfig pool(Cursor pool, ServerHttp http) {
    PoolConfig defaults = PoolConfig.DEFAULTS;
    return pool.object(Keys.POOL, keys -> {
      Cursor maxIdle = keys.optional("maxIdle");
      if (maxIdle.isPresent() && http == ServerHttp.HTTP_2) {
        maxIdle.warn("does nothing: with \"http\": \"2\" requests share connections");
      }
      return new PoolConfig(
          keys.optional("idle")
              .duration(defaults.idle(), RouteReader.SHORTEST, RouteReader.LONGEST),
          maxIdle.integer(defaults.maxIdle(), 0, MOST_CONNECTIONS),
          keys.optional("maxConnections").integer(defaults.maxConnections(), 0, MOST_CONNECTIONS),
          keys.optional("maxAge").duration(defaults.maxAge(), RouteReader.SHORTEST, YEAR));
    });
  }

  /** Returns null if there is none. */
  private static @Nullable QueueConfig queue(Cursor queue) {
    return queue.isPresent()
        ? queue.object(
            Keys.QUEUE,
            keys -> new QueueConfig(
                keys.required("length").integer(1, 1, MOST_WAITING),
                keys.optional("timeout")
                    .duration(QUEUE_TIMEOUT, Duration.ofMillis(1), Duration.ofHours(1)),
                keys.optional("homeWait").duration(HOME_WAIT, Duration.ZERO, Duration.ofHours(1))))
        : null;
  }

  private static List<ServerSpec> servers(Cursor servers) {
    UniqueNames ids = new UniqueNames();
    return List.copyOf(servers.list(0, server -> server(server, ids)));
  }

  /** Reads one server; ids are checked against those read before. */
  static ServerSpec server(Cursor server, UniqueNames ids) {
    return server.object(Keys.SERVER, keys -> {
      Cursor id = keys.required("id");
      String given = id.text(NameSyntax.NAME);
      ids.add(id, given);
      String host = keys.required("host").text(NetSyntax.HOST, "0.0.0.0");
      int port = keys.required("port").integer(1, 1, 65_535);
      int weight =
          keys.optional("weight").integer(ServerSpec.DEFAULT_WEIGHT, 0, ServerSpec.MAX_WEIGHT);
      int upper = keys.optional("upper").integer(0, 0, Integer.MAX_VALUE);
      Cursor lower = keys.optional("lower");
      int low = lower.integer(0, 0, Integer.MAX_VALUE);
      if (upper != 0 && low > upper) {
        lower.fail("at most upper, which is " + upper);
      }
      int max = keys.optional("max").integer(0, 0, ServerSpec.MAX_WEIGHT);
      return new ServerSpec(given == null ? "?" : given, host, port, weight, upper, low, max);
    });
  }
}
