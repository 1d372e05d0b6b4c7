package dev.lblc.gateway.http.lane;

import io.netty.buffer.ByteBuf;

/**
 * Follows a chunked body as it passes, and says where it ends: the data is not touched. Strict as {@link HeadParser}: sizes of up
 * to 15 hexadecimal digits, lines that end with CR LF. Chunk extensions pass if they are
 * written as RFC 9112 7.1.1 says; a quoted string in one may hold what separates extensions, but ASCII only and no control character.
 *
 * <p>Ends behind the line of the last chunk. What follows are the trailers, which {@link HeadParser} reads.
 *
 * <p>Confined to one thread.
 */
final class ChunkScanner {
  private static final int MAX_DIGITS = 15;

  /** Of the extensions of one chunk: more than any use of them needs, and less than an attack would send. */
  private static final int MAX_EXTENSION = 4096;

  private enum State {
    SIZE,
    /** White space was seen: another extension has to come. */
    SPACE,
    NAME_START,
    NAME,
    NAME_END,
    VALUE_START,
    TOKEN,
    QUOTED,
    QUOTED_PAIR,
    QUOTED_END,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    DONE,
    FAULTY
  }

  private State state = State.SIZE;
  private long size;
  private long data;
  private int length;

  /** Begins a new body. */
  void begin() {
    state = State.SIZE;
    size = 0;
    data = 0;
    length = 0;
  }

  /** Returns how many octets of data have come. */
  long data() {
    return data;
  }

  /** Returns whether the line of the last chunk was seen. */
  boolean isDone() {
    return state == State.DONE;
  }

  /** Returns whether it is no chunked body. */
  boolean isFaulty() {
    return state == State.FAULTY;
  }

  /** Returns whether the next octets are data. */
  boolean isInData() {
    return state == State.DATA;
  }

  /**
   * Goes on.
   *
   * @param to index behind the last octet that has come
   * @return the index behind the last octet that belongs to the chunks; {@code to} unless the body is done or faulty
   */
  int scan(ByteBuf bytes, int from, int to) {
    int at = from;
    while (at < to && state != State.DONE && state != State.FAULTY) {
      at = scanRun(bytes, at, to);
    }
    return at;
  }

  /** Goes on, as far as to where data begins or ends: {@link #isInData} is the same for all octets of a run. */
  int scanRun(ByteBuf bytes, int from, int to) {
    int at = from;
    if (state == State.DATA) {
      int come = (int) Math.min(size, to - at);
      size -= come;
      data += come;
      at += come;
      if (size == 0) {
        state = State.DATA_CR;
      }
      return at;
    }
    while (at < to && state != State.DATA && state != State.DONE && state != State.FAULTY) {
      octet(bytes.getByte(at++));
    }
    return at;
  }

  private void octet(byte octet) {
    switch (state) {
      case SIZE -> size(octet);
      case SPACE -> {
        if (octet != Octets.CR) {
          extensionEnd(octet);
        } else {
          state = State.FAULTY;
        }
      }
      case QUOTED_END -> extensionEnd(octet);
      case NAME_START -> start(octet, State.NAME);
      case NAME -> {
        if (!isToken(octet)) {
          nameEnd(octet);
        }
      }
      case NAME_END -> nameEnd(octet);
      case VALUE_START -> start(octet, octet == '"' ? State.QUOTED : State.TOKEN);
      case TOKEN -> {
        if (!isToken(octet)) {
          extensionEnd(octet);
        }
      }
      case QUOTED -> quoted(octet);
      case QUOTED_PAIR -> state = isExtension(octet) ? State.QUOTED : State.FAULTY;
      case SIZE_LF -> {
        if (octet != Octets.LF) {
          state = State.FAULTY;
        } else {
          state = size == 0 ? State.DONE : State.DATA;
        }
      }
      case DATA_CR -> state = octet == Octets.CR ? State.DATA_LF : State.FAULTY;
      case DATA_LF -> {
        state = octet == Octets.LF ? State.SIZE : State.FAULTY;
        length = 0;
      }
      case DATA, DONE, FAULTY -> throw new IllegalStateException(state.name());
    }
  }

  private void size(byte octet) {
    int digit = Character.digit(octet, 16);
    if (digit >= 0 && length < MAX_DIGITS) {
      size = size << 4 | digit;
      length++;
    } else if (length > 0) {
      length = 0;
      extensionEnd(octet);
    } else {
      state = State.FAULTY;
    }
  }

  private void extensionEnd(byte octet) {
    if (octet == Octets.CR) {
      state = State.SIZE_LF;
    } else if (octet == ';') {
      state = State.NAME_START;
    } else {
      state = isSpace(octet) ? State.SPACE : State.FAULTY;
    }
  }

  private void nameEnd(byte octet) {
    if (octet == '=') {
      state = State.VALUE_START;
    } else if (isSpace(octet)) {
      state = State.NAME_END;
    } else if (octet == Octets.CR && state == State.NAME_END) {
      state = State.FAULTY;
    } else {
      extensionEnd(octet);
    }
  }

  /** White space may come before a name or a value. */
  private void start(byte octet, State next) {
    if ((octet == '"' && next == State.QUOTED) || isToken(octet)) {
      state = next;
    } else if (!isSpace(octet)) {
      state = State.FAULTY;
    }
  }

  private void quoted(byte octet) {
    if (!isExtension(octet)) {
      state = State.FAULTY;
    } else if (octet == '"') {
      state = State.QUOTED_END;
    } else if (octet == '\\') {
      state = State.QUOTED_PAIR;
    }
  }

  private boolean isToken(byte octet) {
    return Octets.isToken(octet) && ++length <= MAX_EXTENSION;
  }

  private boolean isSpace(byte octet) {
    return (octet == Octets.SPACE || octet == Octets.TAB) && ++length <= MAX_EXTENSION;
  }

  private boolean isExtension(byte octet) {
    return octet >= 0 && Octets.isValue(octet) && ++length <= MAX_EXTENSION;
  }
}
