package dev.lblc.scheduler;

import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Whether a request leaves its overloaded home.
 *
 * <pre>
 * probability = breakOut * (active - W) / active     W: see EffectiveWeight
 * </pre>
 *
 * <p>Every request that comes while a home is overloaded would take its destination along, from every node that has heard of the load and
 * before any of them hears of the relief: the server would be empty a moment later, and another one full. So few leave, more of them the
 * more there is too much, and what they leave behind is looked at again.
 */
final class BreakOut {
  private final Supplier<? extends RandomGenerator> random;

  BreakOut(Supplier<? extends RandomGenerator> random) {
    this.random = random;
  }

  boolean leaves(Server home, Server[] servers, Set<String> unreachable, AdaptiveOptions options) {
    double excess = EffectiveWeight.excess(home, servers, unreachable, options);
    return excess > 0 && random.get().nextDouble() < options.breakOut() * excess;
  }
}
