package dev.lblc.gateway.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.gateway.net.DeadlineRing.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DeadlineRingTest {
  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(DeadlineRing.TICK_MILLIS);

  private static final List<Stage> STAGES = List.of(Stage.values());

  private final DeadlineRing ring = new DeadlineRing();
  private long now = -5 * TICK; // a clock may start anywhere
  private final List<String> ended = new ArrayList<>();

  /** Ends after a phase of its limit, or after a quiet time of it. */
  private class Limited implements DeadlineRing.Timed {
    final DeadlineRing.Entry entry = new DeadlineRing.Entry(this);
    final String name;
    long phaseLimit = Long.MAX_VALUE;
    long quietLimit = Long.MAX_VALUE;
    boolean moves;
    int looks;
    long endedAt = Long.MIN_VALUE;

    Limited(String name) {
      this.name = name;
    }

    @Override
    public boolean hasMoved() {
      looks++;
      boolean hasMoved = moves;
      moves = false;
      return hasMoved;
    }

    @Override
    public void checkLimits(long nowNanos, long phaseNanos, long quietNanos) {
      assertThat(nowNanos).isEqualTo(now);
      if (phaseNanos > phaseLimit || quietNanos > quietLimit) {
        end();
      }
    }

    @Override
    public void checkFailed(RuntimeException cause) {
      end();
    }

    void end() {
      ring.leave(entry);
      endedAt = now;
      ended.add(name);
    }

    Limited at(Stage stage) {
      ring.enter(entry, stage);
      return this;
    }

    Limited phaseLimit(long nanos) {
      phaseLimit = nanos;
      return this;
    }

    Limited quietLimit(long nanos) {
      quietLimit = nanos;
      return this;
    }
  }

  private void ticks(int count) {
    for (int i = 0; i < count; i++) {
      now += TICK;
      ring.tick(now);
    }
  }

  @ParameterizedTest
  @EnumSource(Stage.class)
  void phaseLimit_passed_isNoticedWithinTwoTicksAndNeverEarly(Stage stage) {
    ticks(1);
    now += TICK / 2; // between two ticks
    long start = now;
    Limited one = new Limited("one").phaseLimit(10 * TICK).at(stage);
    now -= TICK / 2;
    ticks(20);
    assertThat(one.endedAt - start).isBetween(10 * TICK, 12 * TICK);
    assertThat(ring.size()).isZero();
  }

  @Test
  void quietLimit_ofOneThatMoves_runsFromItsLastMove() {
    Limited busy = new Limited("busy").quietLimit(3 * TICK).at(Stage.RUNNING);
    for (int i = 0; i < 20; i++) {
      busy.moves = i % 3 == 0;
      ticks(1);
    }
    assertThat(ended).isEmpty();
    ticks(5);
    assertThat(ended).containsExactly("busy");
  }

  @Test
  void phaseLimit_ofOneThatMoves_runsOn() {
    Limited busy = new Limited("busy").phaseLimit(3 * TICK).at(Stage.SETTING_UP);
    for (int i = 0; i < 5; i++) {
      busy.moves = true;
      ticks(1);
    }
    assertThat(ended).containsExactly("busy");
  }

  @Test
  void enter_ofAnotherPhase_startsBothTimesAgain() {
    Limited one = new Limited("one").phaseLimit(4 * TICK).quietLimit(4 * TICK).at(Stage.RUNNING);
    ticks(4);
    one.at(Stage.RUNNING);
    ticks(4);
    one.at(Stage.ENDING);
    ticks(5);
    assertThat(ended).isEmpty();
    ticks(1);
    assertThat(ended).containsExactly("one");
  }

  @Test
  void settingUp_looksAtAllAtEachTick_theOthersInTurn() {
    List<Limited> connecting = many(1500, Stage.SETTING_UP);
    List<Limited> running = many(1500, Stage.RUNNING);
    List<Limited> idle = many(3, Stage.IDLE);
    ticks(3);
    assertThat(connecting).allMatch(one -> one.looks == 3);
    assertThat(running).allMatch(one -> one.looks == 1 || one.looks == 2);
    assertThat(running.stream().mapToInt(one -> one.looks).sum()).isEqualTo(3 * 512);
    assertThat(idle).as("not delayed by those of another stage").allMatch(one -> one.looks == 3);
  }

  @Test
  void tenThousand_pastTheirLimit_areAllEndedWithinTwoSeconds() {
    for (Limited one : many(10_000, Stage.RUNNING)) {
      one.quietLimit(0);
    }
    ticks(40);
    assertThat(ended).hasSize(10_000);
  }

  @Test
  void check_thatThrows_endsThatOneAndTheOthersHaveTheirs() {
    new Limited("broken") {
      @Override
      public void checkLimits(long nowNanos, long phaseNanos, long quietNanos) {
        throw new IllegalStateException("broken");
      }
    }.at(Stage.RUNNING);
    new Limited("well").quietLimit(0).at(Stage.RUNNING);
    ticks(2);
    assertThat(ended).containsExactly("broken", "well");
  }

  @Test
  void check_thatTakesOutAnother_doesNotDisturbTheTick() {
    List<Limited> others = new ArrayList<>();
    Limited first = new Limited("first") {
      @Override
      public void checkLimits(long nowNanos, long phaseNanos, long quietNanos) {
        others.forEach(other -> ring.leave(other.entry));
      }
    };
    first.at(Stage.RUNNING);
    others.addAll(many(5, Stage.RUNNING));
    ticks(3);
    assertThat(ring.size()).isEqualTo(1);
    assertThat(first.looks).isBetween(3, 18);
    assertThat(others).allMatch(other -> other.looks == 0);
  }

  @Test
  void leave_ofOneThatIsNotIn_doesNothing() {
    Limited one = new Limited("one").at(Stage.RUNNING);
    ring.leave(one.entry);
    ring.leave(one.entry);
    ring.leave(new Limited("never in").entry);
    assertThat(ring.size()).isZero();
  }

  @Test
  void forEach_thatTakesOutAll_meetsEachOnce() {
    many(10, Stage.RUNNING);
    many(10, Stage.IDLE);
    many(10, Stage.ENDING);
    many(10, Stage.SETTING_UP);
    ring.forEach(timed -> ((Limited) timed).end());
    assertThat(ended).hasSize(40);
    assertThat(ring.size()).isZero();
  }

  /** Against a model that knows of each entry when it entered and when it moved. */
  @Test
  void randomOperations_endNoneEarlyAndAllInTime() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Limited> all = new ArrayList<>();
    long[] since = new long[300];
    for (int i = 0; i < since.length; i++) {
      all.add(new Limited("" + i).quietLimit((1 + random.nextInt(20)) * TICK));
      since[i] = Long.MAX_VALUE;
    }
    for (int round = 0; round < 2000; round++) {
      int i = random.nextInt(all.size());
      Limited one = all.get(i);
      switch (random.nextInt(4)) {
        case 0 -> {
          one.at(STAGES.get(random.nextInt(STAGES.size())));
          since[i] = now;
        }
        case 1 -> {
          ring.leave(one.entry);
          since[i] = Long.MAX_VALUE;
        }
        case 2 -> {
          one.moves = true;
          since[i] = since[i] == Long.MAX_VALUE ? since[i] : now;
        }
        default -> {
          ended.clear();
          ticks(1);
          for (String name : ended) {
            int index = Integer.parseInt(name);
            assertThat(now - since[index])
                .as("seed %d, round %d", seed, round)
                .isBetween(all.get(index).quietLimit, all.get(index).quietLimit + 2 * TICK);
            since[index] = Long.MAX_VALUE;
          }
          for (int k = 0; k < since.length; k++) {
            assertThat(since[k] == Long.MAX_VALUE
                    || now - since[k] <= all.get(k).quietLimit + 2 * TICK)
                .as("seed %d, round %d: one is late", seed, round)
                .isTrue();
          }
        }
      }
    }
  }

  private List<Limited> many(int count, Stage stage) {
    List<Limited> many = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      many.add(new Limited("one of many").at(stage));
    }
    return many;
  }
}
