package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A rule that picks the server for a destination.
 *
 * <p>A strategy reads the servers' loads and a clock and returns a choice; it opens no socket, starts no thread and
 * waits for nothing. Its methods may be called from many threads at once. They do not throw: a service takes what is
 * thrown, or null, for {@link Choice#NONE}, and logs it.
 */
@PublicApi
public interface Strategy {
  /**
   * Chooses, and remembers what the rule remembers.
   *
   * @param destination the key of locality; null: none
   */
  Choice choose(@Nullable String destination);

  /**
   * As {@link #choose(String)}, as if the named servers were unavailable, for somebody who cannot reach them. Unless a
   * strategy says otherwise nothing is remembered of what is chosen in the place of such a one.
   *
   * @param destination the key of locality; null: none
   * @param unreachable ids of servers
   */
  default Choice choose(@Nullable String destination, Set<String> unreachable) {
    Choice choice = choose(destination);
    Server server = choice.server();
    return server == null || !unreachable.contains(server.id()) ? choice : chooseOther(unreachable);
  }

  /**
   * What {@link #choose(String)} would answer now. Changes nothing.
   *
   * @param destination the key of locality; null: none
   */
  Choice explain(@Nullable String destination);

  /**
   * Chooses without some servers, for another try after a failed one. What is remembered stays as it is.
   *
   * @param except ids of the servers to leave out
   */
  Choice chooseOther(Set<String> except);

  /** The destinations it remembers, the same table each time; null if it remembers none. */
  default @Nullable DestinationTable table() {
    return null;
  }

  /** Makes a strategy for one service. */
  @FunctionalInterface
  interface Factory {
    /** A new strategy that remembers nothing yet. */
    Strategy create(Context context);
  }

  /**
   * What a strategy works with. One strategy serves a service for as long as that is deployed, whatever becomes of its
   * servers: what it remembers it keeps in fields of its own.
   *
   * @param servers the service's servers with their loads
   * @param options the service's options; asked at each use, so that they can change while running
   * @param clock for last use and expiration
   * @param expiresAtUse whether an entry past its expiration counts as absent: so in a cluster; on a node alone a stale
   *     one is used and refreshed, as in the kernel
   * @param random a source of randomness for the calling thread; asked at each use
   */
  record Context(
      ServerView servers,
      Supplier<SchedulerOptions> options,
      Clock clock,
      boolean expiresAtUse,
      Supplier<? extends RandomGenerator> random) {

    /** Whether something used last at that time counts as absent now. */
    boolean isExpired(long lastUseMillis, long nowMillis) {
      return expiresAtUse
          && nowMillis - lastUseMillis >= options.get().expiration().toMillis();
    }

    /** The servers for strategies of this package, which pass over them without allocating. */
    Servers all() {
      if (servers instanceof Servers all) {
        return all;
      }
      throw new IllegalArgumentException("servers: a " + servers.getClass().getName()
          + " (expected: those of a service, as a factory gets them)");
    }
  }
}
