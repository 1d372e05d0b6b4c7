package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.LocalityBased;
import dev.lblc.scheduler.Placement;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Servers;
import dev.lblc.scheduler.Strategy;
import dev.lblc.scheduler.TableReplica;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of what fails on the way, and of what is still on it when the node leaves. */
final class TablePublisherTest {
  private static final Placement KNOWN = new Placement("/known", List.of("s1"), 1, 0);

  private final FakeExecutor executor = new FakeExecutor();
  private final FakeMap map = new FakeMap();
  private final Servers servers = new Servers();
  private final Strategy lblc = new LocalityBased(new Strategy.Context(
      servers, () -> SchedulerOptions.DEFAULTS, executor::nowMillis, true, Random::new));
  private final DestinationTable table = Objects.requireNonNull(lblc.table());
  private final TableReplica replica = new TableReplica(table, servers);
  private final TaskLog log = new TaskLog();

  @BeforeEach
  void fill() {
    servers.add(new ServerSpec("s1", "192.0.2.1", 80, 1, 0, 0));
    replica.adopt(KNOWN, SchedulerOptions.DEFAULTS);
    lblc.choose("/new");
  }

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void flush_thatFails_isToldOf() {
    TablePublisher writes = writes(
        () -> {
          throw new IllegalStateException("no options");
        },
        (destination, record) -> {});
    writes.decided("/new");
    executor.runFor(0);
    assertThat(log.failures()).containsExactly("no options");
  }

  @Test
  void answer_thatIsNotTaken_isToldOf() {
    TablePublisher writes = writes(() -> SchedulerOptions.DEFAULTS, (destination, record) -> {
      throw new IllegalStateException("no " + destination);
    });
    writes.decided(KNOWN.destination());
    executor.runFor(0);
    assertThat(log.failures()).containsExactly("no /known");
    assertThat(writes.size()).isZero();
  }

  @Test
  void stop_beforeAQueuedFlush_sendsAndCountsNothing() {
    TablePublisher writes = writes(() -> SchedulerOptions.DEFAULTS, (destination, record) -> {});
    writes.decided("/new");
    writes.decided(KNOWN.destination());
    writes.stop();
    executor.runFor(0);
    assertThat(log.failures()).isEmpty();
    assertThat(map.calls).hasValue(0);
  }

  @Test
  void stop_beforeADecision_takesNoMore() {
    TablePublisher writes = writes(() -> SchedulerOptions.DEFAULTS, (destination, record) -> {});
    writes.stop();
    writes.decided(KNOWN.destination());
    writes.republish(KNOWN.destination());
    writes.contest(KNOWN);
    assertThat(writes.size()).isZero();
    executor.runFor(0);
    assertThat(map.calls).hasValue(0);
  }

  private TablePublisher writes(
      Supplier<SchedulerOptions> options, BiConsumer<String, HomeRecord> answers) {
    return new TablePublisher(
        "table images",
        map.proxy(),
        replica,
        options,
        new NodeContext(
            "node",
            1,
            new ClusterTime(executor::nowMillis, executor::nowMillis),
            new ClusterThread(executor),
            new Degradation()),
        TablePublisher.newCounter(),
        answers);
  }
}
