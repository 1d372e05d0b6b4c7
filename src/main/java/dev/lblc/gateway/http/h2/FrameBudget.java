package dev.lblc.gateway.http.h2;

import static io.netty.handler.codec.http2.Http2Error.ENHANCE_YOUR_CALM;
import static io.netty.handler.codec.http2.Http2Exception.connectionError;

import io.netty.handler.codec.http2.Http2Exception;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What a peer may send beside messages: frames that cost it little and the gateway more. Heads and bodies, in either direction, pay
 * for them, and so does time. Confined to the connection's event loop.
 *
 * <p>A peer that keeps to what its messages need never notices: a ping or two for each frame of a body, window updates for each octet
 * that it has read. One that floods is told so, and cut off, after {@value #MOST} frames.
 */
final class FrameBudget {
  private static final int MOST = 1000;

  /** For each octet of a body that has left: its room comes back on the stream, and on the connection. */
  private static final int UPDATES_PER_BYTE = 2;

  /** As many as for the window that a stream begins with. */
  private static final int MOST_UPDATES = UPDATES_PER_BYTE << 16;

  private static final int PER_FRAME = 10;
  private static final int BYTES_PER_FRAME = 1 << 10;
  private static final long NANOS_PER_FRAME = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long RESET_WINDOW_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final LongSupplier nanoTime;
  private final int mostResets;
  private int left = MOST;
  private int updates;
  private long paidNanos;
  private int resets;
  private long resetsSince;

  /** Creates the budget of a connection, which may have so many streams reset in 30 seconds. */
  FrameBudget(LongSupplier nanoTime, int mostResets) {
    this.nanoTime = nanoTime;
    this.mostResets = mostResets;
    this.paidNanos = nanoTime.getAsLong();
    this.resetsSince = paidNanos;
  }

  /** Notes a frame of a message, of so many bytes. */
  void earn(int bytes) {
    left = (int) Math.min(MOST, (long) left + PER_FRAME + bytes / BYTES_PER_FRAME);
  }

  /** Notes that so many octets of a body have left, and not only wait for room. */
  void left(int bytes) {
    updates = (int) Math.min(MOST_UPDATES, updates + (long) UPDATES_PER_BYTE * bytes);
  }

  /**
   * Takes a window update. A peer gives room back for what it has read, an octet at a time if it likes: that costs it more than the
   * gateway.
   *
   * @throws Http2Exception which ends the connection, if there were too many that nothing has left for
   */
  void update() throws Http2Exception {
    if (updates > 0) {
      updates--;
    } else {
      spend();
    }
  }

  /**
   * Takes a frame that is no part of a message.
   *
   * @throws Http2Exception which ends the connection, if there were too many
   */
  void spend() throws Http2Exception {
    if (left == 0) {
      long now = nanoTime.getAsLong();
      left = (int) Math.min(MOST, (now - paidNanos) / NANOS_PER_FRAME);
      paidNanos = now;
    }
    if (left == 0) {
      throw connectionError(ENHANCE_YOUR_CALM, "too many frames that belong to no message");
    }
    left--;
  }

  /** Notes a stream that has got its answer, which pays for one that is given up: clients with deadlines give up many. */
  void answered() {
    if (resets > 0) {
      resets--;
    }
  }

  /**
   * Takes a stream that was given up, by the peer or for its fault.
   *
   * @throws Http2Exception which ends the connection, if there were too many
   */
  void reset() throws Http2Exception {
    long now = nanoTime.getAsLong();
    if (now - resetsSince > RESET_WINDOW_NANOS) {
      resetsSince = now;
      resets = 0;
    }
    resets++;
    if (resets > mostResets) {
      throw connectionError(ENHANCE_YOUR_CALM, "too many streams were reset");
    }
  }
}
