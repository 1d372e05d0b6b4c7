package dev.lblc.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What the table holds for one destination.
 *
 * <p>Last use is written by any thread, without ordering; homes are replaced under the table's monitor and read
 * without it; the links belong to the monitor.
 */
final class Entry {
  private static final VarHandle LAST_USE;

  static {
    try {
      LAST_USE = MethodHandles.lookup().findVarHandle(Entry.class, "lastUse", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final String destination;

  @Nullable
  Entry newer;

  @Nullable
  Entry older;

  /** Where the table has it among all its entries. The monitor's. */
  int slot;

  /** Version of the homes in the cluster's map; 0: not there as far as this node knows. The monitor's. */
  int version;

  /** Whether the homes outrank what others decided on that version: a server told of them. The monitor's. */
  boolean isLearned;

  /** The last comparison with the cluster's map that found it there. The monitor's. */
  int compared;

  /** The last use that other nodes know of. The monitor's. */
  long sharedUse;

  /** Whether it had to be asked for before it was let into a full table. The monitor's. */
  boolean wasAdmitted;

  /** How often this node is asked for it, for strategies that want to know: see Rate. Any thread's, without ordering. */
  float rate;

  private volatile Server[] homes;
  private volatile long lastChange;

  @SuppressWarnings("UnusedVariable") // by LAST_USE
  private long lastUse;

  Entry(String destination, Server[] homes, long nowMillis) {
    this.destination = destination;
    this.homes = homes;
    this.lastChange = nowMillis;
    this.lastUse = nowMillis;
    this.sharedUse = nowMillis;
  }

  /** The servers it goes to, the newest first, at least one; never written to. */
  Server[] homes() {
    return homes;
  }

  /** The only, or newest, home. */
  Server home() {
    return homes[0];
  }

  long lastChange() {
    return lastChange;
  }

  long lastUse() {
    return (long) LAST_USE.getOpaque(this);
  }

  /** Notes a use. Many threads use a hot destination within a millisecond; only the first of them writes. */
  void use(long nowMillis) {
    if (lastUse() != nowMillis) {
      LAST_USE.setOpaque(this, nowMillis);
    }
  }

  /** Whether it was used since its homes were last decided. */
  boolean usedAgain() {
    return lastUse() > lastChange;
  }

  void setHomes(Server[] newHomes, long nowMillis) {
    homes = newHomes;
    lastChange = nowMillis;
  }
}
