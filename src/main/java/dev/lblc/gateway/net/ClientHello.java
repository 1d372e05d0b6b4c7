package dev.lblc.gateway.net;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The search for the server name, and for what else counts before the handshake, in what a TLS client sends first; without a part in the
 * handshake.
 *
 * <p>It is fed with the bytes as they come, each once, in pieces of any size; the hello may be spread over several records. It
 * is done with the name, or without as soon as it is certain that there is none: the bytes are no TLS, or broken, or more than
 * the limit. Then whatever came goes on to the server all the same, which is the judge of it. Used by one thread.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2">RFC 8446, 4.1.2</a>
 */
public final class ClientHello {
  private static final int HANDSHAKE_RECORD = 22;
  private static final int CLIENT_HELLO = 1;
  private static final int RECORD_HEADER = 5;
  private static final int MESSAGE_HEADER = 4;
  private static final int LONGEST_RECORD = 1 << 14;
  private static final int VERSION_AND_RANDOM = 34;
  private static final int SERVER_NAME = 0;
  private static final int SIGNATURE_ALGORITHMS = 13;
  private static final int PROTOCOLS = 16;
  private static final int HOST_NAME = 0;
  private static final int LONGEST_NAME = 253;
  private static final int NONE = -1;

  /** The cipher suites with which a server can sign with ECDSA: of TLS 1.3, and those of TLS 1.2 that listeners have. */
  private static final Set<Integer> SUITES_WITH_ECDSA =
      Set.of(0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xcca9);

  /** ECDSA with P-256 and P-384. */
  private static final Set<Integer> ECDSA = Set.of(0x0403, 0x0503);

  /** Records' headers included: hellos of today take 2 KiB at most, with padding 16. */
  private static final int LONGEST = 32 << 10;

  private final int limit;
  private final byte[] header = new byte[RECORD_HEADER];
  private int headerBytes;
  private int recordLeft;
  private byte[] message = new byte[512];
  private int messageBytes;
  private int total;
  private boolean done;
  private @Nullable String serverName;
  private List<String> protocols = List.of();
  private boolean hasEcdsa;

  /** Creates the search on a new connection. */
  public ClientHello() {
    this(LONGEST);
  }

  /** Of at most {@code limit} bytes, headers of records included. */
  ClientHello(int limit) {
    this.limit = limit;
  }

  /** Takes the readable bytes, without consuming them; whether it is done. What comes after that is of no interest. */
  public boolean feed(ByteBuf in) {
    int at = in.readerIndex();
    int end = in.writerIndex();
    while (at < end && !done) {
      at += recordLeft == 0 ? headerByte(in.getByte(at)) : body(in, at, end - at);
    }
    return done;
  }

  /** Returns the name, in lower case and without a final dot; null: there is none, or it is not known yet. */
  public @Nullable String serverName() {
    return serverName;
  }

  /** Returns the protocols that the client asks for by ALPN, the best first; empty: it asks for none, or they are not known. */
  List<String> protocols() {
    return protocols;
  }

  /** Returns whether the client takes certificates with ECDSA; false as long as that is not known. */
  boolean hasEcdsa() {
    return hasEcdsa;
  }

  private int headerByte(byte octet) {
    header[headerBytes++] = octet;
    boolean isTls = switch (headerBytes) {
      case 1 -> octet == HANDSHAKE_RECORD;
      case 2 -> octet == 3; // of SSL 3.0 to TLS 1.3
      default -> true;
    };
    if (!isTls || ++total > limit) {
      done = true;
    } else if (headerBytes == RECORD_HEADER) {
      headerBytes = 0;
      recordLeft = (header[3] & 0xff) << 8 | (header[4] & 0xff);
      done = recordLeft == 0 || recordLeft > LONGEST_RECORD;
    }
    return 1;
  }

