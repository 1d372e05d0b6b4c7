package dev.lblc.gateway.http.lane;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The pieces of a request's body that wait for a server, in order. Confined to one thread. */
public final class HeldBody {
  private @Nullable Deque<ByteBuf> pieces;

  /** Creates one that holds nothing. */
  public HeldBody() {}

  /** Takes a piece that has come, and its reference. */
  public void add(ByteBuf piece) {
    pieces().addLast(piece);
  }

  /** Takes pieces back, with their references, that were sent to a server: they go before all others. Empties {@code sent}. */
  public void takeBack(Deque<ByteBuf> sent) {
    for (ByteBuf last = sent.pollLast(); last != null; last = sent.pollLast()) {
      pieces().addFirst(last);
    }
  }

  /** Gives the next piece away, and its reference; null: there is none. */
  public @Nullable ByteBuf poll() {
    return pieces == null ? null : pieces.pollFirst();
  }

  /** Drops all pieces. */
  public void drop() {
    for (ByteBuf piece = poll(); piece != null; piece = poll()) {
      piece.release();
    }
  }

  private Deque<ByteBuf> pieces() {
    Deque<ByteBuf> known = pieces;
    if (known == null) {
      known = new ArrayDeque<>();
      pieces = known;
    }
    return known;
  }
}
