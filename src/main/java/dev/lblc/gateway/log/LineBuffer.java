package dev.lblc.gateway.log;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The octets of one line while it is put together, and of the next one after it. Confined to one thread, which has one for all its
 * lines.
 */
final class LineBuffer {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final int FIRST_SIZE = 1024;
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  private final int number = COUNT.getAndIncrement();
  private final LineTime[] times = LineTime.ofEachForm();
  private byte[] octets = new byte[FIRST_SIZE];
  private int length;

  /** Returns a number that no other buffer has. */
  int number() {
    return number;
  }

  /** Returns the octets, of which the first {@link #length} are the line. */
  byte[] octets() {
    return octets;
  }

  int length() {
    return length;
  }

  /** Begins the next line. */
  void clear() {
    length = 0;
  }

  /** Adds one of the characters of ASCII. */
  void add(char c) {
    reserve(1);
    octets[length++] = (byte) c;
  }

  /** Adds a text of our own, which is ASCII. */
  void add(String ascii) {
    int size = ascii.length();
    reserve(size);
    for (int i = 0; i < size; i++) {
      octets[length + i] = (byte) ascii.charAt(i);
    }
    length += size;
  }

  /** Adds octets as they are. */
  void add(byte[] bytes) {
    reserve(bytes.length);
    System.arraycopy(bytes, 0, octets, length, bytes.length);
    length += bytes.length;
  }

  /** Adds a whole number. */
  void add(long number) {
    if (number < 0) {
      add(Long.toString(number));
      return;
    }
    int digits = 1;
    for (long rest = number; rest >= 10; rest /= 10) {
      digits++;
    }
    digits(number, digits);
  }

  /** Adds the last digits of a number that is not negative. */
  void digits(long number, int digits) {
    reserve(digits);
    long rest = number;
    for (int i = length + digits - 1; i >= length; i--) {
      octets[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
  }

  /** Adds the last digits of a number in hexadecimal. */
  void hex(int number, int digits) {
    reserve(digits);
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      octets[length++] = HEX[(number >> shift) & 0xf];
    }
  }

  /** Adds a time. */
  void time(LineTime.Form form, long epochMillis) {
    times[form.index()].add(epochMillis, this);
  }

  private void reserve(int more) {
    if (length + more > octets.length) {
      octets = Arrays.copyOf(octets, Math.max(2 * octets.length, length + more));
    }
  }
}
