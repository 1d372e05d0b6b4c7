package dev.lblc.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One connection of a client that knows when each request went out and how its answer ended. Not thread-safe. */
final class HttpSocket implements AutoCloseable {
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");
  private static final int CONNECT_MILLIS = 2_000;

  private final Socket socket = new Socket();
  private final InputStream in;

  /**
   * A whole answer.
   *
   * @param head status line and headers
   * @param body all of it
   */
  record Answer(String head, String body) {
    int status() {
      return Integer.parseInt(head.substring(9, 12));
    }

    boolean endsConnection() {
      return head.toLowerCase(Locale.ROOT).contains("\r\nconnection: close");
    }

    /** Value of a header that is there. */
    String header(String name) {
      Matcher header =
          Pattern.compile("(?i)\r\n" + Pattern.quote(name) + ": *([^\r]*)").matcher(head);
      if (!header.find()) {
        throw new IllegalStateException("no " + name + " in " + head);
      }
      return header.group(1);
    }
  }

  /** Connects; patience is for each read. */
  HttpSocket(InetSocketAddress address, int patienceMillis) throws IOException {
    try {
      socket.connect(address, CONNECT_MILLIS);
      socket.setSoTimeout(patienceMillis);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream()); // heads are read byte by byte
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Of this end. */
  int port() {
    return socket.getLocalPort();
  }

  Answer get(String path) throws IOException {
    send(path);
    return answer();
  }

  void send(String path) throws IOException {
    socket
        .getOutputStream()
        .write(("GET " + path + " HTTP/1.1\r\nHost: load.test\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * The next answer.
   *
   * @throws EOFException with the message {@code no answer} if the connection was ended before its first byte
   */
  Answer answer() throws IOException {
    String head = head(in);
    if (head.isEmpty()) {
      throw new EOFException("no answer");
    }
    Matcher length = LENGTH.matcher(head);
    if (!length.find()) {
      throw new IOException("no length: " + head);
    }
    int expected = Integer.parseInt(length.group(1));
    byte[] body = in.readNBytes(expected);
    if (body.length < expected) {
      throw new EOFException("cut answer");
    }
    return new Answer(head, new String(body, StandardCharsets.ISO_8859_1));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** Up to the empty line; empty if the connection was ended before. */
  static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int ending = 0;
    while (ending < 4) {
      int b = in.read();
      if (b < 0) {
        return "";
      }
      head.write(b);
      ending = b == (ending % 2 == 0 ? '\r' : '\n') ? ending + 1 : b == '\r' ? 1 : 0;
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }
}
