package dev.lblc.cluster;

import io.vertx.core.buffer.Buffer;

/** Reads the parts of a {@link CountReport} one after the other; throws {@link IllegalArgumentException} at what cannot be. */
final class ReportReader {
  private final Buffer buffer;
  private int position;
  private int entries;

  ReportReader(Buffer buffer, int position) {
    this.buffer = buffer;
    this.position = position;
  }

  byte format() {
    byte format = buffer.getByte(take(Byte.BYTES));
    if (format < 1) {
      throw malformed("format " + format, "1 or more");
    }
    return format;
  }

  /** From 0 to that. */
  int number(int most) {
    int number = buffer.getInt(take(Integer.BYTES));
    if (number < 0 || number > most) {
      throw malformed("number " + number, "0 to " + most);
    }
    return number;
  }

  /** How many follow, of which there are not too many in all. */
  int entries() {
    int number = number(CountReport.MOST_ENTRIES - entries);
    entries += number;
    return number;
  }

  /** A small number, from 0 to that. */
  int number8(int most) {
    int number = buffer.getByte(take(Byte.BYTES));
    if (number < 0 || number > most) {
      throw malformed("number " + number, "0 to " + most);
    }
    return number;
  }

  /** A number from 0 to that in as many bytes as it needs: seven bits in each, the lowest first. */
  int shortNumber(int most) {
    long number = 0;
    int shift = 0;
    byte next;
    do {
      next = buffer.getByte(take(Byte.BYTES));
      number |= (next & 0x7fL) << shift;
      shift += 7;
    } while (next < 0 && shift < Integer.SIZE);
    if (next < 0 || number > most) {
      throw malformed("number " + number, "0 to " + most);
    }
    return (int) number;
  }

  /** How many follow, written like that, of which there are not too many in all. */
  int shortEntries() {
    int number = shortNumber(CountReport.MOST_ENTRIES - entries);
    entries += number;
    return number;
  }

  int number32() {
    return buffer.getInt(take(Integer.BYTES));
  }

  long number64() {
    return buffer.getLong(take(Long.BYTES));
  }

  String string() {
    int length = number(WrittenForm.LONGEST_NAME);
    int start = take(length);
    return buffer.getString(start, start + length, "UTF-8");
  }

  /** Goes on by so many bytes; where they start. */
  private int take(int length) {
    int start = position;
    if (length > buffer.length() - start) {
      throw malformed(length + " bytes", "the " + (buffer.length() - start) + " that are left");
    }
    position += length;
    return start;
  }

  private IllegalArgumentException malformed(String what, String expected) {
    return new IllegalArgumentException("report of connections: " + what + " before byte "
        + position + " (expected: " + expected + ")");
  }
}
