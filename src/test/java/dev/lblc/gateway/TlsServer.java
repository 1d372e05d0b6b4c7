package dev.lblc.gateway;

import dev.lblc.testing.Authority;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** A server with TLS whose connections the test serves itself, one by one. */
final class TlsServer implements AutoCloseable {
  static final String TLS_1_2 = "TLSv1.2";
  static final String TLS_1_3 = "TLSv1.3";

  private static final int PATIENCE_MILLIS = 10_000;

  private static final int RECORD_HEAD = 5;
  private static final int RECORD_LENGTH = 3;
  private static final int HELLO_HEAD = 6;
  private static final int RANDOM = 32;
  private static final int SERVER_NAME = 0;
  private static final int NAME_HEAD = 5;

  private final ServerSocket socket;
  private final SSLSocketFactory factory;
  private final boolean asksClients;
  private final String[] versions;
  private final AtomicInteger shown = new AtomicInteger();
  private volatile String sent = "";

  /** Of a certificate, of TLS 1.2 and 1.3. */
  TlsServer(Authority.Issued certificate) throws IOException, GeneralSecurityException {
    this(certificate, null, TLS_1_2, TLS_1_3);
  }

  /** Of a certificate and these versions; it requires certificates of clients, which {@code clients} look at; null: it asks for none. */
  TlsServer(Authority.Issued certificate, @Nullable TrustManager clients, String... versions)
      throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        new KeyManager[] {new Counted(certificate)},
        clients == null ? null : new TrustManager[] {clients},
        null);
    this.factory = context.getSocketFactory();
    this.asksClients = clients != null;
    this.versions = versions;
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    socket.setSoTimeout(PATIENCE_MILLIS);
  }

  /** Sets the size of the receive buffers of connections that are made from now on. */
  void receiveBuffer(int bytes) throws IOException {
    socket.setReceiveBufferSize(bytes);
  }

  int port() {
    return socket.getLocalPort();
  }

  /** How often it has shown its certificate: a handshake that resumes a session does without. */
  int shown() {
    return shown.get();
  }

  /** The next connection, whose handshake is made with its first use. */
  RawClient accept() throws IOException {
    return secured(socket.accept());
  }

  /** TLS on a connection of which something was read before; waits for the ClientHello. */
  RawClient secured(Socket accepted) throws IOException {
    accepted.setSoTimeout(PATIENCE_MILLIS);
    InputStream in = accepted.getInputStream();
    byte[] head = in.readNBytes(RECORD_HEAD);
    int length = head.length == RECORD_HEAD ? ByteBuffer.wrap(head).getShort(RECORD_LENGTH) : 0;
    ByteBuffer record = ByteBuffer.allocate(head.length + length);
    record.put(head).put(in.readNBytes(length)).flip();
    sent = serverName(record.duplicate());
    SSLSocket secure =
        (SSLSocket) factory.createSocket(accepted, new ByteArrayInputStream(record.array()), true);
    secure.setEnabledProtocols(versions);
    secure.setNeedClientAuth(asksClients);
    return RawClient.secured(secure, accepted);
  }

  /** The server name that the last client has sent; empty: none. The JDK may be told not to read it. */
  String sent() {
    return sent;
  }

  /** Reads a ClientHello in one record. */
  private static String serverName(ByteBuffer hello) {
    hello.position(RECORD_HEAD + HELLO_HEAD + RANDOM);
    skip(hello, hello.get());
    skip(hello, hello.getShort());
    skip(hello, hello.get());
    hello.getShort(); // of all extensions
    while (hello.hasRemaining()) {
      int kind = hello.getShort();
      int length = hello.getShort();
      if (kind == SERVER_NAME) {
        byte[] name = new byte[length - NAME_HEAD];
        skip(hello, NAME_HEAD);
        hello.get(name);
        return new String(name, StandardCharsets.US_ASCII);
      }
      skip(hello, length);
    }
    return "";
  }

  private static void skip(ByteBuffer hello, int octets) {
    hello.position(hello.position() + octets);
  }

  /** The next connection, without TLS. */
  Socket plain() throws IOException {
    return socket.accept();
  }

  /** Whether there is another connection, made before now. */
  boolean hasMore() throws IOException {
    socket.setSoTimeout(1);
    try {
      socket.accept().close();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } finally {
      socket.setSoTimeout(PATIENCE_MILLIS);
    }
  }

  /** The next connection, whose handshake is complete. */
  RawClient secured() throws IOException {
    RawClient accepted = accept();
    ((SSLSocket) accepted.socket()).startHandshake();
    return accepted;
  }

  /** The subject of the certificate that the client of a connection has shown. */
  static String client(RawClient accepted) throws IOException {
    return session(accepted.socket()).getPeerPrincipal().getName();
  }

  private static SSLSession session(Socket accepted) {
    return ((SSLSocket) accepted).getSession();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** Counts how often the certificate is shown. */
  private final class Counted extends X509ExtendedKeyManager {
    private final Authority.Issued issued;

    Counted(Authority.Issued issued) {
      this.issued = issued;
    }

    @Override
    public @Nullable String chooseServerAlias(
        String kind, Principal @Nullable [] authorities, @Nullable Socket accepted) {
      return kind.equals("EC") ? "own" : null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String kind, Principal @Nullable [] authorities, @Nullable SSLEngine engine) {
      return chooseServerAlias(kind, authorities, null);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return issued.bundle().getCertificatePath();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      shown.incrementAndGet();
      return issued.bundle().getKeyPair().getPrivate();
    }

    @Override
    public String[] getServerAliases(String kind, Principal @Nullable [] authorities) {
      return new String[] {"own"};
    }

    @Override
    public String @Nullable [] getClientAliases(String kind, Principal @Nullable [] authorities) {
      return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] kinds, Principal @Nullable [] authorities, @Nullable Socket connected) {
      return null;
    }
  }
}
