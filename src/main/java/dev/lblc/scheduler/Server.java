package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;

/**
 * One upstream of a service, with its live state.
 *
 * <p>May be read from any thread; only its {@link Servers} changes it. Connections and the threshold flag are one
 * atomic word, so that they always agree; the other fields are independent of each other.
 */
@PublicApi
public final class Server {
  /*
   * The word: bit 62 the threshold flag, bits 32 to 61 active connections, bits 0 to 31 inactive ones.
   *
   * Flag and counts have to change together: a connection that is bound while another is released could otherwise set
   * the flag for a total that is gone already, and a flag over an idle server would keep it idle for ever.
   *
   * The peers' connections are not in the word. Whoever decided the flag looks at them once more afterwards, and decides
   * anew if they changed meanwhile; whoever changes them decides the flag afterwards. So the last one to act sees both.
   */
  private static final long SATURATED = 1L << 62;
  private static final long ACTIVE = 1L << 32;
  private static final long ACTIVE_MASK = 0x3fff_ffffL;

  /** The warmth of a server that has all of its weight. */
  static final int FULL_WARMTH = 1_000;

  private static final VarHandle WORD;
  private static final VarHandle HOMES;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WORD = lookup.findVarHandle(Server.class, "word", long.class);
      HOMES = lookup.findVarHandle(Server.class, "homes", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final String id;
  private final long hash;
  private volatile String host = "";
  private volatile int port;
  private final Map<Reason, Choice> choices = new EnumMap<>(Reason.class);
  private final Server[] asOnlyHome = {this};
  private final Traffic.Share share = new Traffic.Share();

  /** What the strategies read: {@link #fullWeight}, a part of it during a slow start, or 0 while it is drained. */
  private volatile int weight;

  private final Object weightLock = new Object();
  private volatile int fullWeight; // written under weightLock
  private volatile boolean draining; // written under weightLock
  private int warmth = FULL_WARMTH; // guarded by weightLock
  private volatile int upper;
  private volatile int lower;
  private volatile int max;
  private volatile boolean member;
  private volatile boolean healthy = true;
  private volatile long lastChosen;

  /** Connections through other nodes, packed as in the word, without a flag: the two can be added up. */
  private volatile long peers;

  @SuppressWarnings("UnusedVariable") // by WORD
  private volatile long word;

  @SuppressWarnings("UnusedVariable") // by HOMES
  private volatile int homes;

  /** A server that belongs to no service yet, and has no address. */
  Server(String id) {
    this.id = id;
    this.hash = Rendezvous.hash(id);
    for (Reason reason : EnumSet.complementOf(EnumSet.of(Reason.NONE))) {
      choices.put(reason, new Choice(this, reason));
    }
  }

  /** Returns what its service's traffic counts of it. */
  Traffic.Share share() {
    return share;
  }

  /** Name of the server, unique in its service. */
  public String id() {
    return id;
  }

  /** Name or address that connections go to. */
  public String host() {
    return host;
  }

  /** TCP port that connections go to. */
  public int port() {
    return port;
  }

  /**
   * Number of active connections above which it counts as overloaded, and its share; 0: no new ones. During a slow start a
   * part of {@link #fullWeight}, at least 1. While it is {@link #draining drained} it is 0, whatever is set.
   */
  public int weight() {
    return weight;
  }

  /** The weight as configured or edited, whether or not it is drained. */
  public int fullWeight() {
    return fullWeight;
  }

  /** Whether it gets no new connection until its drain is ended. */
  public boolean draining() {
    return draining;
  }

  /** Total connections at which it is saturated; 0: never. */
  public int upper() {
    return upper;
  }

  /** Total connections below which it no longer is saturated; 0: three quarters of {@link #upper}. */
  public int lower() {
    return lower;
  }

  /** Most active connections that it gets at a time, from all nodes; 0: any number. */
  public int max() {
    return max;
  }

  /** Whether it has as many active connections as it may have: it gets no other one. */
  public boolean full() {
    int most = max;
    return most != 0 && active() >= most;
  }

  /** Whether it belongs to its service and is not failing its health checks. */
  public boolean available() {
    return member && healthy;
  }

  /** Whether it reached {@link #upper} and has not fallen far enough since. */
  public boolean saturated() {
    return (word & SATURATED) != 0;
  }

  /** Active connections: requests in flight, or TCP connections open on both sides; those of all nodes. */
  public int active() {
    return activeOf(word + peers);
  }

  /** Inactive connections: TCP connections with one side closed; those of all nodes. */
  public int inactive() {
    return inactiveOf(word + peers);
  }

  /** Active connections through this node. */
  public int localActive() {
    return activeOf(word);
  }

  /** Inactive connections through this node. */
  public int localInactive() {
    return inactiveOf(word);
  }

  /** Load as the fresh pass sees it: {@code active * 256 + inactive}. */
  public long overhead() {
    long now = word + peers;
    return activeOf(now) * 256L + inactiveOf(now);
  }

  /** How many destinations have this server as a home. */
  public int homes() {
    return homes;
  }

  @Override
  public String toString() {
    return id;
  }

  /** Returns this server, chosen for that reason; the same object each time. */
  Choice chosenFor(Reason reason) {
    return Objects.requireNonNull(choices.get(reason));
  }

  /** Returns this server as the set of homes of a destination; the same array each time, never written to. */
  Server[] asOnlyHome() {
    return asOnlyHome;
  }

  /** A number for its id, the same on all nodes. */
  long hash() {
    return hash;
  }

  boolean member() {
    return member;
  }

  boolean healthy() {
    return healthy;
  }

  long lastChosen() {
    return lastChosen;
  }

  /** Whether it may become a member with that address: it has the same, or none yet. */
  boolean isAt(ServerSpec spec) {
    return host.isEmpty() || (host.equals(spec.host()) && port == spec.port());
  }

  void join(ServerSpec spec, boolean isDrained) {
    host = spec.host();
    port = spec.port();
    editWeight(spec.weight(), isDrained);
    editThresholds(spec.upper(), spec.lower());
    max = spec.max();
    healthy = true;
    member = true;
  }

  void leave() {
    member = false;
    setPeers(0, 0); // reports no longer name it
  }

  void editWeight(int newWeight, boolean isDrained) {
    synchronized (weightLock) {
      fullWeight = newWeight;
      draining = isDrained;
      weight = presentWeight();
    }
  }

  /** Sets how much of its full weight the server has, in parts of {@link #FULL_WARMTH}; rounded up. */
  void warm(int parts) {
    synchronized (weightLock) {
      warmth = parts;
      weight = presentWeight();
    }
  }

  private int presentWeight() {
    return draining ? 0 : (int) (((long) fullWeight * warmth + FULL_WARMTH - 1) / FULL_WARMTH);
  }

  /** An edit lifts the flag if the new threshold is none or larger than the old one; it never sets the flag. */
  void editThresholds(int newUpper, int newLower) {
    boolean lifts = newUpper == 0 || newUpper > upper;
    upper = newUpper;
    lower = newLower;
    if (lifts) {
      WORD.getAndBitwiseAnd(this, ~SATURATED);
    }
  }

  void editMax(int newMax) {
    max = newMax;
  }

  void setHealthy(boolean isHealthy) {
    healthy = isHealthy;
  }

  void chosen(long sequence) {
    lastChosen = sequence;
  }

  void addHomes(int change) {
    HOMES.getAndAdd(this, change);
  }

  /** Counts an active connection, even if it is {@link #full}. */
  void bind() {
    boolean unused = bind(Integer.MAX_VALUE);
  }

  /** Counts an active connection, unless it is {@link #full}; returns whether it does. */
  boolean bindIfNotFull() {
    int most = max;
    return bind(most == 0 ? Integer.MAX_VALUE : most);
  }

  private boolean bind(int most) {
    long others;
    long before;
    long after;
    do {
      others = peers;
      before = word;
      if (activeOf(before + others) >= most) {
        return false;
      }
      after = before + ACTIVE;
      int limit = upper;
      if (limit != 0 && totalOf(after + others) >= limit) {
        after |= SATURATED;
      }
    } while (!WORD.compareAndSet(this, before, after));
    if (peers != others) {
      settleFlag();
    }
    return true;
  }

  void deactivate() {
    WORD.getAndAdd(this, 1 - ACTIVE);
  }

  void unbindActive() {
    unbind(ACTIVE);
  }

  void unbindInactive() {
    unbind(1);
  }

  /** Sets what other nodes report, and the flag by the new total: a peer's connections saturate a server, too. */
  void setPeers(int active, int inactive) {
    peers = active * ACTIVE + inactive;
    settleFlag();
  }

  private void unbind(long connection) {
    long others;
    long before;
    long after;
    do {
      others = peers;
      before = word;
      after = before - connection;
      if ((after & SATURATED) != 0 && hasRoom(totalOf(after + others))) {
        after &= ~SATURATED;
      }
    } while (!WORD.compareAndSet(this, before, after));
    if (peers != others) {
      settleFlag();
    }
  }

  /** Sets or lifts the flag by the connections of all nodes. */
  private void settleFlag() {
    long others;
    long before;
    long after;
    do {
      others = peers;
      before = word;
      long total = totalOf(before + others);
      after = before;
      int limit = upper;
      if (limit != 0 && total >= limit) {
        after |= SATURATED;
      } else if ((before & SATURATED) != 0 && hasRoom(total)) {
        after &= ~SATURATED;
      }
    } while (!WORD.compareAndSet(this, before, after) || peers != others);
  }

  private boolean hasRoom(long total) {
    int low = lower;
    int high = upper;
    if (low != 0) {
      return total < low;
    }
    return high == 0 || total * 4 < high * 3L;
  }

  private static int activeOf(long word) {
    return (int) ((word >>> 32) & ACTIVE_MASK);
  }

  private static int inactiveOf(long word) {
    return (int) word;
  }

  private static long totalOf(long word) {
    return (long) activeOf(word) + inactiveOf(word);
  }
}
