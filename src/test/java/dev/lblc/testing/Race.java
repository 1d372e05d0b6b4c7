package dev.lblc.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A race of a few actors, each on a thread of its own, over the same fresh state: run again and again, so that the
 * actors meet in every order sooner or later.
 */
public final class Race {
  /** Races one after the other; {@code -Plong} runs 300 times as many. */
  private static final int ROUNDS = Integer.getInteger("lblc.race.rounds", 30_000);

  private static final int BATCH = 1_000;
  private static final int SPINS = 1_000;

  private Race() {}

  /**
   * Runs the races; fails with what the verdict throws.
   *
   * @param fresh makes the state of one race
   * @param verdict judges a state that all actors are done with
   * @param actors the runners
   */
  @SafeVarargs
  public static <S> void run(Supplier<S> fresh, Consumer<S> verdict, Consumer<S>... actors)
      throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(actors.length);
    try {
      for (int round = 0; round < ROUNDS; round += BATCH) {
        List<S> states = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
          states.add(fresh.get());
        }
        AtomicIntegerArray arrived = new AtomicIntegerArray(BATCH);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (Consumer<S> actor : actors) {
          tasks.add(() -> {
            for (int i = 0; i < BATCH; i++) {
              meet(arrived, i, actors.length);
              actor.accept(states.get(i));
            }
            return null;
          });
        }
        for (Future<Void> done : pool.invokeAll(tasks)) {
          done.get();
        }
        states.forEach(verdict);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  /** Returns when all have arrived, which is nearly at once on as many processors. */
  private static void meet(AtomicIntegerArray arrived, int state, int all) {
    arrived.incrementAndGet(state);
    for (int spins = 0; arrived.get(state) < all; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(1); // the others need this processor
      }
    }
  }
}
