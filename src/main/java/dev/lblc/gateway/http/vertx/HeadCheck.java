package dev.lblc.gateway.http.vertx;

import io.netty.buffer.ByteBuf;

/**
 * The check of where the lines of a request's head begin, before Netty's decoder reads them. Netty joins folded headers, which
 * other recipients read as headers of their own (RFC 9112 5.2), and skips any number of line ends before a request line, of
 * which one is allowed (RFC 9112 2.2). Confined to the event loop of its channel.
 */
final class HeadCheck {
  private static final byte CR = '\r';
  private static final byte LF = '\n';
  private static final byte SPACE = ' ';
  private static final byte TAB = '\t';
  private static final byte DEL = 0x7f;

  private boolean hasEmptyLine;
  private boolean isBegun;
  private boolean isInHeaders;

  /** Begins a new head. */
  void reset() {
    hasEmptyLine = false;
    isBegun = false;
    isInHeaders = false;
  }

  /** Notes that the decoder has read the request line. */
  void lineRead() {
    isInHeaders = true;
  }

  /**
   * Skips an empty line before the request line; returns whether there is something for the decoder to read.
   *
   * @throws IllegalArgumentException if the octets there begin no request
   */
  boolean begins(ByteBuf bytes) {
    if (isBegun) {
      return true;
    }
    if (bytes.isReadable() && bytes.getByte(bytes.readerIndex()) == CR && !hasEmptyLine) {
      if (bytes.readableBytes() == 1) {
        return false;
      }
      if (bytes.getByte(bytes.readerIndex() + 1) != LF) {
        throw new IllegalArgumentException("a carriage return before the request line");
      }
      bytes.skipBytes(2);
      hasEmptyLine = true;
    }
    if (!bytes.isReadable()) {
      return false;
    }
    byte first = bytes.getByte(bytes.readerIndex());
    if (first <= SPACE || first == DEL) { // those with the eighth bit are negative
      throw new IllegalArgumentException("no method at the start of the request line");
    }
    isBegun = true;
    return true;
  }

  /**
   * Checks the lines that the decoder has not read yet, as far as the end of the head.
   *
   * @throws IllegalArgumentException if one of the headers is folded
   */
  void checkLines(ByteBuf bytes) {
    int end = bytes.writerIndex();
    int line = bytes.readerIndex();
    boolean isHeader = isInHeaders;
    while (line < end) {
      byte first = bytes.getByte(line);
      if (isHeader && (first == SPACE || first == TAB)) {
        throw new IllegalArgumentException("a folded header");
      }
      if (isHeader && (first == CR || first == LF)) {
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
}
