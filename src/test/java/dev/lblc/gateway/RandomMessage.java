package dev.lblc.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One message of HTTP/1 as it is on the wire: made at random, or read by the letter.
 *
 * @param head its lines, the first one among them
 * @param body without its framing, a character for each octet
 * @param trailers lines
 */
record RandomMessage(List<String> head, String body, List<String> trailers) {
  private static final int MOST_OCTETS = 150_000;

  /** How a body is framed. */
  enum Framing {
    NONE,
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE
  }

  /** Returns octets that are known by their seed. */
  static byte[] octets(long seed) {
    Random random = new Random(seed);
    int kind = random.nextInt(8);
    int length = kind == 0
        ? 0
        : kind < 5
            ? 1 + random.nextInt(200)
            : kind < 7 ? random.nextInt(10_000) : random.nextInt(MOST_OCTETS);
    byte[] octets = new byte[length];
    random.nextBytes(octets);
    return octets;
  }

  /** Returns a body in its framing. */
  static byte[] framed(byte[] body, Framing framing, List<String> trailers, Random random) {
    if (framing != Framing.CHUNKED) {
      return framing == Framing.NONE ? new byte[0] : body;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = 0;
    while (at < body.length) {
      int size = 1 + random.nextInt(random.nextBoolean() ? 20 : body.length);
      size = Math.min(size, body.length - at);
      String digits = Integer.toHexString(size);
      text(random.nextBoolean() ? digits : digits.toUpperCase(Locale.ROOT), out);
      text(random.nextInt(4) == 0 ? ";a=\"b;\\\"\";c" : "", out);
      text("\r\n", out);
      out.write(body, at, size);
      text("\r\n", out);
      at += size;
    }
    text("0".repeat(1 + random.nextInt(3)) + "\r\n", out);
    for (String trailer : trailers) {
      text(trailer + "\r\n", out);
    }
    text("\r\n", out);
    return out.toByteArray();
  }

  private static void text(String text, ByteArrayOutputStream to) {
    to.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Writes octets in pieces of any size: a few of them, or all at once. */
  static void write(byte[] octets, OutputStream to, Random random) throws IOException {
    int at = 0;
    int pieces = random.nextInt(3) == 0 ? 1 + random.nextInt(8) : 0;
    for (int i = 0; i < pieces && at < octets.length; i++) {
      int size = random.nextInt(2) == 0 ? 1 : 1 + random.nextInt(octets.length - at);
      to.write(octets, at, size);
      to.flush();
      at += size;
    }
    to.write(octets, at, octets.length - at);
    to.flush();
  }

  /** Reads a head; null: the connection ended before it. */
  static @Nullable List<String> readHead(InputStream in) throws IOException {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    while (true) {
      int octet = in.read();
      if (octet < 0) {
        if (lines.isEmpty() && line.length() == 0) {
          return null;
        }
        throw new IOException("ended within a head: " + lines + line);
      }
      line.append((char) octet);
      if (octet == '\n') {
        if (line.length() < 2 || line.charAt(line.length() - 2) != '\r') {
          throw new IOException("end of line: " + line);
        }
        line.setLength(line.length() - 2);
        if (line.length() == 0) {
          return lines;
        }
        lines.add(line.toString());
        line.setLength(0);
      }
    }
  }

  /** Reads the rest of a message. */
  static RandomMessage read(List<String> head, Framing framing, InputStream in) throws IOException {
    switch (framing) {
      case NONE -> {
        return new RandomMessage(head, "", List.of());
      }
      case LENGTH -> {
        String length = header(head, "content-length");
        int wanted = Integer.parseInt(length == null ? "0" : length);
        byte[] body = in.readNBytes(wanted);
        if (body.length < wanted) {
          throw new IOException("ended within a body: " + body.length + " of " + wanted);
        }
        return new RandomMessage(head, RawClient.text(body), List.of());
      }
      case UNTIL_CLOSE -> {
        return new RandomMessage(head, RawClient.text(in.readAllBytes()), List.of());
      }
      case CHUNKED -> {
        return readChunks(head, in);
      }
    }
    throw new IllegalStateException(framing.name());
  }

  private static RandomMessage readChunks(List<String> head, InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      StringBuilder line = new StringBuilder();
      while (line.indexOf("\r\n") < 0) {
        int octet = in.read();
        if (octet < 0) {
          throw new IOException("ended within chunks: " + line);
        }
        line.append((char) octet);
      }
      int size = Integer.parseInt(line.toString().split("[;\r]", 2)[0], 16);
      if (size == 0) {
        break;
      }
      byte[] chunk = in.readNBytes(size + 2);
      if (chunk.length < size + 2 || chunk[size] != '\r' || chunk[size + 1] != '\n') {
        throw new IOException("end of a chunk");
      }
      body.write(chunk, 0, size);
    }
    List<String> trailers = readHead(in);
    if (trailers == null) {
      throw new IOException("ended before the trailers");
    }
    return new RandomMessage(head, RawClient.text(body.toByteArray()), trailers);
  }

  /** Returns the value of a header; null: there is none, or more than one. */
  static @Nullable String header(List<String> head, String name) {
    List<String> values = StrictRequest.values(head.subList(1, head.size()), name);
    return values.size() == 1 ? values.get(0) : null;
  }

  /** Returns how a head says that its body is framed. */
  static Framing framing(List<String> head, Framing otherwise) {
    if (header(head, "transfer-encoding") != null) {
      return Framing.CHUNKED;
    }
    return header(head, "content-length") != null ? Framing.LENGTH : otherwise;
  }
}
