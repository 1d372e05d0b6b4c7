package dev.lblc.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Locale;
import javax.net.ssl.SSLSocket;

/** A client that sends exactly what it is told to, and reads no more than one response. */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;

  private final Socket socket;
  private final Socket transport;
  private final InputStream in;

  RawClient(int port) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** Returns whether nobody listens on a port. */
  static boolean isRefused(int port) {
    try {
      new RawClient(port).close();
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** On a socket that is connected. */
  RawClient(Socket socket) throws IOException {
    this(socket, socket);
  }

  private RawClient(Socket socket, Socket transport) throws IOException {
    this.socket = socket;
    this.transport = transport;
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** With TLS; trusts anybody. */
  static RawClient secure(int port) throws IOException, GeneralSecurityException {
    Socket transport = new Socket(InetAddress.getLoopbackAddress(), port);
    return new RawClient(
        TrustsAll.context().getSocketFactory().createSocket(transport, "localhost", port, true),
        transport);
  }

  /** The server's end of a connection, with TLS over a socket. */
  static RawClient secured(SSLSocket accepted, Socket transport) throws IOException {
    return new RawClient(accepted, transport);
  }

  /** Octets as they are sent and read here: a character each. */
  static String text(byte... octets) {
    return new String(octets, StandardCharsets.ISO_8859_1);
  }

  static String exchange(int port, String request) throws IOException {
    try (RawClient client = new RawClient(port)) {
      return client.send(request).response();
    }
  }

  /** The head of a message with these lines. */
  static String head(String... lines) {
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  /** A request with no body. */
  static String get(int port, String target) throws IOException {
    return exchange(port, "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
  }

  RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  RawClient send(byte[] octets) throws IOException {
    socket.getOutputStream().write(octets);
    return this;
  }

  /** In segments of one byte. */
  RawClient trickle(byte[] octets) throws IOException {
    socket.setTcpNoDelay(true);
    for (byte octet : octets) {
      socket.getOutputStream().write(octet);
    }
    return this;
  }

  /** A whole response; of one without a length all until the connection ends. */
  String response() throws IOException {
    return response(false);
  }

  /** A whole response behind those that only say that it will come. */
  String finalResponse(boolean head) throws IOException {
    String response = response(head);
    while (response.startsWith("HTTP/1.1 1")) {
      response = response(head);
    }
    return response;
  }

  String response(boolean head) throws IOException {
    String text = until("\r\n\r\n");
    String lower = text.toLowerCase(Locale.ROOT);
    if (head
        || lower.startsWith("http/1.1 204")
        || lower.startsWith("http/1.1 304")
        || lower.startsWith("http/1.1 1")) {
      return text;
    }
    int length = lower.indexOf("content-length: ");
    if (length >= 0) {
      int end = lower.indexOf("\r\n", length);
      return text + exactly(Integer.parseInt(lower.substring(length + 16, end).trim()));
    }
    return text
        + (lower.contains("transfer-encoding: chunked") ? until("0\r\n", "\r\n\r\n") : rest());
  }

  /** What comes until the connection ends; a reset ends it too, and so does silence for 10 s. */
  String rest() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      byte[] octets = new byte[8192];
      int count;
      while ((count = in.read(octets)) >= 0) {
        out.write(octets, 0, count);
      }
    } catch (SocketTimeoutException e) {
      out.writeBytes("<silence>".getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      out.writeBytes("<reset>".getBytes(StandardCharsets.ISO_8859_1));
    }
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  String exactly(int length) throws IOException {
    return text(in.readNBytes(length));
  }

  String until(String... ends) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String end : ends) {
      int from = Math.max(0, text.length() - end.length());
      while (text.indexOf(end, Math.max(from, text.length() - end.length())) < 0) {
        int octet = in.read();
        if (octet < 0) {
          throw new IOException("ended after: " + text);
        }
        text.append((char) octet);
      }
    }
    return text.toString();
  }

  /** Whether an echo comes back; refused are connections that are closed, or reset, at once. */
  boolean isEchoed() {
    try {
      return send("x").exactly(1).equals("x");
    } catch (IOException e) {
      return false;
    }
  }

  /** Says that nothing more will be sent. */
  RawClient endOutput() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  Socket socket() {
    return socket;
  }

  /** Ends the connection without a word, as a process that is killed does: TLS does not say that it ends. */
  void vanish() throws IOException {
    transport.close();
  }

  /** Ends this direction without a word of TLS, behind these octets, which are no whole record. */
  void endBluntly(int... octets) throws IOException {
    for (int octet : octets) {
      transport.getOutputStream().write(octet);
    }
    transport.shutdownOutput();
  }

  /** Ends the connection in order, before the test is done with it. */
  void leave() throws IOException {
    socket.close();
  }

  /** Ends the connection with a reset instead of an orderly end. */
  void reset() throws IOException {
    transport.setSoLinger(true, 0);
    transport.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
