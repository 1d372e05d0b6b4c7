package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.ResponseHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The head of a server's response, where it was read. */
final class ServerHead implements ResponseHead {
  private final HeadBuffer buffer;

  ServerHead(HeadBuffer buffer) {
    this.buffer = buffer;
  }

  HeadBuffer buffer() {
    return buffer;
  }

  @Override
  public int status() {
    return buffer.parser().status();
  }

  /** The engine copies the phrase from the octets. */
  @Override
  public @Nullable String phrase() {
    return null;
  }

  @Override
  public @Nullable String header(CharSequence name) {
    return buffer.header(name);
  }

  @Override
  public List<String> headers(CharSequence name) {
    return buffer.headers(name);
  }

  @Override
  public boolean hasHeader(CharSequence name) {
    return buffer.hasHeader(name);
  }
}
