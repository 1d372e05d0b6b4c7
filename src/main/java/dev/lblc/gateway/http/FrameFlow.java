package dev.lblc.gateway.http;

import java.util.function.IntUnaryOperator;

/**
 * One direction of a WebSocket, in which the gateway may say goodbye: with a Close frame behind the frame that is passing, or at once if
 * none is. What the source sends behind that is dropped, as nothing may follow a Close frame. Confined to one event loop.
 */
public final class FrameFlow {
  private enum Goodbye {
    /** The gateway has nothing to say. */
    NONE,
    /** Behind the frame that is passing. */
    WAITING,
    /** Behind what has just passed. */
    DUE,
    /** The Close frame of the gateway was the last. */
    SAID
  }

  private final Frames frames = new Frames();
  private Goodbye goodbye = Goodbye.NONE;

  /**
   * Follows octets that have come. Ask {@link #isGoodbyeDue} behind what is passed on.
   *
   * @param octets gives the octet at an index
   * @return the index behind those that are to be passed on
   */
  public int pass(IntUnaryOperator octets, int from, int to) {
    int end = from;
    if (goodbye == Goodbye.WAITING) {
      end = frames.followFrame(octets, from, to);
      if (frames.isAtBoundary()) {
        goodbye = frames.hasClosed() ? Goodbye.SAID : Goodbye.DUE;
        frames.follow(octets, end, to);
      }
      return end;
    }
    frames.follow(octets, from, to);
    return goodbye == Goodbye.NONE ? to : from;
  }

  /** Returns whether the Close frame is to be written now; once. */
  public boolean isGoodbyeDue() {
    if (goodbye == Goodbye.DUE) {
      goodbye = Goodbye.SAID;
      return true;
    }
    return false;
  }

  /** Has the destination go away, unless the source has said so already. Ask {@link #isGoodbyeDue} next. */
  public void sayGoodbye() {
    if (goodbye == Goodbye.NONE && !frames.hasClosed()) {
      goodbye = frames.isAtBoundary() ? Goodbye.DUE : Goodbye.WAITING;
    }
  }

  /** Returns whether the source has sent a Close frame. */
  public boolean hasClosed() {
    return frames.hasClosed();
  }
}
