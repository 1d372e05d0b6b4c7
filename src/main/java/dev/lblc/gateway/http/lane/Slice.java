package dev.lblc.gateway.http.lane;

import java.nio.charset.StandardCharsets;

/** A part of some octets as characters, to be compared without making a string. Moves from part to part. */
final class Slice implements CharSequence {
  private byte[] bytes = {};
  private int start;
  private int end;

  /** Moves to another part. */
  Slice at(byte[] octets, int from, int to) {
    bytes = octets;
    start = from;
    end = to;
    return this;
  }

  @Override
  public int length() {
    return end - start;
  }

  @Override
  public char charAt(int index) {
    return (char) (bytes[start + index] & 0xff);
  }

  @Override
  public CharSequence subSequence(int from, int to) {
    return toString().substring(from, to);
  }

  @Override
  public String toString() {
    return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
  }
}
