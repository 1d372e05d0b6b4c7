package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.Limits;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The beginning of a request's body that was sent on a stream. It is kept as long as the server may refuse the request unseen, so that
 * another server, or another connection, can get it. Confined to the connection's event loop.
 *
 * <pre>
 *   add           keeps each piece, until they are too many: then all are dropped
 *   drop          at the head of the answer, and at the end of the stream
 *   takePieces    at a refusal, if all are there
 * </pre>
 *
 * <p>What is kept holds up nobody: the client has room for more as soon as the server has taken a piece. A server that answers late
 * makes the gateway keep {@value #MOST} octets for each stream, and {@value #MOST_OF_ALL} for each connection.
 */
final class SentBody {
  /** Refusals come within a round trip or two: in that time, clients and windows rarely let more go. */
  private static final int MOST = 64 << 10;

  /** As much as the streams of a client's connection that have a server may have waiting. */
  private static final int MOST_OF_ALL = Limits.SERVED_BYTES;

  /** What a piece takes beside its octets. */
  private static final int PIECE = 256;

  /** A piece that has less than such a part of its buffer is copied: it would keep all of the buffer. */
  private static final int LEAST_SHARE = 8;

  /** What is kept for all streams of a connection. */
  static final class Total {
    private int kept;

    private boolean add(int more) {
      if (kept + more > MOST_OF_ALL) {
        return false;
      }
      kept += more;
      return true;
    }

    int kept() {
      return kept;
    }
  }

  private final Total total;
  private final Deque<ByteBuf> pieces = new ArrayDeque<>(4);
  private int kept;
  private boolean isWhole = true;

  SentBody(Total total) {
    this.total = total;
  }

  /** Keeps a piece, whose reference stays the caller's, if all before it are kept. */
  void add(ByteBuf piece) {
    int cost = piece.readableBytes() + PIECE;
    if (!isWhole) {
      return;
    }
    if (kept + cost > MOST || !total.add(cost)) {
      drop();
      return;
    }
    kept += cost;
    pieces.add(isSmallPart(piece) ? piece.copy() : piece.retainedDuplicate());
  }

  private static boolean isSmallPart(ByteBuf piece) {
    ByteBuf root = piece;
    for (ByteBuf next = root.unwrap(); next != null; next = next.unwrap()) {
      root = next;
    }
    return piece.readableBytes() < root.capacity() / LEAST_SHARE;
  }

  /** Returns whether all that was sent is kept. */
  boolean isWhole() {
    return isWhole;
  }

  /** Gives all pieces away, and their references. */
  Deque<ByteBuf> takePieces() {
    total.kept -= kept;
    kept = 0;
    return pieces;
  }

  /** Keeps nothing, now and from now on. */
  void drop() {
    isWhole = false;
    takePieces();
    for (ByteBuf piece = pieces.poll(); piece != null; piece = pieces.poll()) {
      piece.release();
    }
  }
}
