package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.HeaderView;
import dev.lblc.gateway.http.ListedTokens;
import dev.lblc.gateway.http.UnreadableLine;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The octets of one head, its parser, and a view of its headers where they stand. Makes strings of those only that somebody asks
 * for. Serves one head after another. Confined to one thread.
 */
public final class HeadBuffer implements HeaderView {
  /** What {@link #read} has found. */
  enum Progress {
    /** More has to come. */
    MORE,
    /** The head is whole. */
    WHOLE,
    /** It is no head: {@link HeadParser#fault} says why. */
    FAULTY
  }

  private static final int FIRST_SIZE = 1 << 10;
  private static final int CASE = 0x20;

  /** The colon, the space, and the end of the line. */
  private static final int FIELD_OVERHEAD = 4;

  private final HeadParser parser;
  private byte[] octets = new byte[FIRST_SIZE];
  private int length;

  HeadBuffer(HeadParser parser) {
    this.parser = parser;
  }

  /** Begins a new head. */
  HeadBuffer begin(HeadLimits limits) {
    length = 0;
    parser.begin(0, limits);
    return this;
  }

  /** Begins a section of trailers. */
  HeadBuffer beginTrailers(HeadLimits limits) {
    length = 0;
    parser.beginTrailers(0, limits);
    return this;
  }

  /** Reads on. Takes the octets of the head, and no more, from what has come. */
  Progress read(ByteBuf in) {
    while (in.isReadable()) {
      int step = Math.min(in.readableBytes(), Math.max(FIRST_SIZE, length));
      if (octets.length < length + step) {
        octets = Arrays.copyOf(octets, Math.max(2 * octets.length, length + step));
      }
      in.getBytes(in.readerIndex(), octets, length, step);
      int end = parser.parse(octets, length + step);
      if (end >= 0) {
        in.skipBytes(end - length);
        length = end;
        return Progress.WHOLE;
      }
      in.skipBytes(step);
      length += step;
      if (end == HeadParser.FAULTY) {
        return Progress.FAULTY;
      }
    }
    return Progress.MORE;
  }

  HeadParser parser() {
    return parser;
  }

  // --- a head that comes field by field ---

  /**
   * Begins the head of a message that has no octets of its own: its fields are added one by one.
   *
   * @param status of an answer; 0: a request
   */
  public HeadBuffer beginFields(int status, HeadLimits limits) {
    length = 0;
    parser.beginFields(status, limits);
    return this;
  }

  /**
   * Adds a field as one line of HTTP/1.1.
   *
   * @return null, or why it is no field, or one too many
   */
  public @Nullable HeadFault addField(CharSequence name, CharSequence value) {
    int size = name.length() + value.length() + FIELD_OVERHEAD;
    if (octets.length < length + size) {
      octets = Arrays.copyOf(octets, Math.max(2 * octets.length, length + size));
    }
    int valueStart = put(name, length, ':', ' ');
    int end = put(value, valueStart, '\r', '\n');
    HeadFault fault = parser.field(octets, length, valueStart, end);
    length = end;
    return fault;
  }

  private int put(CharSequence text, int at, char first, char second) {
    int size = text.length();
    if (text instanceof AsciiString ascii) {
      System.arraycopy(ascii.array(), ascii.arrayOffset(), octets, at, size);
    } else {
      for (int i = 0; i < size; i++) {
        char c = text.charAt(i);
        octets[at + i] = c > 0xff ? 0 : (byte) c; // which no field may have
      }
    }
    octets[at + size] = (byte) first;
    octets[at + size + 1] = (byte) second;
    return at + size + 2;
  }