  private int body(ByteBuf in, int at, int available) {
    int wanted = messageBytes < MESSAGE_HEADER ? MESSAGE_HEADER : messageLength();
    int length = Math.min(Math.min(available, recordLeft), wanted - messageBytes);
    total += length;
    if (total > limit) {
      done = true;
      return length;
    }
    if (messageBytes + length > message.length) {
      // As much as is there, whatever it claims to be.
      int doubled = Math.min(limit, 2 * message.length);
      message = Arrays.copyOf(message, Math.max(doubled, messageBytes + length));
    }
    in.getBytes(at, message, messageBytes, length);
    messageBytes += length;
    recordLeft -= length;
    if (messageBytes == MESSAGE_HEADER) {
      done = message[0] != CLIENT_HELLO
          || messageLength() > limit
          || messageLength() == MESSAGE_HEADER;
    } else if (messageBytes > MESSAGE_HEADER && messageBytes == messageLength()) {
      done = true;
      readMessage();
    }
    return length;
  }

  private int messageLength() {
    return MESSAGE_HEADER + (octet(1) << 16 | octet(2) << 8 | octet(3));
  }

  private void readMessage() {
    int suites = endOfVector(MESSAGE_HEADER + VERSION_AND_RANDOM, 1, messageBytes); // session
    int at = endOfVector(suites, 2, messageBytes);
    boolean hasSuite = hasNumber(suites, at, SUITES_WITH_ECDSA);
    at = endOfVector(at, 1, messageBytes); // compression methods
    int end = endOfVector(at, 2, messageBytes); // extensions
    at += 2;
    boolean isNamed = false;
    while (end != NONE && at + 4 <= end) {
      int next = endOfVector(at + 2, 2, end);
      if (next == NONE) {
        return;
      }
      switch (number(at)) {
        case SERVER_NAME -> {
          serverName = isNamed ? serverName : nameInExtension(at + 4, next);
          isNamed = true;
        }
        case SIGNATURE_ALGORITHMS ->
          hasEcdsa = hasSuite && hasNumber(at + 4, endOfVector(at + 4, 2, next), ECDSA);
        case PROTOCOLS -> protocols = names(at + 4, endOfVector(at + 4, 2, next));
        default -> {} // not looked at
      }
      at = next;
    }
  }

  /** Returns whether a vector of numbers of two bytes, which starts with its length, has one of these. */
  private boolean hasNumber(int start, int end, Set<Integer> wanted) {
    for (int at = start + 2; end != NONE && at + 2 <= end; at += 2) {
      if (wanted.contains(number(at))) {
        return true;
      }
    }
    return false;
  }

  /** Returns the texts of a vector of vectors, which starts with its length; none if it is broken. */
  private List<String> names(int start, int end) {
    List<String> names = new ArrayList<>();
    int at = start + 2;
    while (end != NONE && at < end) {
      int next = endOfVector(at, 1, end);
      if (next == NONE) {
        return List.of();
      }
      names.add(new String(message, at + 1, next - at - 1, StandardCharsets.ISO_8859_1));
      at = next;
    }
    return names;
  }

  private @Nullable String nameInExtension(int start, int end) {
    int at = start + 2;
    int last = endOfVector(start, 2, end);
    while (last != NONE && at < last) {
      int next = endOfVector(at + 1, 2, last);
      if (next == NONE) {
        return null;
      }
      if (octet(at) == HOST_NAME) {
        return name(at + 3, next);
      }
      at = next;
    }
    return null;
  }

  private @Nullable String name(int start, int end) {
    if (start == end || end - start > LONGEST_NAME || octet(start) == '.') {
      return null;
    }
    for (int i = start; i < end; i++) {
      int c = octet(i) | 0x20;
      boolean isLetter = c >= 'a' && c <= 'z' && octet(i) < 0x80;
      boolean isOther = (octet(i) >= '0' && octet(i) <= '9') || "-._".indexOf(octet(i)) >= 0;
      if (!isLetter && !isOther) {
        return null;
      }
    }
    int length = end - start > 1 && octet(end - 1) == '.' ? end - start - 1 : end - start;
    return new String(message, start, length, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
  }

  /** Where a vector ends that starts with its length; {@link #NONE}: not before {@code end}, or there is no start. */
  private int endOfVector(int start, int lengthBytes, int end) {
    int data = start + lengthBytes;
    if (start == NONE || data > end) {
      return NONE;
    }
    int last = data + (lengthBytes == 1 ? octet(start) : number(start));
    return last > end ? NONE : last;
  }

  private int number(int at) {
    return octet(at) << 8 | octet(at + 1);
  }

  private int octet(int at) {
    return message[at] & 0xff;
  }
}
