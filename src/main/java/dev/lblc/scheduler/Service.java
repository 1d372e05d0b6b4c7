package dev.lblc.scheduler;

import dev.lblc.scheduler.Strategy.Context;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The scheduling of one service: its servers, its strategy, and counters of what the strategy decided.
 *
 * <pre>
 * acquire: the strategy chooses; the reason is counted; the server has one more active connection
 * release: the server has one connection less
 * </pre>
 *
 * <p>May be used from any thread. A decision that finds its home takes no lock and allocates nothing. Options and strategy
 * can be replaced while requests go on: a request that is being decided keeps the strategy that it began with.
 */
public final class Service {
  private final String name;
  private final Clock clock;
  private final boolean expiresAtUse;
  private final Supplier<? extends RandomGenerator> random;
  private final Servers servers = new Servers();
  private final Membership membership;
  private final Map<Reason, LongAdder> decisions = new EnumMap<>(Reason.class);
  private final Traffic traffic;
  private volatile SchedulerOptions options;
  private volatile Strategy strategy;

  /**
   * What a request for a destination would get.
   *
   * @param choice what the strategy would answer
   * @param homes ids of the servers that the table holds for the destination; empty: no entry, or no table
   * @param grounds what the strategy says it went by, in sentences; empty: nothing beyond the choice's reason
   */
  public record Forecast(Choice choice, List<String> homes, String grounds) {}

  /**
   * A service without servers.
   *
   * @param name unique in its deployment
   * @param factory makes the strategy
   * @param options common to all strategies
   * @param clock for last use and expiration
   * @param expiresAtUse see {@link Strategy.Context}
   * @param random a source of randomness for the calling thread
   */
  public Service(
      String name,
      Strategy.Factory factory,
      SchedulerOptions options,
      Clock clock,
      boolean expiresAtUse,
      Supplier<? extends RandomGenerator> random) {
    this.name = name;
    this.options = options;
    this.clock = clock;
    this.membership = new Membership(servers, clock);
    this.expiresAtUse = expiresAtUse;
    this.random = random;
    this.traffic = new Traffic(clock, random);
    for (Reason reason : Reason.values()) {
      decisions.put(reason, new LongAdder());
    }
    strategy = prepare(factory);
  }

  /** Returns the service's name. */
  public String name() {
    return name;
  }

  /** Returns the servers that may be chosen, with their counts. */
  public Servers servers() {
    return servers;
  }

  /** Returns what decides which servers there are. */
  public Membership membership() {
    return membership;
  }

  /** Returns the options common to all strategies, as they are now. */
  public SchedulerOptions options() {
    return options;
  }

  /** Returns the table of the strategy; null: it has none. */
  public @Nullable DestinationTable table() {
    return strategy.table();
  }

  /** Replaces the options; decisions from now on follow them. */
  public void options(SchedulerOptions next) {
    options = next;
  }

  /** Returns a strategy for this service that remembers nothing yet and does not decide until it is {@link #use used}. */
  public Strategy prepare(Strategy.Factory factory) {
    return factory.create(new Context(servers, this::options, clock, expiresAtUse, random));
  }

  /** Replaces the strategy by a prepared one. The table of the old one is emptied for good; counts stay. */
  public void use(Strategy prepared) {
    DestinationTable old = strategy.table();
    strategy = prepared;
    if (old != null && old != prepared.table()) {
      old.close();
    }
  }

  /**
   * Chooses a server and counts one active connection to it.
   *
   * @param destination the key of locality; null: none. Not looked at unless {@code except} is empty
   * @param except ids of the servers to leave out; empty: an ordinary choice
   * @return nothing is counted but the reason if no server is available
   */
  public Choice acquire(@Nullable String destination, Set<String> except) {
    return acquire(destination, except, Facts.NONE);
  }

  /**
   * Chooses and counts as {@link #acquire(String, Set)} does.
   *
   * @param facts what the strategy has asked for; not looked at unless {@code except} is empty
   */
  public Choice acquire(@Nullable String destination, Set<String> except, Facts facts) {
    if (!except.isEmpty()) {
      return counted(bound(strategy.chooseOther(except), except));
    }
    String key = DestinationKey.of(destination);
    Choice chosen = facts == Facts.NONE ? strategy.choose(key) : strategy.choose(key, facts);
    Choice choice = counted(bound(chosen, except));
    traffic.note(key, choice.server());
    return choice;
  }

