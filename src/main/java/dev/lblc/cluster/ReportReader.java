package dev.lblc.cluster;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

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
    String text = buffer.getString(start, start + length, "UTF-8");
    if (WrittenForm.isLonger(text, length)) {
      throw malformed("a name", "UTF-8");
    }
    return text;
  }

  /** The homes of a destination, as a record can have them: what it cannot have, its owner would refuse again and again. */
  List<String> homes() {
    int count = entries();
    if (count < 1 || count > WrittenForm.MOST_HOMES) {
      throw malformed(count + " homes", "1 to " + WrittenForm.MOST_HOMES);
    }
    List<String> homes = new ArrayList<>();
    int bytes = 0;
    for (int i = 0; i < count; i++) {
      int before = position;
      homes.add(string());
      bytes += position - before - Integer.BYTES;
      if (homes.get(i).isEmpty() || bytes > WrittenForm.LONGEST_NAMES) {
        throw malformed("names of homes", "1 byte each, " + WrittenForm.LONGEST_NAMES + " in all");
      }
    }
    return homes;
  }

  /** A time in milliseconds since 1970. */
  long millis() {
    long millis = number64();
    if (millis < 0 || millis >= WrittenForm.END_OF_TIME) {
      throw malformed("time " + millis, "0 to " + (WrittenForm.END_OF_TIME - 1));
    }
    return millis;
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
