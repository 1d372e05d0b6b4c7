package dev.lblc.gateway.http.lane;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;

/** The framing of chunks that the gateway makes itself, of a body that comes in none. */
final class Chunks {
  private static final AsciiString LAST = AsciiString.cached("0\r\n");
  private static final ByteBuf END = Unpooled.unreleasableBuffer(
      Unpooled.directBuffer(2).writeByte(Octets.CR).writeByte(Octets.LF));

  private Chunks() {}

  /** Writes what stands before the data of a chunk. */
  static HeadOut head(int length, HeadOut to) {
    return to.text(Integer.toHexString(length)).lineEnd();
  }

  /** Returns what stands behind the data of a chunk. */
  static ByteBuf end() {
    return END.duplicate();
  }

  /** Writes the last chunk, which the trailers follow and an empty line. */
  static void last(HeadOut to) {
    to.add(LAST);
  }
}