  /** Returns whether a text is a token, as methods and names of fields are. */
  public static boolean isToken(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > 0x7f || !Octets.isToken((byte) c)) {
        return false;
      }
    }
    return text.length() > 0;
  }

  /** Returns how many fields there are. */
  public int count() {
    return parser.count();
  }

  /** Returns the name of a field, as it came, within octets that are {@link #octets} or {@link #copy}. */
  public AsciiString nameAt(int field, byte[] in) {
    int from = parser.nameStart(field);
    return new AsciiString(in, from, parser.nameEnd(field) - from, false);
  }

  /** Returns the value of a field within octets that are {@link #octets} or {@link #copy}. */
  public AsciiString valueAt(int field, byte[] in) {
    int from = parser.valueStart(field);
    return new AsciiString(in, from, parser.valueEnd(field) - from, false);
  }

  /** Returns a copy of the octets of the head. */
  public byte[] copy() {
    return Arrays.copyOf(octets, length);
  }

  /** Returns the octets; those of the head are the first {@link #length}. */
  public byte[] octets() {
    return octets;
  }

  /** Returns how many octets of the head have come. */
  int length() {
    return length;
  }

  /** Returns whether it holds no more memory than most heads need. */
  boolean isSmall() {
    return octets.length <= 16 * FIRST_SIZE;
  }

  /** Returns octets as text, a character each. */
  String text(int from, int to) {
    return new String(octets, from, to - from, StandardCharsets.ISO_8859_1);
  }

  /** Returns the first line as far as it came and a log shows it. */
  UnreadableLine firstLine() {
    int start = 0;
    while (start < length && isLineEnd(start)) {
      start++;
    }
    int end = start;
    while (end < length && end - start < UnreadableLine.LONGEST && !isLineEnd(end)) {
      end++;
    }
    return UnreadableLine.of(text(start, end), end < length && isLineEnd(end));
  }

  private boolean isLineEnd(int index) {
    return octets[index] == Octets.CR || octets[index] == Octets.LF;
  }

  /** Returns whether the connection may serve another message after this one, as far as its sender wants it. */
  boolean isKeptAlive() {
    List<String> words = headers("connection");
    return parser.minorVersion() == 0
        ? ListedTokens.has(words, "keep-alive") && !ListedTokens.has(words, "close")
        : !ListedTokens.has(words, "close");
  }

  @Override
  public @Nullable String header(CharSequence name) {
    int found = find(name, 0);
    return found < 0 ? null : value(found);
  }

  @Override
  public List<String> headers(CharSequence name) {
    int found = find(name, 0);
    if (found < 0) {
      return List.of();
    }
    int next = find(name, found + 1);
    if (next < 0) {
      return List.of(value(found));
    }
    List<String> values = new ArrayList<>();
    for (int i = found; i >= 0; i = find(name, i + 1)) {
      values.add(value(i));
    }
    return values;
  }

  @Override
  public boolean hasHeader(CharSequence name) {
    return find(name, 0) >= 0;
  }

  /** Returns whether there is one header of that name, with this value by the letter. */
  public boolean hasOnly(CharSequence name, @Nullable CharSequence value) {
    int found = find(name, 0);
    return found >= 0 && value != null && find(name, found + 1) < 0 && isValue(found, value);
  }

  private boolean isValue(int header, CharSequence value) {
    int start = parser.valueStart(header);
    if (parser.valueEnd(header) - start != value.length()) {
      return false;
    }
    for (int i = 0; i < value.length(); i++) {
      if ((octets[start + i] & 0xff) != value.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private String value(int header) {
    return text(parser.valueStart(header), parser.valueEnd(header));
  }

  private int find(CharSequence name, int from) {
    int wanted = name.length();
    for (int i = from; i < parser.count(); i++) {
      int start = parser.nameStart(i);
      if (parser.nameEnd(i) - start == wanted && is(name, start)) {
        return i;
      }
    }
    return -1;
  }

  private boolean is(CharSequence name, int start) {
    for (int i = 0; i < name.length(); i++) {
      char wanted = name.charAt(i);
      int octet = octets[start + i] & 0xff;
      if (octet != wanted && !(isLetter(octet) && (octet ^ CASE) == wanted)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetter(int octet) {
    int lower = octet | CASE;
    return lower >= 'a' && lower <= 'z';
  }
}
