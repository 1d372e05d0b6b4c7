package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.map.IMap;
import dev.lblc.scheduler.DestinationTable;
import dev.lblc.scheduler.LocalityBased;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Servers;
import dev.lblc.scheduler.Strategy;
import dev.lblc.scheduler.TableReplica;
import dev.lblc.testing.Eventually;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A table whose map does not answer, or does not take anything: what stays behind on the node. */
final class SharedTableTest {
  private static final int HARD_LIMIT = 100;
  private static final SchedulerOptions OPTIONS = new SchedulerOptions(
      Duration.ofSeconds(1),
      HARD_LIMIT,
      HARD_LIMIT,
      SchedulerOptions.Ties.SPREAD,
      Duration.ofSeconds(60),
      SchedulerOptions.EntryCounter.EXACT);

  private final ScheduledExecutorService executor = new ScheduledThreadPoolExecutor(1);
  private final Servers servers = new Servers();
  private final AtomicLong nowMillis = new AtomicLong();
  private final Strategy lblc = new LocalityBased(
      new Strategy.Context(servers, () -> OPTIONS, nowMillis::get, true, Random::new));
  private final DestinationTable destinations = Objects.requireNonNull(lblc.table());
  private final Degradation degradation = new Degradation();
  private final AtomicInteger sent = new AtomicInteger();
  private volatile int sizeOfMap;

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  @Test
  void map_thatDoesNotAnswer_leavesABacklogNoLargerThanTheTable() throws Exception {
    SharedTable table = join(new CompletableFuture<>());
    for (int round = 0; round < 50; round++) {
      for (int i = 0; i < HARD_LIMIT; i++) {
        lblc.choose("/" + round + "/" + i);
      }
      assertThat(destinations.size()).isEqualTo(HARD_LIMIT);
      nowMillis.addAndGet(1_000);
      onExecutor(() -> table.sweep(false));
      assertThat(destinations.size()).isZero();
    }
    Eventually.holds("something was sent", () -> sent.get() > 0);
    assertThat(table.state().backlog()).isLessThanOrEqualTo(HARD_LIMIT);
    table.leave();
  }

  @Test
  void map_thatRefuses_keepsADecisionForLater() throws Exception {
    SharedTable table = join(CompletableFuture.failedFuture(new IllegalStateException("away")));
    lblc.choose("/a");
    Eventually.holds("it is sent again", () -> sent.get() >= 2);
    assertThat(degradation.parts()).isEqualTo(Set.of("table images"));
    assertThat(destinations.size()).isEqualTo(1);
    table.leave();
  }

  @Test
  void map_thatIsFull_makesTheNodeForget() throws Exception {
    sizeOfMap = HARD_LIMIT;
    SharedTable table = join(new CompletableFuture<>());
    for (int i = 0; i < HARD_LIMIT; i++) {
      lblc.choose("/" + i);
    }
    Eventually.holds(
        "nothing is remembered that the others will not know", () -> destinations.size() == 0);
    assertThat(sent).hasValue(0);
    assertThat(table.state().backlog()).isZero();
    table.leave();
  }

  private SharedTable join(CompletableFuture<HomeRecord> answer) throws Exception {
    servers.add(new ServerSpec("s1", "192.0.2.1", 80, 1, 0, 0));
    SharedTable table = new SharedTable(
        "images",
        map(answer),
        List.of("any"),
        new TableReplica(destinations, servers),
        () -> OPTIONS,
        new ClusterTime(nowMillis::get, nowMillis::get),
        executor,
        degradation);
    onExecutor(table::join);
    return table;
  }

  @SuppressWarnings("unchecked")
  private IMap<String, HomeRecord> map(CompletableFuture<HomeRecord> answer) {
    return (IMap<String, HomeRecord>) Proxy.newProxyInstance(
        IMap.class.getClassLoader(),
        new Class<?>[] {IMap.class},
        (map, method, arguments) -> switch (method.getName()) {
          case "addEntryListener" -> new UUID(1, 1);
          case "removeEntryListener" -> true;
          case "entrySet" -> Set.of();
          case "size" -> sizeOfMap;
          case "submitToKey" -> {
            sent.incrementAndGet();
            yield answer;
          }
          default -> throw new UnsupportedOperationException(method.getName());
        });
  }

  private void onExecutor(Runnable task) throws Exception {
    executor.submit(task).get(20, TimeUnit.SECONDS);
  }
}
