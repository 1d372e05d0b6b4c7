package dev.lblc.gateway.http.lane;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The lines of a head that are the connection's own: the first line, the framing, and whether the connection stays. */
final class HeadWriter {
  private static final AsciiString HTTP_1_1 = AsciiString.cached(" HTTP/1.1\r\n");
  private static final AsciiString VERSION_1_1 = AsciiString.cached("HTTP/1.1 ");
  private static final AsciiString VERSION_1_0 = AsciiString.cached("HTTP/1.0 ");
  private static final AsciiString CHUNKED = AsciiString.cached("transfer-encoding: chunked\r\n");
  static final AsciiString LINE_END = AsciiString.cached("\r\n");

  /** The connection ends with this message. */
  static final AsciiString CLOSE = AsciiString.cached("connection: close\r\n");

  /** The connection stays, which a client of HTTP/1.0 has to be told. */
  static final AsciiString KEEP_ALIVE = AsciiString.cached("connection: keep-alive\r\n");

  private HeadWriter() {}

  /** Writes the first line of a request with the method as it came. */
  static void requestLine(HeadBuffer request, String target, ByteBuf to) {
    HeadParser parser = request.parser();
    to.writeBytes(
        request.octets(), parser.methodStart(), parser.methodEnd() - parser.methodStart());
    to.writeByte(Octets.SPACE);
    to.writeCharSequence(target, StandardCharsets.US_ASCII);
    text(HTTP_1_1, to);
  }

  /**
   * Writes the first line of a response.
   *
   * @param relayed whose phrase it has; null: the usual phrase of the status
   */
  static void statusLine(boolean isOld, int status, @Nullable HeadBuffer relayed, ByteBuf to) {
    text(isOld ? VERSION_1_0 : VERSION_1_1, to);
    to.writeByte('0' + status / 100).writeByte('0' + status / 10 % 10).writeByte('0' + status % 10);
    to.writeByte(Octets.SPACE);
    if (relayed != null && relayed.parser().phraseEnd() > relayed.parser().phraseStart()) {
      int from = relayed.parser().phraseStart();
      to.writeBytes(relayed.octets(), from, relayed.parser().phraseEnd() - from);
    } else {
      to.writeCharSequence(
          HttpResponseStatus.valueOf(status).reasonPhrase(), StandardCharsets.US_ASCII);
    }
    text(LINE_END, to);
  }

  /**
   * Writes the end of a head.
   *
   * @param connection line that says whether the connection stays; null: none
   */
  static void end(boolean isChunked, @Nullable AsciiString connection, ByteBuf to) {
    if (isChunked) {
      text(CHUNKED, to);
    }
    if (connection != null) {
      text(connection, to);
    }
    text(LINE_END, to);
  }

  /** Writes text that is ASCII. */
  static void text(AsciiString text, ByteBuf to) {
    to.writeBytes(text.array(), text.arrayOffset(), text.length());
  }
}
