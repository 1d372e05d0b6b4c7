package dev.lblc.gateway.http.lane;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the head of a request or of a response in one pass over its bytes. Strict: what RFC 9112 does not allow is a fault, also
 * where it lets a recipient be lenient (a line that ends with LF alone, a folded header, space before a colon). Makes no object:
 * it says where everything is.
 *
 * <p>A head may come in pieces. Each call goes on where the one before has stopped, so that one that comes octet by octet costs
 * no more than one that comes at once. The caller keeps the bytes; between two calls for one head they may grow, not change.
 *
 * <p>Confined to one thread.
 */
final class HeadParser {
  /** The state of a head of which more has to come. */
  static final int MORE = -1;

  /** The state of a head that has a {@link #fault}. */
  static final int FAULTY = -2;

  private static final byte[] HTTP_1 = {'H', 'T', 'T', 'P', '/', '1', '.'};
  private static final int STATUS_DIGITS = 3;
  private static final int PER_HEADER = 4;

  private enum State {
    START(0),
    METHOD(Octets.TOKEN),
    TARGET(Octets.TARGET),
    REQUEST_VERSION(0),
    STATUS_VERSION(0),
    STATUS(0),
    PHRASE(Octets.VALUE),
    FIRST_LINE_LF(0),
    NAME_START(0),
    NAME(Octets.TOKEN),
    VALUE_START(0),
    VALUE(Octets.VALUE),
    VALUE_LF(0),
    END_LF(0);

    /** Octets of that kind change nothing; 0: each octet is looked at. */
    private final int skipped;

    State(int skipped) {
      this.skipped = skipped;
    }
  }

  private final boolean isRequest;

  private int maxLine;
  private int maxHeaders;
  private int maxCount;
  private State state = State.START;
  private int position;
  private int start;
  private int headersStart;
  private int headersEnd;
  private int methodStart;
  private int methodEnd;
  private int targetStart;
  private int targetEnd;
  private int minorVersion;
  private int status;
  private int phraseStart;
  private int phraseEnd;
  private int count;
  private int[] offsets = new int[32 * PER_HEADER];
  private @Nullable HeadFault fault;

  private HeadParser(boolean isRequest) {
    this.isRequest = isRequest;
  }

  /** Returns a parser of requests. */
  static HeadParser ofRequests() {
    return new HeadParser(true);
  }

  /** Returns a parser of responses. */
  static HeadParser ofResponses() {
    return new HeadParser(false);
  }

  /** Begins a new head, at this index of the bytes to come. */
  void begin(int from, HeadLimits limits) {
    begin(from, limits, State.START);
  }

  /** Begins a section of trailers, at this index of the bytes to come: headers without a first line. */
  void beginTrailers(int from, HeadLimits limits) {
    begin(from, limits, State.NAME_START);
  }

  /** Begins a head of which the caller knows where everything stands: {@link #field}. */
  void beginFields(int statusOrNone, HeadLimits limits) {
    begin(0, limits, State.NAME_START);
    methodStart = 0;
    methodEnd = 0;
    targetStart = 0;
    targetEnd = 0;
    phraseStart = 0;
    phraseEnd = 0;
    headersEnd = 0;
    minorVersion = 1;
    status = statusOrNone;
  }

  /**
   * Takes a whole line, which ends with CR and LF.
   *
   * @return null, or what is wrong with it
   */
  @Nullable
  HeadFault field(byte[] bytes, int from, int valueFrom, int to) {
    int nameEnd = valueFrom - 2;
    int valueEnd = to - 2;
    if (nameEnd == from || Octets.skip(Octets.TOKEN, bytes, from, nameEnd) != nameEnd) {
      return HeadFault.NAME;
    }
    if (Octets.skip(Octets.VALUE, bytes, valueFrom, valueEnd) != valueEnd) {
      return HeadFault.VALUE;
    }
    if (count == maxCount) {
      return HeadFault.TOO_MANY_HEADERS;
    }
    if (to > maxHeaders) {
      return HeadFault.HEADERS_TOO_LARGE;
    }
    reserve();
    int at = count * PER_HEADER;
    offsets[at] = from;
    offsets[at + 1] = nameEnd;
    offsets[at + 2] = valueFrom;
    offsets[at + 3] = valueEnd;
    headersEnd = to;
    count++;
    return null;
  }

