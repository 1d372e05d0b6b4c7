package dev.lblc.gateway.log;

import java.nio.ByteBuffer;

/** Whole lines on their way to a target. Confined to whoever has it. */
final class Chunk {
  /** As much as a pipe takes at once, and far more than the longest line. */
  static final int SIZE = 64 << 10;

  private final byte[] octets = new byte[SIZE];
  private int length;
  private int lines;

  /** Adds a line; returns false, and adds nothing, if it has no room for it. */
  boolean add(byte[] from, int size) {
    if (length + size > SIZE) {
      return false;
    }
    System.arraycopy(from, 0, octets, length, size);
    length += size;
    lines++;
    return true;
  }

  /** Returns how many lines it has. */
  int lines() {
    return lines;
  }

  /** Returns what is to be written. */
  ByteBuffer toWrite() {
    return ByteBuffer.wrap(octets, 0, length);
  }

  /** Returns where the line begins that has this octet. */
  int lineStart(int at) {
    int start = at;
    while (start > 0 && octets[start - 1] != '\n') {
      start--;
    }
    return start;
  }

  /** Makes it empty. */
  void clear() {
    length = 0;
    lines = 0;
  }
}
