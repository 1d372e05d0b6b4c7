package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.cluster.Room.Answer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RoomTest {
  private long nowMillis;
  private int held;
  private int counts;
  private @Nullable RuntimeException away;
  private final List<@Nullable Throwable> told = new ArrayList<>();

  @Test
  void take_nothingKnown_countsFirstThenLetsAShareGo() {
    Queue<Runnable> later = new ArrayDeque<>();
    Room room = room(later);
    assertThat(room.take(3_200)).isEqualTo(Answer.LATER);
    assertThat(room.take(3_200)).isEqualTo(Answer.LATER);
    run(later);
    assertThat(told).hasSize(1).containsOnlyNulls();
    for (int i = 0; i < 100; i++) {
      assertThat(room.take(3_200)).isEqualTo(Answer.YES);
    }
    assertThat(room.take(3_200)).as("a share is on its way").isEqualTo(Answer.LATER);
    run(later);
    assertThat(room.take(3_200)).as("all the same").isEqualTo(Answer.LATER);
    assertThat(counts).isEqualTo(2);
    room.arrived();
    assertThat(room.take(3_200)).as("less than half of it has arrived").isEqualTo(Answer.LATER);
  }

  @Test
  void take_halfOfTheShareUsed_countsAnewWhileTheRestIsUsed() {
    Queue<Runnable> later = new ArrayDeque<>();
    Room room = room(later);
    assertThat(room.take(3_200)).isEqualTo(Answer.LATER);
    run(later);
    for (int i = 0; i < 100; i++) {
      assertThat(room.take(3_200)).isEqualTo(Answer.YES);
      room.arrived();
      held++;
    }
    assertThat(later).hasSize(1);
    assertThat(room.take(3_200)).isEqualTo(Answer.LATER);
    run(later);
    assertThat(counts).isEqualTo(2);
    assertThat(room.take(3_200)).isEqualTo(Answer.YES);
  }

  @Test
  void take_whatWasSentWhileTheMapWasCounted_isTakenForUncounted() {
    Queue<Runnable> later = new ArrayDeque<>();
    Room room = room(later);
    held = 3_199;
    assertThat(room.take(3_200)).isEqualTo(Answer.LATER);
    Objects.requireNonNull(later.poll()).run();
    assertThat(room.take(3_200)).isEqualTo(Answer.YES);
    assertThat(later).as("a count that says 3,199").hasSize(1);
    Runnable count = Objects.requireNonNull(later.poll());
    count.run();
    room.arrived();
    assertThat(room.take(3_200)).as("3,200 are there").isEqualTo(Answer.LATER);
  }

  @Test
  void take_mapFull_isRefusedWithoutCountingForAWhile() {
    Queue<Runnable> later = new ArrayDeque<>();
    Room room = room(later);
    held = 10;
    assertThat(room.take(10)).isEqualTo(Answer.LATER);
    run(later);
    assertThat(room.take(10)).isEqualTo(Answer.NO);
    nowMillis += 499;
    held = 9;
    assertThat(room.take(10)).isEqualTo(Answer.NO);
    nowMillis++;
    assertThat(room.take(10)).isEqualTo(Answer.LATER);
    run(later);
    assertThat(counts).isEqualTo(2);
    assertThat(room.take(10)).isEqualTo(Answer.YES);
  }

  @Test
  void take_countIsOld_isGoodForTheSmallestShareUntilThereIsAnother() {
    Queue<Runnable> later = new ArrayDeque<>();
    Room room = room(later);
    assertThat(room.take(3_200)).isEqualTo(Answer.LATER);
    run(later);
    nowMillis += 500;
    for (int i = 0; i < 3; i++) {
      assertThat(room.take(3_200)).isEqualTo(Answer.YES);
    }
    assertThat(room.take(3_200)).isEqualTo(Answer.LATER);
    assertThat(later).hasSize(1);
    run(later);
    assertThat(room.take(3_200)).isEqualTo(Answer.YES);
  }

  @Test
  void take_mapAway_tellsAndCountsAgainWhenAsked() {
    Queue<Runnable> later = new ArrayDeque<>();
    Room room = room(later);
    away = new IllegalStateException("away");
    assertThat(room.take(10)).isEqualTo(Answer.LATER);
    run(later);
    assertThat(told).hasSize(1).doesNotContainNull();
    away = null;
    assertThat(room.take(10)).isEqualTo(Answer.LATER);
    run(later);
    assertThat(room.take(10)).isEqualTo(Answer.YES);
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
    List<Room> rooms = new ArrayList<>();
    int[] sent = new int[count];
    int[] refused = new int[count];
    for (int i = 0; i < count; i++) {
      later.add(new ArrayDeque<>());
      rooms.add(room(later.get(i), later.get(i)::add));
    }
    int all = 0;
    for (int step = 0; all < count; step++) {
      assertThat(step).as("round %s ends", what).isLessThan(5_000_000);
      int node = random.nextInt(count);
      switch (random.nextInt(3)) {
        case 0 -> {
          Answer answer = rooms.get(node).take(limit);
          sent[node] += answer == Answer.YES ? 1 : 0;
          if (answer == Answer.NO && refused[node]++ == 0) {
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
            rooms.get(node).arrived();
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

  private Room room(Queue<Runnable> later) {
    return room(later, Runnable::run);
  }

  private Room room(Queue<Runnable> later, Executor executor) {
    return new Room(
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