  private void reserve() {
    if (count * PER_HEADER == offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * offsets.length);
    }
  }

  private void begin(int from, HeadLimits limits, State first) {
    maxLine = limits.line();
    maxHeaders = limits.headers();
    maxCount = limits.count();
    state = first;
    position = from;
    start = from;
    headersStart = from;
    count = 0;
    fault = null;
  }

  /**
   * Goes on.
   *
   * @param bytes the head from where it began; the parser reads as far as {@code to}
   * @return the index behind the head, {@link #MORE} or {@link #FAULTY}
   */
  int parse(byte[] bytes, int to) {
    while (position < to) {
      if (state.skipped != 0) {
        position = Octets.skip(state.skipped, bytes, position, to);
        checkLimits();
        if (fault != null) {
          return FAULTY;
        }
        if (position == to) {
          return MORE;
        }
      }
      byte octet = bytes[position];
      switch (state) {
        case START -> start(octet);
        case METHOD -> method(octet);
        case TARGET -> target(octet);
        case REQUEST_VERSION -> requestVersion(octet);
        case STATUS_VERSION -> statusVersion(octet);
        case STATUS -> status(octet);
        case PHRASE -> phrase(octet);
        case FIRST_LINE_LF -> lineEnd(octet, State.NAME_START);
        case NAME_START -> nameStart(octet);
        case NAME -> name(octet);
        case VALUE_START -> valueStart(octet, bytes);
        case VALUE -> value(octet, bytes);
        case VALUE_LF -> lineEnd(octet, State.NAME_START);
        case END_LF -> {
          if (octet != Octets.LF) {
            return fail(HeadFault.LINE_END);
          }
          state = State.START;
          return ++position;
        }
      }
      if (fault != null) {
        return FAULTY;
      }
      position++;
      checkLimits();
      if (fault != null) {
        return FAULTY;
      }
    }
    return MORE;
  }

  // --- what was read; of a whole head only ---

  /** Returns what is wrong; null: nothing so far. */
  @Nullable
  HeadFault fault() {
    return fault;
  }

  boolean isRequest() {
    return isRequest;
  }

  int methodStart() {
    return methodStart;
  }

  int methodEnd() {
    return methodEnd;
  }

  int targetStart() {
    return targetStart;
  }

  int targetEnd() {
    return targetEnd;
  }

  /** Returns the second number of the version, whose first is 1. */
  int minorVersion() {
    return minorVersion;
  }

  /** Returns the status of a response. */
  int status() {
    return status;
  }

  int phraseStart() {
    return phraseStart;
  }

  int phraseEnd() {
    return phraseEnd;
  }

  /** Returns the number of headers. */
  int count() {
    return count;
  }

  int nameStart(int header) {
    return offsets[header * PER_HEADER];
  }

  int nameEnd(int header) {
    return offsets[header * PER_HEADER + 1];
  }

  /** Returns where the value begins, without the white space around it. */
  int valueStart(int header) {
    return offsets[header * PER_HEADER + 2];
  }

  int valueEnd(int header) {
    return offsets[header * PER_HEADER + 3];
  }

  /** Returns where the empty line begins that ends the headers. */
  int headersEnd() {
    return headersEnd;
  }

  // --- the first line ---

  private void start(byte octet) {
    if (!isRequest) {
      state = State.STATUS_VERSION;
      statusVersion(octet);
      return;
    }
    if (octet == Octets.CR || octet == Octets.LF) {
      // Some clients end a body with an empty line that is not a part of it: RFC 9112 2.2.
      if (octet == Octets.LF && position == start) {
        fail(HeadFault.LINE_END);
      } else if (octet == Octets.CR && position != start) {
        fail(HeadFault.LINE_END);
      } else if (octet == Octets.LF && position != start + 1) {
        fail(HeadFault.LINE_END);
      }
      return;
    }
    if (position == start + 1) {
      fail(HeadFault.LINE_END);
      return;
    }
    methodStart = position;
    state = State.METHOD;
    method(octet);
  }

  private void method(byte octet) {
    if (octet == Octets.SPACE && position > methodStart) {
      methodEnd = position;
      targetStart = position + 1;
      state = State.TARGET;
    } else if (!Octets.isToken(octet)) {
      fail(HeadFault.METHOD);
    }
  }

  private void target(byte octet) {
    if (octet == Octets.SPACE && position > targetStart) {
      targetEnd = position;
      state = State.REQUEST_VERSION;
    } else if (!Octets.isTarget(octet)) {
      fail(HeadFault.TARGET);
    }
  }

  private void requestVersion(byte octet) {
    int at = position - targetEnd - 1;
    if (at < HTTP_1.length) {
      versionOctet(octet, at);
    } else if (at == HTTP_1.length) {
      minorVersion(octet);
    } else if (octet == Octets.CR) {
      state = State.FIRST_LINE_LF;
    } else {
      fail(HeadFault.LINE_END);
    }
  }

  private void statusVersion(byte octet) {
    int at = position - start;
    if (at < HTTP_1.length) {
      versionOctet(octet, at);
    } else if (at == HTTP_1.length) {
      minorVersion(octet);
    } else if (octet == Octets.SPACE) {
      status = 0;
      state = State.STATUS;
    } else {
      fail(HeadFault.PROTOCOL);
    }
  }

  private void versionOctet(byte octet, int at) {
    if (octet != HTTP_1[at]) {
      boolean isMajor = at == HTTP_1.length - 2 && Octets.isDigit(octet);
      fail(isMajor ? HeadFault.VERSION : HeadFault.PROTOCOL);
    }
  }

  private void minorVersion(byte octet) {
    if (Octets.isDigit(octet)) {
      minorVersion = octet - '0';
    } else {
      fail(HeadFault.PROTOCOL);
    }
  }

  private void status(byte octet) {
    int at = position - start - HTTP_1.length - 2;
    if (at < STATUS_DIGITS) {
      if (!Octets.isDigit(octet) || (at == 0 && octet == '0')) {
        fail(HeadFault.STATUS);
      }
      status = status * 10 + octet - '0';
    } else if (octet == Octets.SPACE) {
      phraseStart = position + 1;
      state = State.PHRASE;
    } else if (octet == Octets.CR) { // many servers leave out the space as well
      phraseStart = position;
      phraseEnd = position;
      state = State.FIRST_LINE_LF;
    } else {
      fail(HeadFault.STATUS);
    }
  }

  private void phrase(byte octet) {
    if (octet == Octets.CR) {
      phraseEnd = position;
      state = State.FIRST_LINE_LF;
    } else if (!Octets.isValue(octet)) {
      fail(HeadFault.STATUS);
    }
  }

  private void lineEnd(byte octet, State next) {
    if (octet != Octets.LF) {
      fail(HeadFault.LINE_END);
    }
    if (state == State.FIRST_LINE_LF) {
      headersStart = position + 1;
    }
    state = next;
  }

  // --- the headers ---

  private void nameStart(byte octet) {
    if (octet == Octets.CR) {
      headersEnd = position;
      state = State.END_LF;
    } else if (octet == Octets.SPACE || octet == Octets.TAB) {
      fail(HeadFault.FOLDED);
    } else if (count == maxCount) {
      fail(HeadFault.TOO_MANY_HEADERS);
    } else {
      reserve();
      offsets[count * PER_HEADER] = position;
      state = State.NAME;
      name(octet);
    }
  }

  private void name(byte octet) {
    int at = count * PER_HEADER;
    if (octet == Octets.COLON && position > offsets[at]) {
      offsets[at + 1] = position;
      state = State.VALUE_START;
    } else if (!Octets.isToken(octet)) {
      fail(HeadFault.NAME);
    }
  }

  private void valueStart(byte octet, byte[] bytes) {
    if (octet != Octets.SPACE && octet != Octets.TAB) {
      offsets[count * PER_HEADER + 2] = position;
      state = State.VALUE;
      value(octet, bytes);
    }
  }

  private void value(byte octet, byte[] bytes) {
    if (octet == Octets.CR) {
      int end = position;
      while (end > offsets[count * PER_HEADER + 2]
          && (bytes[end - 1] == Octets.SPACE || bytes[end - 1] == Octets.TAB)) {
        end--;
      }
      offsets[count * PER_HEADER + 3] = end;
      count++;
      state = State.VALUE_LF;
    } else if (!Octets.isValue(octet)) {
      fail(HeadFault.VALUE);
    }
  }

  private void checkLimits() {
    if (state.compareTo(State.FIRST_LINE_LF) <= 0) {
      if (position - start > maxLine + 1
          || (position - start > maxLine && state != State.FIRST_LINE_LF)) {
        fail(HeadFault.LINE_TOO_LONG);
      }
    } else if (position - headersStart > maxHeaders) {
      fail(HeadFault.HEADERS_TOO_LARGE);
    }
  }

  private int fail(HeadFault why) {
    if (fault == null) {
      fault = why;
    }
    return FAULTY;
  }
}
