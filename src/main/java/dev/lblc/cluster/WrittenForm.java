package dev.lblc.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import dev.lblc.scheduler.Placement;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The numbers of what nodes write for each other. They are for ever: nodes of other releases know them. */
final class WrittenForm {
  static final int FACTORY = 0x4c42_4c43;
  static final int HOME_RECORD = 1;
  static final int PUT_HOMES = 2;
  static final int NOTE_USE = 3;
  static final int REMOVE_UNUSED = 4;
  static final int LATER_USE_MERGE = 5;
  static final int SERVER_RECORD = 6;
  static final int EDIT_SERVER = 7;
  static final int LATER_EDIT_MERGE = 8;
  static final int CLASS_PROBE = 9;

  /** Most homes of a destination. */
  static final int MOST_HOMES = 10_000;

  /** Of a server's id, host or name, in bytes. */
  static final int LONGEST_NAME = 4_096;

  /** Of all homes of a destination, in bytes. */
  static final int LONGEST_NAMES = 1 << 20;

  /** Of what a later format adds to a change, in bytes. */
  static final int LONGEST_ADDED = 1 << 18;

  /** Highest version of a record: no record has been changed so often. What comes after it is of the same version. */
  static final int HIGHEST_VERSION = 1 << 30;

  /** A time that is no time, in milliseconds since 1970: the year 10000. */
  static final long END_OF_TIME = 253_402_300_800_000L;

  /** What stands for bytes that are no UTF-8. */
  private static final char REPLACED = '\uFFFD';

  private WrittenForm() {}

  static void write(ObjectDataOutput out, List<String> strings) throws IOException {
    out.writeInt(strings.size());
    for (String string : strings) {
      out.writeString(string);
    }
  }

  /**
   * Reads the homes of a destination, one at least.
   *
   * @throws IOException if there cannot be such homes; nothing larger than what is allowed was made of them
   */
  static List<String> homes(ObjectDataInput in) throws IOException {
    int size = number(in, "homes", 1, MOST_HOMES);
    List<String> homes = new ArrayList<>();
    int bytes = 0;
    for (int i = 0; i < size; i++) {
      int length = number(in, "bytes of a name", 1, LONGEST_NAME);
      bytes += length;
      require(bytes <= LONGEST_NAMES, "bytes of names", bytes, "at most " + LONGEST_NAMES);
      homes.add(text(in, length));
    }
    return List.copyOf(homes);
  }

  /** Returns what to say of a record that could not be read. */
  static String fault(Exception why) {
    return why instanceof EOFException ? "it is cut off" : String.valueOf(why.getMessage());
  }

  /** Reads the name of something; an {@link IOException}: it cannot be one. */
  static String name(ObjectDataInput in) throws IOException {
    return text(in, number(in, "bytes of a name", 1, LONGEST_NAME));
  }

  /** Reads the number of a format; an {@link IOException}: there is none below 1. */
  static byte format(ObjectDataInput in) throws IOException {
    byte format = in.readByte();
    require(format >= 1, "format", format, "1 or more");
    return format;
  }

  /** Returns the version after that one. */
  static int next(int version) {
    return Math.min(version, HIGHEST_VERSION - 1) + 1;
  }

  /** Returns the version that homes count as decided from; it ends where versions do. */
  static int basis(Placement placement) {
    return Math.min(placement.basis(), HIGHEST_VERSION);
  }

  /** Reads the version of a record, or 0 of none. */
  static int version(ObjectDataInput in) throws IOException {
    return number(in, "version", 0, HIGHEST_VERSION);
  }

  /** Reads a time in milliseconds since 1970. */
  static long millis(ObjectDataInput in) throws IOException {
    long millis = in.readLong();
    require(millis >= 0 && millis < END_OF_TIME, "time", millis, "0 to " + (END_OF_TIME - 1));
    return millis;
  }

  /** Reads a number; an {@link IOException}: it is not in that range. */
  static int number(ObjectDataInput in, String what, int least, int most) throws IOException {
    int number = in.readInt();
    require(number >= least && number <= most, what, number, least + " to " + most);
    return number;
  }

  private static void require(boolean holds, String what, long found, String expected)
      throws IOException {
    if (!holds) {
      throw new IOException(what + ": " + found + " (expected: " + expected + ")");
    }
  }

  private static String text(ObjectDataInput in, int length) throws IOException {
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (isLonger(text, length)) {
      throw new IOException("a name that is no UTF-8");
    }
    return text;
  }

  /** Returns whether a text takes more bytes than it was read from, so that it was none and could not be read again. */
  static boolean isLonger(String text, int bytes) {
    return text.indexOf(REPLACED) >= 0 && text.getBytes(StandardCharsets.UTF_8).length > bytes;
  }
}
