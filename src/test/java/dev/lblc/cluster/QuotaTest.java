package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.cluster.Quota.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class QuotaTest {
  private long nowMillis;
  private int held;
  private int counts;
  private @Nullable RuntimeException away;
  private final List<@Nullable Throwable> told = new ArrayList<>();

  @Test
  void take_nothingKnown_countsFirstThenLetsAShareGo() {
    Queue<Runnable> later = new ArrayDeque<>();
    Quota quota = quota(later);
    assertThat(quota.take(3_200)).isEqualTo(Verdict.UNKNOWN);
    assertThat(quota.take(3_200)).isEqualTo(Verdict.UNKNOWN);
    run(later);
    assertThat(told).hasSize(1).containsOnlyNulls();
    for (int i = 0; i < 100; i++) {
      assertThat(quota.take(3_200)).isEqualTo(Verdict.GRANTED);
    }
    assertThat(quota.take(3_200)).as("a share is on its way").isEqualTo(Verdict.UNKNOWN);
    run(later);
    assertThat(quota.take(3_200)).as("all the same").isEqualTo(Verdict.UNKNOWN);
    assertThat(counts).isEqualTo(2);
    quota.arrived();
    assertThat(quota.take(3_200)).as("less than half of it has arrived").isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void take_halfOfTheShareUsed_countsAnewWhileTheRestIsUsed() {
    Queue<Runnable> later = new ArrayDeque<>();
    Quota quota = quota(later);
    assertThat(quota.take(3_200)).isEqualTo(Verdict.UNKNOWN);
    run(later);
    for (int i = 0; i < 100; i++) {
      assertThat(quota.take(3_200)).isEqualTo(Verdict.GRANTED);
      quota.arrived();
      held++;
    }
    assertThat(later).hasSize(1);
    assertThat(quota.take(3_200)).isEqualTo(Verdict.UNKNOWN);
    run(later);
    assertThat(counts).isEqualTo(2);
    assertThat(quota.take(3_200)).isEqualTo(Verdict.GRANTED);
  }

  @Test
  void take_whatWasSentWhileTheMapWasCounted_isTakenForUncounted() {
    Queue<Runnable> later = new ArrayDeque<>();
    Quota quota = quota(later);
    held = 3_199;
    assertThat(quota.take(3_200)).isEqualTo(Verdict.UNKNOWN);
    Objects.requireNonNull(later.poll()).run();
    assertThat(quota.take(3_200)).isEqualTo(Verdict.GRANTED);
    assertThat(later).as("a count that says 3,199").hasSize(1);
    Runnable count = Objects.requireNonNull(later.poll());
    count.run();
    quota.arrived();
    assertThat(quota.take(3_200)).as("3,200 are there").isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void take_mapFull_isRefusedWithoutCountingForAWhile() {
    Queue<Runnable> later = new ArrayDeque<>();
    Quota quota = quota(later);
    held = 10;
    assertThat(quota.take(10)).isEqualTo(Verdict.UNKNOWN);
    run(later);
    assertThat(quota.take(10)).isEqualTo(Verdict.EXHAUSTED);
    nowMillis += 499;
    held = 9;
    assertThat(quota.take(10)).isEqualTo(Verdict.EXHAUSTED);
    nowMillis++;
    assertThat(quota.take(10)).isEqualTo(Verdict.UNKNOWN);
    run(later);
    assertThat(counts).isEqualTo(2);
    assertThat(quota.take(10)).isEqualTo(Verdict.GRANTED);
  }

  @Test
  void take_countIsOld_isGoodForTheSmallestShareUntilThereIsAnother() {
    Queue<Runnable> later = new ArrayDeque<>();
    Quota quota = quota(later);
    assertThat(quota.take(3_200)).isEqualTo(Verdict.UNKNOWN);
    run(later);
    nowMillis += 500;
    for (int i = 0; i < 3; i++) {
      assertThat(quota.take(3_200)).isEqualTo(Verdict.GRANTED);
    }
    assertThat(quota.take(3_200)).isEqualTo(Verdict.UNKNOWN);
    assertThat(later).hasSize(1);
    run(later);
    assertThat(quota.take(3_200)).isEqualTo(Verdict.GRANTED);
  }

  @Test
  void take_mapAway_tellsAndCountsAgainWhenAsked() {
    Queue<Runnable> later = new ArrayDeque<>();
    Quota quota = quota(later);
    away = new IllegalStateException("away");
    assertThat(quota.take(10)).isEqualTo(Verdict.UNKNOWN);
    run(later);
    assertThat(told).hasSize(1).doesNotContainNull();
    away = null;
    assertThat(quota.take(10)).isEqualTo(Verdict.UNKNOWN);
    run(later);
    assertThat(quota.take(10)).isEqualTo(Verdict.GRANTED);
  }

  @Test
  void nodes_thatRaceInAnyOrder_goBeyondTheLimitByTwoSmallestSharesEachAtMost() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 100; round++) {
      int limit = 1 + random.nextInt(5_000);
      int nodes = 1 + random.nextInt(5);
      held = 0;
      race(random, limit, nodes, round + " of seed " + seed);
    }
  }

  /** Each node asks, counts, sends and hears of arrivals at random, until all know that the map is full. */
  private void race(Random random, int limit, int count, String what) {
    List<Queue<Runnable>> later = new ArrayList<>();
    List<Quota> quotas = new ArrayList<>();
    int[] sent = new int[count];
    int[] refused = new int[count];
    for (int i = 0; i < count; i++) {
      later.add(new ArrayDeque<>());
      quotas.add(quota(later.get(i), later.get(i)::add));
    }
    int all = 0;
    for (int step = 0; all < count; step++) {
      assertThat(step).as("round %s ends", what).isLessThan(5_000_000);
      int node = random.nextInt(count);
      switch (random.nextInt(3)) {
        case 0 -> {
          Verdict verdict = quotas.get(node).take(limit);
          sent[node] += verdict == Verdict.GRANTED ? 1 : 0;
          if (verdict == Verdict.EXHAUSTED && refused[node]++ == 0) {
            all++;
          }
        }
        case 1 -> {
          Runnable next = later.get(node).poll();
          if (next != null) {
            next.run();
          }
        }
        default -> {
          if (sent[node] > 0) {
            sent[node]--;
            held++;
            quotas.get(node).arrived();
          }
        }
      }
      int smallestShare = Math.max(1, limit / 1_000);
      assertThat(held)
          .as("round %s", what)
          .isLessThanOrEqualTo(limit + 2 * (count - 1) * smallestShare);
    }
    assertThat(held).as("round %s", what).isGreaterThanOrEqualTo(limit);
  }

  private Quota quota(Queue<Runnable> later) {
    return quota(later, Runnable::run);
  }

  private Quota quota(Queue<Runnable> later, Executor executor) {
    return new Quota(
        () -> {
          counts++;
          if (away != null) {
            throw away;
          }
          return held;
        },
        later::add,
        executor,
        () -> nowMillis,
        told::add);
  }

  private static void run(Queue<Runnable> later) {
    for (Runnable next = later.poll(); next != null; next = later.poll()) {
      next.run();
    }
  }
}
