package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.scheduler.Servers;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a node tells its connections, with the time of seconds passing at once. */
final class SharedCountsTest {
  private static final long INTERVAL_MILLIS = 10;

  private final FakeExecutor executor = new FakeExecutor();
  private final List<Long> toldMillis = new ArrayList<>();
  private final List<CountReport> told = new ArrayList<>();

  @ParameterizedTest
  @CsvSource({"3000, 1000", "300, 100", "30, 10", "15, 10"})
  void nodeAtRest_tellsAllSoOftenThatNobodyTakesItForSilent(long peerTimeout, long every) {
    ClusterTime time = new ClusterTime(executor::nowMillis, executor::nowMillis);
    SharedCounts counts = new SharedCounts(
        "lblc.counts",
        peerTimeout,
        new NodeContext("n", 1, time, new ClusterThread(executor), new Degradation()),
        Map::of,
        new PeerCounts(Map::of),
        eventBus(),
        Future::succeededFuture,
        Map::of,
        Map::of,
        hints -> {},
        () -> {});
    for (long now = 0; now < 5_000; now += INTERVAL_MILLIS) {
      counts.tick();
      executor.runFor(INTERVAL_MILLIS);
    }
    List<Long> expected = new ArrayList<>();
    for (long due = 0; due < 5_000; due += every) {
      expected.add(due);
    }
    assertThat(toldMillis).isEqualTo(expected);
  }

  @Test
  void whoWaits_isToldWithTheCounts_andReadByOthers() {
    Servers servers = new Servers();
    ClusterTime time = new ClusterTime(executor::nowMillis, executor::nowMillis);
    SharedCounts counts = new SharedCounts(
        "lblc.counts",
        3_000,
        new NodeContext("n", 1, time, new ClusterThread(executor), new Degradation()),
        () -> Map.of("images", servers),
        new PeerCounts(Map::of),
        eventBus(),
        Future::succeededFuture,
        Map::of,
        Map::of,
        hints -> {},
        () -> {});
    Servers elsewhere = new Servers();
    PeerCounts peers = new PeerCounts(() -> Map.of("images", elsewhere));
    for (int waiting : new int[] {3, 5, 0, 2}) {
      servers.setWaiting(waiting);
      executor.runFor(1_000);
      counts.tick();
      Buffer written = Buffer.buffer();
      told.get(told.size() - 1).writeTo(written);
      peers.received(CountReport.readFrom(written, 0), 0);
      assertThat(elsewhere.peersWaiting()).isEqualTo(waiting);
    }
  }

  private EventBus eventBus() {
    return (EventBus) Proxy.newProxyInstance(
        EventBus.class.getClassLoader(), new Class<?>[] {EventBus.class}, (bus, method, sent) -> {
          assertThat(((CountReport) sent[1]).changes()).isNull();
          toldMillis.add(executor.nowMillis());
          told.add((CountReport) sent[1]);
          return bus;
        });
  }
}
