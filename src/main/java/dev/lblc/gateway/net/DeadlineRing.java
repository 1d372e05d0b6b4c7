package dev.lblc.gateway.net;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The time limits of all connections and requests of one event loop, checked at each tick.
 *
 * <p>A timer for each limit would cost more than the limits are worth, and so would a look at the clock for each phase. So an
 * entry is put into the ring of its stage and nothing more; its times run from the first tick that looks at it. A tick looks at
 * all entries that are being set up, which are few unless something is wrong, and at {@value #PER_TICK} of each other stage, in
 * turn. With up to {@value #PER_TICK} entries in a stage a limit is noticed up to two ticks late, with ten thousand up to two
 * seconds. A limit is never noticed early.
 *
 * <p>Confined to the event loop.
 */
public final class DeadlineRing {
  /** How often {@link #tick} is to be called. */
  public static final long TICK_MILLIS = 50;

  private static final int PER_TICK = 512;

  /** What has time limits. */
  public interface Timed {
    /** Returns whether anything has happened since the last call. */
    boolean hasMoved();

    /**
     * Ends itself if one of its limits has passed.
     *
     * @param nowNanos the time now
     * @param phaseNanos how long the present phase has lasted, at least
     * @param quietNanos how long nothing has happened in it, at least
     */
    void checkLimits(long nowNanos, long phaseNanos, long quietNanos);

    /** Ends itself, since {@link #hasMoved} or {@link #checkLimits} threw this. Must not throw. */
    void checkFailed(RuntimeException cause);
  }

  /** What an entry is at. Each stage has a ring of its own, so that many entries of one do not delay another. */
  public enum Stage {
    /** The client says what it wants, or a server is being connected to: looked at at every tick. */
    SETTING_UP,
    /** Bytes pass. */
    RUNNING,
    /** One side has ended, the other is waited for. */
    ENDING,
    /** Nothing is asked for: a client's connection between two requests. */
    IDLE
  }

  /** The place of one {@link Timed} in the rings, kept by it. */
  public static final class Entry {
    private final Timed timed;
    private @Nullable Ring ring;
    private Entry previous;
    private Entry next;
    private boolean isUnseen;
    private long phaseSince;
    private long quietSince;

    /** Creates an entry that is in no ring yet. */
    @SuppressWarnings("NullAway.Init") // alone, it is its own neighbour
    public Entry(Timed timed) {
      this.timed = timed;
      previous = this;
      next = this;
    }
  }

  /** The entries of a stage. The first becomes the last when it is looked at. */
  private static final class Ring {
    private @Nullable Entry first;
    private int size;

    void add(Entry entry) {
      entry.ring = this;
      size++;
      if (first == null) {
        first = entry;
        entry.previous = entry;
        entry.next = entry;
      } else {
        entry.next = first;
        entry.previous = first.previous;
        first.previous.next = entry;
        first.previous = entry;
      }
    }

    void remove(Entry entry) {
      entry.ring = null;
      size--;
      if (size == 0) {
        first = null;
        return;
      }
      if (first == entry) {
        first = entry.next;
      }
      entry.previous.next = entry.next;
      entry.next.previous = entry.previous;
    }

    @Nullable
    Entry turn() {
      Entry entry = first;
      if (entry != null) {
        first = entry.next;
      }
      return entry;
    }
  }

  private final Map<Stage, Ring> rings = new EnumMap<>(Stage.class);

  /** Creates one with no entries. */
  public DeadlineRing() {
    for (Stage stage : Stage.values()) {
      rings.put(stage, new Ring());
    }
  }

  /** Puts an entry at the start of a phase, of the stage it was at or of another one. */
  public void enter(Entry entry, Stage stage) {
    entry.isUnseen = true;
    Ring ring = ring(stage);
    if (entry.ring != ring) {
      leave(entry);
      ring.add(entry);
    }
  }

  /** Takes an entry out; does nothing if it is not in. */
  public void leave(Entry entry) {
    if (entry.ring != null) {
      entry.ring.remove(entry);
    }
  }

  /** Returns how many entries there are. */
  public int size() {
    int size = 0;
    for (Ring ring : rings.values()) {
      size += ring.size;
    }
    return size;
  }

  /** Has those that are due check their limits; {@code nowNanos} is the time now on a monotonic clock. */
  public void tick(long nowNanos) {
    for (Stage stage : Stage.values()) {
      Ring ring = ring(stage);
      int most = stage == Stage.SETTING_UP ? ring.size : Math.min(ring.size, PER_TICK);
      for (int i = 0; i < most; i++) {
        Entry entry = ring.turn();
        if (entry != null) { // a check may have taken others out
          look(entry, nowNanos);
        }
      }
    }
  }

  /** Calls this for each entry that there is; it may take out any of them. */
  public void forEach(Consumer<? super Timed> action) {
    List<Entry> all = new ArrayList<>(size());
    for (Ring ring : rings.values()) {
      Entry entry = ring.first;
      for (int i = 0; i < ring.size && entry != null; i++) {
        all.add(entry);
        entry = entry.next;
      }
    }
    for (Entry entry : all) {
      if (entry.ring != null) {
        action.accept(entry.timed);
      }
    }
  }

  private Ring ring(Stage stage) {
    Ring ring = rings.get(stage);
    if (ring == null) {
      throw new IllegalStateException("no ring for " + stage);
    }
    return ring;
  }

  private static void look(Entry entry, long now) {
    try {
      boolean hasMoved = entry.timed.hasMoved();
      if (entry.isUnseen) {
        entry.isUnseen = false;
        entry.phaseSince = now;
        entry.quietSince = now;
      } else if (hasMoved) {
        entry.quietSince = now;
      }
      entry.timed.checkLimits(now, now - entry.phaseSince, now - entry.quietSince);
    } catch (RuntimeException e) { // the others have limits, too
      entry.timed.checkFailed(e);
    }
  }
}
