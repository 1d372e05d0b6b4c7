package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.util.Map;
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
   * Chooses as {@link #choose(String)} does, as if some servers were unavailable, for a caller that cannot reach them. Unless
   * a strategy says otherwise, a server that is chosen in the place of one of these is not remembered.
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
   * Chooses as {@link #choose(String)} does, for a request of which more is known. That is so for requests of HTTP, of a gateway, where
   * the strategy's provider has asked for facts. Unless a strategy says otherwise, they change nothing.
   *
   * @param destination the key of locality; null: none
   * @param facts values of the fields that the provider has named
   */
  default Choice choose(@Nullable String destination, Facts facts) {
    return choose(destination);
  }

  /**
   * Returns what {@link #choose(String)} would answer now; changes nothing.
   *
   * @param destination the key of locality; null: none
   */
  Choice explain(@Nullable String destination);

  /**
   * Says for a person what {@link #explain} goes by beyond the reason that it gives, such as loads and limits as they are now; changes
   * nothing. Nothing, unless a strategy says otherwise.
   *
   * @param destination the key of locality; null: none
   * @return whole sentences; empty: there is nothing to add
   */
  default String grounds(@Nullable String destination) {
    return "";
  }

  /**
   * Chooses without some servers, for another try after a failed one. What is remembered stays as it is.
   *
   * @param except ids of the servers to leave out
   */
  Choice chooseOther(Set<String> except);

  /**
   * Notes that a server has turned out to be the home of a destination, as a server that makes sessions tells in its answer. Does
   * nothing, unless a strategy says otherwise.
   *
   * @param destination the key of locality
   */
  default void learn(String destination, Server home) {}

  /**
   * Returns the table of the destinations that this strategy remembers, the same one each time; null: it has none.
   *
   * <p>What a table holds is listed, expires, and is shared in a cluster. Only the strategies of this package write a table: a
   * strategy of another package that is built around one of these hands out that one's table here, or what that one
   * remembers is neither listed nor shared and does not expire. Any other strategy returns null: what it remembers in fields
   * of its own stays on this node, and it bounds and expires that itself.
   */
  default @Nullable DestinationTable table() {
    return null;
  }

  /** A maker of strategies, one for each service. */
  @FunctionalInterface
  interface Factory {
    /** Returns a new strategy that remembers nothing yet. */
    Strategy create(Context context);
  }

  /**
   * The means of a strategy. One strategy serves a service until the service is removed or gets another strategy, whatever
   * becomes of its servers. What it remembers it keeps in fields of its own.
   *
   * @param servers the service's servers with their loads
   * @param options the service's options; asked at each use, so that they can change while running
   * @param clock for last use and expiration
   * @param expiresAtUse whether an entry past its expiration counts as absent: so in a cluster; on a node alone a stale
   *     one is used and refreshed, as in the kernel
   * @param random a source of randomness for the calling thread; asked at each use
   * @param ownOptions what the strategy's provider made of the options that are the strategy's own; asked at each use, as
   *     {@code options} is
   */
  record Context(
      ServerView servers,
      Supplier<SchedulerOptions> options,
      Clock clock,
      boolean expiresAtUse,
      Supplier<? extends RandomGenerator> random,
      Supplier<?> ownOptions) {

    /** A context for a strategy without options of its own. */
    public Context(
        ServerView servers,
        Supplier<SchedulerOptions> options,
        Clock clock,
        boolean expiresAtUse,
        Supplier<? extends RandomGenerator> random) {
      this(servers, options, clock, expiresAtUse, random, Map::of);
    }

    /** Returns this context with other options of the strategy's own. */
    public Context withOwnOptions(Supplier<?> other) {
      return new Context(servers, options, clock, expiresAtUse, random, other);
    }

    /**
     * Returns the strategy's own options as they are now.
     *
     * @param type what the provider of the strategy makes of them
     */
    public <T> T ownOptions(Class<T> type) {
      return type.cast(ownOptions.get());
    }

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
