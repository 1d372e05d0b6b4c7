package dev.lblc.gateway.http.lane;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
import java.util.Arrays;

/**
 * The octets of a head while it is written. A plain array, which becomes a buffer at the end: a buffer checks itself at each octet.
 * Serves one head after another. Confined to one thread.
 */
final class HeadOut {
  private static final int FIRST_SIZE = 4 << 10;
  private static final int MOST_KEPT = 16 << 10;

  private byte[] octets = new byte[FIRST_SIZE];
  private int length;

  /** Begins a new head. */
  HeadOut begin() {
    length = 0;
    return this;
  }

  /** Adds octets as they are. */
  HeadOut add(byte[] from, int start, int end) {
    int more = end - start;
    reserve(more);
    System.arraycopy(from, start, octets, length, more);
    length += more;
    return this;
  }

  /** Adds an octet. */
  HeadOut add(int octet) {
    reserve(1);
    octets[length++] = (byte) octet;
    return this;
  }

  /** Adds text that is ASCII. */
  HeadOut add(AsciiString text) {
    return add(text.array(), text.arrayOffset(), text.arrayOffset() + text.length());
  }

  /**
   * Adds text.
   *
   * @throws IllegalArgumentException if a character may not stand in a head: as an octet it would be another one in disguise
   */
  HeadOut text(CharSequence text) {
    if (text instanceof AsciiString ascii) {
      return add(ascii);
    }
    int more = text.length();
    reserve(more);
    for (int i = 0; i < more; i++) {
      char octet = text.charAt(i);
      if (octet > 0xff || (octet != Octets.SPACE && !Octets.isValue((byte) octet))) {
        throw new IllegalArgumentException("a character that no header may have: " + (int) octet);
      }
      octets[length + i] = (byte) octet;
    }
    length += more;
    return this;
  }

  /** Adds a header. */
  HeadOut line(CharSequence name, CharSequence value) {
    return text(name).add(Octets.COLON).add(Octets.SPACE).text(value).lineEnd();
  }

  /** Adds the end of a line. */
  HeadOut lineEnd() {
    return add(Octets.CR).add(Octets.LF);
  }

  /** Returns what was added as a buffer, which has room for so many octets more. */
  ByteBuf toBuffer(ByteBufAllocator allocator, int room) {
    ByteBuf buffer = allocator.directBuffer(length + room).writeBytes(octets, 0, length);
    if (octets.length > MOST_KEPT) {
      octets = new byte[FIRST_SIZE];
    }
    return buffer;
  }

  private void reserve(int more) {
    if (octets.length - length < more) {
      octets = Arrays.copyOf(octets, Math.max(2 * octets.length, length + more));
    }
  }
}
