package dev.lblc.gateway.http;

import dev.lblc.gateway.http.Exchange.Phase;
import dev.lblc.gateway.route.Route;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The time limits of the exchanges of one event loop, checked all together at each tick.
 *
 * <p>A timer for each limit of each request would cost more than the limits are worth. A tick compares counters that are
 * kept anyway, so that a request pays for being put into a list and taken out of it. A limit is noticed up to two ticks
 * late and never early. Confined to the event loop.
 */
final class Deadlines {
  /** How often limits are checked. */
  static final long TICK_MILLIS = 50;

  /** How much longer than its own time-out a connect may take: that one should have fired, and this is the net below. */
  private static final long CONNECT_GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long a client may go on with a request that was answered already. */
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final long HTTP2_CANCEL = 0x8;

  /** A link of the list, and what was seen of its exchange at the last tick. */
  static final class Entry {
    private final Exchange exchange;
    private @Nullable Entry previous;
    private @Nullable Entry next;
    private boolean listed;
    private @Nullable Phase seenPhase;
    private boolean seenSent;
    private long seenProgress;
    private long quietSince;

    Entry(Exchange exchange) {
      this.exchange = exchange;
    }
  }

  private final LongSupplier nanoTime;
  private @Nullable Entry first;

  /** With a monotonic clock in nanoseconds. */
  Deadlines(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  /** Watches an exchange; does nothing if it is watched. */
  void add(Entry entry) {
    if (entry.listed) {
      return;
    }
    entry.listed = true;
    entry.next = first;
    entry.previous = null;
    if (first != null) {
      first.previous = entry;
    }
    first = entry;
  }

  /** Stops watching an exchange; does nothing if it is not watched. */
  void remove(Entry entry) {
    if (!entry.listed) {
      return;
    }
    entry.listed = false;
    if (entry.previous == null) {
      first = entry.next;
    } else {
      entry.previous.next = entry.next;
    }
    if (entry.next != null) {
      entry.next.previous = entry.previous;
    }
  }

  /** Ends what is past its limit. */
  void tick() {
    long now = nanoTime();
    Entry entry = first;
    while (entry != null) {
      // Read before the check, which may take this entry out; it cannot take out another.
      Entry next = entry.next;
      check(entry, now);
      entry = next;
    }
  }

  private void check(Entry entry, long now) {
    Exchange exchange = entry.exchange;
    boolean sent = exchange.request().isEnded();
    long progress = exchange.progress();
    boolean lingers = exchange.phase() == Phase.LINGERING;
    boolean moved = entry.seenSent != sent || entry.seenProgress != progress;
    if (entry.seenPhase != exchange.phase() || (moved && !lingers)) {
      entry.seenPhase = exchange.phase();
      entry.seenSent = sent;
      entry.seenProgress = progress;
      entry.quietSince = now;
    }
    long quiet = now - entry.quietSince;
    if (lingers) {
      linger(entry, sent, quiet);
    } else {
      checkLimit(exchange, exchange.route(), sent, quiet);
    }
  }

  private static void checkLimit(Exchange exchange, Route route, boolean sent, long quiet) {
    switch (exchange.phase()) {
      case ROUTING, LINGERING -> {}
      case CONNECTING -> {
        if (quiet > TimeUnit.MILLISECONDS.toNanos(route.connectMillis()) + CONNECT_GRACE_NANOS) {
          exchange.abort(Failure.CONNECT_TIMEOUT);
        }
      }
      case SENDING -> {
        if (sent && quiet > route.responseNanos()) {
          exchange.abort(Failure.RESPONSE_TIMEOUT);
        } else if (!sent && quiet > route.idleNanos()) {
          boolean serverStalls = exchange.upstream().writeQueueFull();
          exchange.abort(serverStalls ? Failure.IDLE_TIMEOUT : Failure.REQUEST_TIMEOUT);
        }
      }
      case RECEIVING -> {
        if (quiet > route.idleNanos()) {
          boolean clientStalls = exchange.response().writeQueueFull();
          exchange.abort(clientStalls ? Failure.CLIENT_STALLED : Failure.IDLE_TIMEOUT);
        }
      }
      case TUNNELLING -> {
        if (quiet > route.idleNanos()) {
          exchange.cut(Failure.IDLE_TIMEOUT);
        }
      }
    }
  }

  /** The client gets a while to send the rest, and no longer: the server has answered. */
  private void linger(Entry entry, boolean sent, long quiet) {
    HttpServerRequest request = entry.exchange.request();
    if (sent || request.response().closed()) {
      remove(entry);
    } else if (quiet > LINGER_NANOS) {
      remove(entry);
      if (request.version() == HttpVersion.HTTP_2) {
        request.response().reset(HTTP2_CANCEL);
      } else {
        Connections.closeNow(request.connection());
      }
    }
  }
}
