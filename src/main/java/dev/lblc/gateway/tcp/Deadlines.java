package dev.lblc.gateway.tcp;

import dev.lblc.gateway.tcp.Session.Phase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time limits of the sessions of one event loop, checked at each tick.
 *
 * <p>Timers for each limit of each session would cost more than the limits are worth. A tick checks all sessions that are
 * being opened or connected, which are few unless something is wrong, and a limited number of those that relay, in turn, and of
 * those that are half closed: with up to {@value #PER_TICK} of them a limit is noticed up to two ticks late, with ten
 * thousand up to two seconds. It is never noticed early. Confined to the event loop.
 */
final class Deadlines {
  private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);

  /** How often limits are checked. */
  static final long TICK_MILLIS = 50;

  private static final int PER_TICK = 512;

  /** A link of one of the lists, and since when nothing was seen to happen in its session. */
  static final class Entry {
    private final Session session;
    private @Nullable Ring ring;
    private Entry previous;
    private Entry next;
    private long quietSince;

    @SuppressWarnings("NullAway.Init") // alone, it is its own neighbour
    Entry(Session session) {
      this.session = session;
      previous = this;
      next = this;
    }
  }

  /** A list of which the first becomes the last when it is looked at. */
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

  private final Ring settingUp = new Ring();
  private final Ring relaying = new Ring();
  private final Ring halfClosed = new Ring();

  /** How many sessions there are. */
  int size() {
    return settingUp.size + relaying.size + halfClosed.size;
  }

  /** The session has entered another phase. */
  void moved(Entry entry) {
    if (entry.ring != null) {
      entry.ring.remove(entry);
    }
    Session session = entry.session;
    entry.quietSince = session.phaseStartNanos();
    switch (session.phase()) {
      case OPENING, CONNECTING -> settingUp.add(entry);
      case RELAYING -> relaying.add(entry);
      case HALF_CLOSED -> halfClosed.add(entry);
      case OVER -> {}
    }
  }

  /** Ends what is past its limit. */
  void tick(long now) {
    tick(settingUp, settingUp.size, now);
    tick(relaying, PER_TICK, now);
    tick(halfClosed, PER_TICK, now);
  }

  /** Aborts every session. */
  void abortAll(TcpFailure why) {
    for (Ring ring : new Ring[] {settingUp, relaying, halfClosed}) {
      for (Entry entry = ring.first; entry != null; entry = ring.first) {
        entry.session.abort(why);
      }
    }
  }

  private static void tick(Ring ring, int most, long now) {
    for (int i = Math.min(ring.size, most); i > 0; i--) {
      Entry entry = ring.turn();
      if (entry != null) {
        tick(entry, now);
      }
    }
  }

  private static void tick(Entry entry, long now) {
    Session session = entry.session;
    try {
      switch (session.phase()) {
        case OPENING, CONNECTING -> checkWait(session, now - session.phaseStartNanos());
        case RELAYING, HALF_CLOSED -> checkRelay(entry, now);
        case OVER -> {}
      }
      session.look();
    } catch (RuntimeException e) { // the other sessions have limits, too
      LOG.error("a connection cannot be checked", e);
      session.abort(TcpFailure.INTERNAL);
    }
  }

  private static void checkWait(Session session, long waited) {
    if (session.phase() == Phase.OPENING) {
      if (waited > session.listener().config().hello().toNanos()) {
        session.abort(TcpFailure.HELLO_TIMEOUT);
      }
    } else if (waited > session.route().connectNanos()) {
      session.connectTimedOut();
    }
  }

  private static void checkRelay(Entry entry, long now) {
    Session session = entry.session;
    if (session.hasMoved()) {
      entry.quietSince = now;
    }
    if (now - session.startNanos() > session.route().lifetimeNanos()) {
      session.abort(TcpFailure.LIFETIME);
    } else if (now - entry.quietSince > session.route().idleNanos()) {
      session.abort(TcpFailure.IDLE_TIMEOUT);
    }
  }
}
