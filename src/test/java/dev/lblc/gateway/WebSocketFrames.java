package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** The frames of a client of WebSockets, and a strict reader of those of a server: RFC 6455 5, RFC 7692. */
final class WebSocketFrames {
  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  static final int FIN = 0x80;
  static final int RSV1 = 0x40;

  private static final byte[] MASK = {0x37, (byte) 0xfa, 0x21, 0x3d};
  private static final int TAIL = 4;

  /** What a server has said: a message or a control frame. */
  record Event(int opcode, String payload) {
    @Override
    public String toString() {
      String shown = payload.length() > 20 ? payload.substring(0, 20) + "..." : payload;
      return opcode + "[" + payload.length() + "]" + shown;
    }
  }

  private WebSocketFrames() {}

  /** Returns a frame; {@code first} is its first octet. */
  static byte[] frame(int first, byte[] payload) {
    int length = payload.length;
    ByteBuffer frame = ByteBuffer.allocate(14 + length).put((byte) first);
    if (length < 126) {
      frame.put((byte) (0x80 | length));
    } else if (length < 65_536) {
      frame.put((byte) (0x80 | 126)).putShort((short) length);
    } else {
      frame.put((byte) (0x80 | 127)).putLong(length);
    }
    frame.put(MASK);
    for (int i = 0; i < length; i++) {
      frame.put((byte) (payload[i] ^ MASK[i % MASK.length]));
    }
    return Arrays.copyOf(frame.array(), frame.position());
  }

  static byte[] frame(int first, String payload) {
    return frame(first, payload.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Returns the payload of a Close frame. */
  static String close(int code, String reason) {
    return "" + (char) (code >> 8) + (char) (code & 0xff) + reason;
  }

  /** Returns octets as text, a character each. */
  static String text(byte[] octets) {
    return new String(octets, StandardCharsets.ISO_8859_1);
  }

  /** Returns the octets of UTF-8, a character each. */
  static String utf8(String text) {
    return text(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns whether octets are UTF-8. */
  static boolean isUtf8(String octets) {
    try {
      StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1)));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** Compresses a message, with what the deflater has seen before. */
  static String deflated(Deflater deflater, String message) {
    deflater.setInput(message.getBytes(StandardCharsets.ISO_8859_1));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] piece = new byte[1 << 16];
    int count;
    while ((count = deflater.deflate(piece, 0, piece.length, Deflater.SYNC_FLUSH)) > 0) {
      out.write(piece, 0, count);
    }
    String all = text(out.toByteArray());
    return all.substring(0, all.length() - TAIL);
  }

  /** Reads what a server has sent, and fails where that breaks a rule. */
  static List<Event> read(String octets, boolean isDeflated) {
    Inflater inflater = new Inflater(true);
    try {
      return read(
          ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1)), isDeflated, inflater);
    } finally {
      inflater.end();
    }
  }

  private static List<Event> read(ByteBuffer in, boolean isDeflated, Inflater inflater) {
    List<Event> events = new ArrayList<>();
    int opcode = -1;
    boolean isCompressed = false;
    StringBuilder message = new StringBuilder();
    while (in.hasRemaining()) {
      assertThat(events).as("behind a Close frame").noneMatch(each -> each.opcode() == CLOSE);
      int first = in.get() & 0xff;
      int type = first & 0x0f;
      String payload = payload(in);
      if (type >= CLOSE) {
        assertThat(first & 0xf0).as("bits of a control frame").isEqualTo(FIN);
        assertThat(type).as("opcode").isLessThanOrEqualTo(PONG);
        assertThat(payload).as("control frame").hasSizeLessThan(126);
        if (type == CLOSE && !payload.isEmpty()) {
          assertThat(payload).as("code").hasSizeGreaterThan(1);
          assertThat(isUtf8(payload.substring(2))).as("reason in UTF-8").isTrue();
        }
        events.add(new Event(type, payload));
        continue;
      }
      assertThat(type).as("opcode").isLessThanOrEqualTo(BINARY);
      assertThat(type == CONTINUATION).as("continuation").isEqualTo(opcode >= 0);
      assertThat(first & (isDeflated && opcode < 0 ? 0x30 : 0x70))
          .as("reserved bits")
          .isZero();
      if (opcode < 0) {
        opcode = type;
        isCompressed = (first & RSV1) != 0;
      }
      message.append(payload);
      if ((first & FIN) != 0) {
        String whole = isCompressed ? inflated(inflater, message.toString()) : message.toString();
        assertThat(opcode != TEXT || isUtf8(whole)).as("text in UTF-8").isTrue();
        events.add(new Event(opcode, whole));
        opcode = -1;
        message.setLength(0);
      }
    }
    return events;
  }

  private static String payload(ByteBuffer in) {
    int second = in.get() & 0xff;
    assertThat(second).as("a mask of a server").isLessThan(0x80);
    long length = second;
    if (second == 126) {
      length = in.getShort() & 0xffff;
      assertThat(length).as("the shortest form").isGreaterThan(125);
    } else if (second == 127) {
      length = in.getLong();
      assertThat(length).as("the shortest form").isGreaterThan(65_535);
    }
    byte[] payload = new byte[Math.toIntExact(length)];
    in.get(payload);
    return text(payload);
  }

  private static String inflated(Inflater inflater, String compressed) {
    inflater.setInput((compressed + "\0\0\377\377").getBytes(StandardCharsets.ISO_8859_1));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] piece = new byte[1 << 16];
    try {
      int count;
      while ((count = inflater.inflate(piece)) > 0) {
        out.write(piece, 0, count);
      }
    } catch (DataFormatException e) {
      throw new AssertionError("not deflated", e);
    }
    return text(out.toByteArray());
  }
}
