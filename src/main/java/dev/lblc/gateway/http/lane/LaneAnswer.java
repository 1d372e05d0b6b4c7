package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.ResponseHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The head of the response that a server's side is at, where it was read. Confined to its event loop. */
public final class LaneAnswer implements ResponseHead {
  private @Nullable HeadBuffer buffer;

  /** Takes the head of the next response; null: forgets the one before. */
  public void set(@Nullable HeadBuffer head) {
    buffer = head;
  }

  /** Returns the header fields. */
  public HeadBuffer buffer() {
    HeadBuffer known = buffer;
    if (known == null) {
      throw new IllegalStateException("no head has come");
    }
    return known;
  }

  @Override
  public int status() {
    return buffer().parser().status();
  }

  /** The engine copies the phrase from the octets. */
  @Override
  public @Nullable String phrase() {
    return null;
  }

  @Override
  public @Nullable String header(CharSequence name) {
    return buffer().header(name);
  }

  @Override
  public List<String> headers(CharSequence name) {
    return buffer().headers(name);
  }

  @Override
  public boolean hasHeader(CharSequence name) {
    return buffer().hasHeader(name);
  }
}
