package dev.lblc.gateway.http.lane;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** The lines of a head that are the connection's own: the first line, the framing, and whether the connection stays. */
final class HeadWriter {
  private static final AsciiString HTTP_1_1 = AsciiString.cached(" HTTP/1.1\r\n");
  private static final AsciiString VERSION_1_1 = AsciiString.cached("HTTP/1.1 ");
  private static final AsciiString VERSION_1_0 = AsciiString.cached("HTTP/1.0 ");
  private static final AsciiString CHUNKED = AsciiString.cached("transfer-encoding: chunked\r\n");

  /** The connection ends with this message. */
  static final AsciiString CLOSE = AsciiString.cached("connection: close\r\n");

  /** The connection stays, which a client of HTTP/1.0 has to be told. */
  static final AsciiString KEEP_ALIVE = AsciiString.cached("connection: keep-alive\r\n");

  private HeadWriter() {}

  /** Writes the first line of a request. */
  static void requestLine(String method, String target, HeadOut to) {
    to.text(method).add(Octets.SPACE).text(target).add(HTTP_1_1);
  }

  /**
   * Writes the first line of a response.
   *
   * @param relayed whose phrase it has; null: the usual phrase of the status
   */
  static void statusLine(boolean isOld, int status, @Nullable HeadBuffer relayed, HeadOut to) {
    to.add(isOld ? VERSION_1_0 : VERSION_1_1)
        .add('0' + status / 100)
        .add('0' + status / 10 % 10)
        .add('0' + status % 10)
        .add(Octets.SPACE);
    if (relayed != null && relayed.parser().phraseEnd() > relayed.parser().phraseStart()) {
      to.add(relayed.octets(), relayed.parser().phraseStart(), relayed.parser().phraseEnd());
    } else {
      to.text(HttpResponseStatus.valueOf(status).reasonPhrase());
    }
    to.lineEnd();
  }

  /**
   * Writes the end of a head.
   *
   * @param connection line that says whether the connection stays; null: none
   */
  static void end(boolean isChunked, @Nullable AsciiString connection, HeadOut to) {
    if (isChunked) {
      to.add(CHUNKED);
    }
    if (connection != null) {
      to.add(connection);
    }
    to.lineEnd();
  }
}
