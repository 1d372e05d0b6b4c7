package dev.lblc.scheduler;

import dev.lblc.scheduler.SchedulerOptions.EntryCounter;
import dev.lblc.scheduler.SchedulerOptions.Ties;
import dev.lblc.scheduler.SchedulerOptions.WhenFull;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A service under test: servers, options that can be changed, and a clock that stands still until it is moved. */
final class TestService {
  final Servers servers = new Servers();
  SchedulerOptions options = SchedulerOptions.DEFAULTS;
  volatile long nowMillis;
  private final Random random = new Random(1);

  TestService with(String... ids) {
    for (String id : ids) {
      add(id, 100);
    }
    return this;
  }

  TestService options(Ties ties, int maxEntries, int hardLimit) {
    options = new SchedulerOptions(
        Duration.ofHours(24),
        maxEntries,
        hardLimit,
        ties,
        Duration.ofSeconds(60),
        EntryCounter.EXACT);
    return this;
  }

  TestService whenFull(WhenFull whenFull) {
    options = options.withWhenFull(whenFull);
    return this;
  }

  Server add(String id, int weight) {
    return servers.add(new ServerSpec(id, "192.0.2.1", 80, weight, 0, 0));
  }

  Server server(String id) {
    return Objects.requireNonNull(servers.find(id));
  }

  /** Binds so many connections to a server. */
  TestService load(String id, int connections) {
    for (int i = 0; i < connections; i++) {
      servers.bind(server(id));
    }
    return this;
  }

  Strategy strategy(Strategy.Factory factory) {
    return factory.create(
        new Strategy.Context(servers, () -> options, () -> nowMillis, false, () -> random));
  }

  static @Nullable String id(Choice choice) {
    Server server = choice.server();
    return server == null ? null : server.id();
  }
}