  /**
   * Returns whether there is a server that gets new connections, now or once it is {@link Server#full full} no more.
   *
   * @param except ids of servers to leave out
   */
  public boolean canServe(Set<String> except) {
    for (Server server : servers.snapshot()) {
      if (isUsable(server, except)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether there is a server that gets new connections now.
   *
   * @param except ids of servers to leave out
   */
  public boolean hasRoom(Set<String> except) {
    for (Server server : servers.snapshot()) {
      if (isUsable(server, except) && !server.full()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether this node has its share of all places, for which others wait on other nodes. Its share is its part of those who are
   * served or wait, so that these wait for as long on each node. A node that went on with what it frees would have as much for ever as
   * it took first; and where each keeps within its share, no two take the same place.
   *
   * @param isRoundedUp whether a part of a place is a place; else it is none
   */
  public boolean hasItsShare(boolean isRoundedUp) {
    long elsewhere = servers.peersWaiting();
    if (elsewhere == 0) {
      return false;
    }
    long places = 0;
    long served = 0;
    long servedByAll = 0;
    for (Server server : servers.snapshot()) {
      if (isUsable(server, Load.NOBODY)) {
        if (server.max() == 0) {
          return false;
        }
        places += server.max();
        served += server.localActive();
        servedByAll += server.active();
      }
    }
    long own = served + servers.waiting();
    long all = servedByAll + servers.waiting() + elsewhere;
    // served + 1 > places * own / all, or served >= that
    return isRoundedUp ? served * all >= places * own : (served + 1) * all > places * own;
  }

  /** Returns whether a destination has homes that could serve it, and all of these are {@link Server#full full}. */
  public boolean isHomeFull(@Nullable String destination) {
    DestinationTable table = table();
    String key = DestinationKey.of(destination);
    Entry entry = table == null || key == null ? null : table.find(key);
    if (entry == null) {
      return false;
    }
    boolean isFull = false;
    for (Server home : entry.homes()) {
      if (isUsable(home, Load.NOBODY)) {
        if (!home.full()) {
          return false;
        }
        isFull = true;
      }
    }
    return isFull;
  }

  private static boolean isUsable(Server server, Set<String> except) {
    return server.available()
        && server.weight() > 0
        && !server.saturated()
        && !Load.isLeftOut(server, except);
  }

  /** Chooses a server for a caller that cannot reach some of them; counts the reason and no connection. */
  public Choice choose(@Nullable String destination, Set<String> unreachable) {
    String key = DestinationKey.of(destination);
    Choice choice = counted(strategy.choose(key, unreachable));
    traffic.note(key, choice.server());
    return choice;
  }

  /**
   * Notes that a server has turned out to be the home of a destination, as {@link Strategy#learn} does. Does nothing if the server is
   * gone.
   */
  public void learn(String destination, Server home) {
    if (servers.list().contains(home)) {
      strategy.learn(String.valueOf(DestinationKey.of(destination)), home);
    }
  }

  /** Counts one active connection to a server that was chosen before. */
  public void bind(Server server) {
    servers.bind(server);
  }

  /** Stops counting an active connection. */
  public void release(Server server) {
    servers.unbindActive(server);
  }

  /** Counts an active connection as inactive from now on. */
  public void deactivate(Server server) {
    servers.deactivate(server);
  }

  /** Stops counting an inactive connection. */
  public void releaseInactive(Server server) {
    servers.unbindInactive(server);
  }

  /** Returns what {@link #acquire} would choose for a destination now; changes nothing. */
  public Forecast explain(@Nullable String destination) {
    String key = DestinationKey.of(destination);
    Choice choice = strategy.explain(key);
    DestinationTable.Row row = destination == null ? null : row(destination);
    return new Forecast(choice, row == null ? List.of() : row.homes(), strategy.grounds(key));
  }

  /** Returns the entry of a destination; null: there is none. Not a use. */
  public DestinationTable.@Nullable Row row(String destination) {
    DestinationTable table = table();
    return table == null ? null : table.row(String.valueOf(DestinationKey.of(destination)));
  }

  /** Returns a page of the table, as {@link DestinationTable#page} does; empty if there is no table. */
  public List<DestinationTable.Row> rows(int limit, @Nullable String after) {
    DestinationTable table = table();
    return table == null ? List.of() : table.page(limit, after);
  }

  /**
   * Forgets a destination, on all nodes that share the table.
   *
   * @return as of {@link Forgetter#forget}
   */
  public CompletableFuture<Boolean> forget(String destination) {
    DestinationTable table = table();
    return table == null
        ? CompletableFuture.completedFuture(false)
        : table.forgetter().forget(String.valueOf(DestinationKey.of(destination)));
  }

  /**
   * Forgets the destinations that begin with a text, on all nodes that share the table. Those of more than 256 bytes are
   * remembered by their SHA-256, and begin with that.
   *
   * @param prefix empty: all
   * @return as of {@link Forgetter#forgetAll}
   */
  public CompletableFuture<Integer> forgetAll(String prefix) {
    DestinationTable table = table();
    return table == null
        ? CompletableFuture.completedFuture(0)
        : table.forgetter().forgetAll(prefix);
  }

  /**
   * Puts an entry of before a restart into the table. Not if it has expired, its destination has an entry, the table is full or
   * not there, or none of its servers is there any more.
   *
   * @param homes ids of servers; those that are not there are left out
   * @param idleMillis milliseconds since the last use, 0 or more
   * @return whether the entry is in the table
   */
  public boolean restore(String destination, List<String> homes, long idleMillis) {
    DestinationTable table = table();
    if (table == null || idleMillis > options.expiration().toMillis()) {
      return false;
    }
    List<Server> there = servers.list();
    Server[] known = homes.stream()
        .flatMap(id -> there.stream().filter(server -> server.id().equals(id)))
        .toArray(Server[]::new);
    return known.length > 0
        && table.restore(
            new Entry(
                destination,
                known.length == 1 ? known[0].asOnlyHome() : known,
                clock.millis() - idleMillis),
            options.hardLimit());
  }

  /** Returns how many destinations are remembered. */
  public int destinations() {
    DestinationTable table = table();
    return table == null ? 0 : table.size();
  }

  /** Returns how many destinations the strategy's table has replaced by others since it was full. */
  public long replaced() {
    DestinationTable table = table();
    return table == null ? 0 : table.replaced();
  }

  /** Returns how many decisions were for destinations that the strategy's table did not remember for want of room. */
  public long refused() {
    DestinationTable table = table();
    return table == null ? 0 : table.refused();
  }

  /** Returns how often each reason was given since the start; every reason has a value. */
  public Map<Reason, Long> decisions() {
    Map<Reason, Long> counts = new EnumMap<>(Reason.class);
    decisions.forEach((reason, counter) -> counts.put(reason, counter.sum()));
    return counts;
  }

  /**
   * Returns how often the service is asked, and for what.
   *
   * @param limit so many destinations at most, 0 or more; 128 are known
   */
  public Demand demand(int limit) {
    List<Server> all = servers.list();
    double[] rates = traffic.perSecond(all);
    return new Demand(
        traffic.perSecond(),
        traffic.top(limit).stream().map(this::withHomes).toList(),
        IntStream.range(0, rates.length)
            .mapToObj(i -> new Demand.Chosen(all.get(i).id(), rates[i]))
            .toList());
  }

  private Demand.Destination withHomes(Traffic.Rate rate) {
    DestinationTable.Row row = row(rate.destination());
    return new Demand.Destination(
        rate.destination(),
        rate.perSecond(),
        rate.errorPerSecond(),
        row == null ? List.of() : row.homes());
  }

  /** Returns for how long an entry has not been used, in milliseconds. */
  public long idleMillis(DestinationTable.Row row) {
    return Math.max(0, clock.millis() - row.lastUseMillis());
  }

  /** Counts a connection to the chosen server; where others have taken its last place meanwhile, to another one. */
  private Choice bound(Choice chosen, Set<String> except) {
    Server server = chosen.server();
    if (server == null || servers.bindIfNotFull(server)) {
      return chosen;
    }
    Set<String> leftOut = new HashSet<>(except);
    Choice other = chosen;
    while (server != null && leftOut.add(server.id())) {
      other = strategy.chooseOther(leftOut);
      server = other.server();
      if (server != null && servers.bindIfNotFull(server)) {
        return other;
      }
    }
    return Choice.NONE;
  }

  private Choice counted(Choice choice) {
    Objects.requireNonNull(decisions.get(choice.reason())).increment();
    return choice;
  }
}
