package dev.lblc.gateway.http.lane;

import java.util.Arrays;

/** What each octet may be in the head of a message, by RFC 9110 5 and RFC 9112 2 to 5. */
final class Octets {
  static final byte CR = '\r';
  static final byte LF = '\n';
  static final byte SPACE = ' ';
  static final byte TAB = '\t';
  static final byte COLON = ':';

  // Kinds of octets.
  static final int TOKEN = 1;
  static final int TARGET = 1 << 1;
  static final int VALUE = 1 << 2;
  private static final int DIGIT = 1 << 3;

  private static final byte[] KINDS = kinds();

  private Octets() {}

  /** Returns whether it may be in a method or in the name of a header. */
  static boolean isToken(byte octet) {
    return (KINDS[octet & 0xff] & TOKEN) != 0;
  }

  /** Returns whether it may be in a target: visible and ASCII. What a path may hold is the routing's business. */
  static boolean isTarget(byte octet) {
    return (KINDS[octet & 0xff] & TARGET) != 0;
  }

  /** Returns whether it may be in the value of a header or in a reason phrase: all but control characters; the tab may. */
  static boolean isValue(byte octet) {
    return (KINDS[octet & 0xff] & VALUE) != 0;
  }

  static boolean isDigit(byte octet) {
    return (KINDS[octet & 0xff] & DIGIT) != 0;
  }

  /** Returns whether the octets, as far as they go, are those of {@code whole}, from its first on; they may go on behind it. */
  static boolean isPrefix(byte[] octets, int length, byte[] whole) {
    int compared = Math.min(length, whole.length);
    return Arrays.equals(octets, 0, compared, whole, 0, compared);
  }

  /** Returns the index of the first octet from {@code at} on that is not of that kind; {@code to} if all are. */
  static int skip(int kind, byte[] octets, int at, int to) {
    int end = at;
    while (end < to && (KINDS[octets[end] & 0xff] & kind) != 0) {
      end++;
    }
    return end;
  }

  private static byte[] kinds() {
    byte[] kinds = new byte[256];
    for (int octet = 0; octet < kinds.length; octet++) {
      boolean isDigit = octet >= '0' && octet <= '9';
      boolean isLetter = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
      boolean isVisible = octet > ' ' && octet < 0x7f;
      int kind = 0;
      if (isDigit || isLetter || "!#$%&'*+-.^_`|~".indexOf(octet) >= 0) {
        kind |= TOKEN;
      }
      if (isVisible) {
        kind |= TARGET;
      }
      if (isVisible || octet == SPACE || octet == TAB || octet > 0x7f) {
        kind |= VALUE;
      }
      if (isDigit) {
        kind |= DIGIT;
      }
      kinds[octet] = (byte) kind;
    }
    return kinds;
  }
}
