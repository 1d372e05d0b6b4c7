package dev.lblc.gateway.http.vertx;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * The checks of the octets of a head that Netty's decoder does not make, by RFC 9112 2 to 5.
 *
 * <pre>
 *   before the head     nothing, or the one empty line that a request may have before it
 *   first line          one space between its words
 *   each header         begins at the start of its line: it is not folded
 * </pre>
 *
 * <p>Why: where RFC 9112 lets a recipient be lenient, Netty is, and another proxy or server perhaps not. What one of them reads
 * as a part of a header or of a line, the other reads as a header or a line of its own.
 *
 * <p>Confined to the event loop of its channel.
 */
final class HeadCheck {
  private static final byte CR = '\r';
  private static final byte LF = '\n';
  private static final byte SPACE = ' ';
  private static final byte TAB = '\t';
  private static final byte DEL = 0x7f;

  /** The part of a message that is decoded next. */
  private enum Part {
    EMPTY_LINE,
    START,
    FIRST_LINE,
    HEADERS,
    BODY,
    /** Nothing more is decoded. */
    NONE
  }

  private final Part first;
  private Part part;
  private int wordEnd;

  private HeadCheck(Part first) {
    this.first = first;
    this.part = first;
  }

  static HeadCheck ofRequests() {
    return new HeadCheck(Part.EMPTY_LINE);
  }

  static HeadCheck ofAnswers() {
    return new HeadCheck(Part.START);
  }

  /**
   * Checks what the decoder is about to read; returns whether there is something for it.
   *
   * @throws IllegalArgumentException if it is no head; nothing is decoded from then on
   */
  boolean admits(ByteBuf bytes) {
    if (part == Part.NONE) {
      bytes.skipBytes(bytes.readableBytes());
      return false;
    }
    if (part == Part.BODY) {
      return true;
    }
    if ((part == Part.EMPTY_LINE || part == Part.START) && !begins(bytes)) {
      return false;
    }
    checkLines(bytes);
    return true;
  }

  private boolean begins(ByteBuf bytes) {
    if (!bytes.isReadable()) {
      return false;
    }
    byte octet = bytes.getByte(bytes.readerIndex());
    if (octet == CR && part == Part.EMPTY_LINE) {
      if (bytes.readableBytes() == 1) {
        return false;
      }
      part = Part.START;
      if (bytes.getByte(bytes.readerIndex() + 1) == LF) {
        bytes.skipBytes(2);
        return begins(bytes);
      }
    }
    if (octet <= SPACE || octet == DEL) { // those with the eighth bit are negative
      throw refused("the first line begins with an octet of no word");
    }
    part = Part.FIRST_LINE;
    return true;
  }

  /** Checks the lines that the decoder has not read yet, as far as the end of the head. */
  private void checkLines(ByteBuf bytes) {
    int end = bytes.writerIndex();
    int line = bytes.readerIndex();
    boolean isHeader = part == Part.HEADERS;
    while (line < end) {
      byte octet = bytes.getByte(line);
      if (isHeader && (octet == SPACE || octet == TAB)) {
        throw refused("a folded header");
      }
      if (isHeader && (octet == CR || octet == LF)) {
        return;
      }
      int lineEnd = bytes.indexOf(line, end, LF);
      if (lineEnd < 0) {
        return;
      }
      line = lineEnd + 1;
      isHeader = true;
    }
  }

  private IllegalArgumentException refused(String why) {
    part = Part.NONE;
    return new IllegalArgumentException(why);
  }

  /** Notes where the first word of the first line ends. */
  void firstWord(int end) {
    wordEnd = end;
  }

  /** Notes where the next word is; throws {@link IllegalArgumentException} unless one space is before it. */
  void nextWord(byte[] line, int start, int end) {
    if (start != wordEnd + 1) {
      throw new IllegalArgumentException("more than one space within the first line");
    }
    lastWord(line);
    wordEnd = end;
  }

  /** Throws {@link IllegalArgumentException} unless there is a space before the last word, which may begin with another. */
  void lastWord(byte[] line) {
    if (line[wordEnd] != SPACE) {
      throw new IllegalArgumentException("no space within the first line");
    }
  }

  /** Notes that the decoder has read the first line. */
  void firstLineRead() {
    part = Part.HEADERS;
  }

  /** Notes what was decoded: what is at this index of {@code out}, and behind it. */
  void decoded(List<Object> out, int index) {
    Object last = out.get(out.size() - 1);
    if (isFailure(out.get(index)) || isFailure(last)) {
      part = Part.NONE;
    } else if (last instanceof LastHttpContent) {
      part = first;
    } else if (out.get(index) instanceof HttpMessage) {
      part = Part.BODY;
    }
  }

  /** Notes that what follows is not HTTP. */
  void leaveHttp() {
    part = Part.BODY;
  }

  private static boolean isFailure(Object message) {
    return message instanceof HttpObject object && object.decoderResult().isFailure();
  }
}
