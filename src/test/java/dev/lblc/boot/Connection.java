package dev.lblc.boot;

import dev.lblc.gateway.TrustsAll;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** One connection of HTTP/1.1 to a listener, with TLS if the URL says so, kept for request after request. Trusts anybody. */
final class Connection implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;

  private final Socket socket;
  private final InputStream in;

  Connection(String url) throws IOException {
    URI uri = URI.create(url);
    socket = uri.getScheme().equals("https")
        ? trusting().getSocketFactory().createSocket(uri.getHost(), uri.getPort())
        : new Socket(uri.getHost(), uri.getPort());
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** Returns the whole answer, which has a length; throws if it does not come. */
  String get(String path) throws IOException {
    socket
        .getOutputStream()
        .write(
            ("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int octet = in.read();
      if (octet < 0) {
        throw new EOFException("after " + head);
      }
      head.append((char) octet);
    }
    String lower = head.toString().toLowerCase(Locale.ROOT);
    int length = lower.indexOf("content-length: ") + "content-length: ".length();
    int size = Integer.parseInt(lower.substring(length, lower.indexOf("\r\n", length)));
    byte[] body = in.readNBytes(size);
    if (body.length < size) {
      throw new EOFException("within the body");
    }
    return head + new String(body, StandardCharsets.US_ASCII);
  }

  /** Returns the certificate that the listener has shown on this connection. */
  X509Certificate certificate() throws IOException {
    return (X509Certificate) ((SSLSocket) socket).getSession().getPeerCertificates()[0];
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private static SSLContext trusting() throws IOException {
    try {
      return TrustsAll.context();
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }
}
