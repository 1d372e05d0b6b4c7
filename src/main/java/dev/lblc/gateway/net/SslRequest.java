package dev.lblc.gateway.net;

import io.netty.buffer.ByteBuf;

/**
 * The message with which a client of PostgreSQL asks for TLS before its ClientHello. The server answers with one byte.
 *
 * @see <a href="https://www.postgresql.org/docs/17/protocol-message-formats.html">SSLRequest and GSSENCRequest</a>
 */
public final class SslRequest {
  static final int LENGTH = 8;

  /** The last byte of a GSSENCRequest, which asks for another encryption and is else the same. */
  static final int LAST_FOR_GSS = 0x30;

  private static final int[] OCTETS = {0, 0, 0, LENGTH, 0x04, 0xd2, 0x16, 0x2f};

  private SslRequest() {}

  static int octet(int index) {
    return OCTETS[index];
  }

  /** Returns whether the bytes start with an SSLRequest or a GSSENCRequest. */
  public static boolean isAtStart(ByteBuf bytes) {
    if (bytes.readableBytes() < LENGTH) {
      return false;
    }
    for (int i = 0; i < LENGTH; i++) {
      int octet = bytes.getUnsignedByte(bytes.readerIndex() + i);
      if (octet != OCTETS[i] && (i < LENGTH - 1 || octet != LAST_FOR_GSS)) {
        return false;
      }
    }
    return true;
  }
}
