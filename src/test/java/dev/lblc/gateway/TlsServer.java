package dev.lblc.gateway;

import dev.lblc.gateway.net.ClientHello;
import dev.lblc.testing.Authority;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

  private final ServerSocket socket;
  private final SSLSocketFactory factory;
  private final boolean asksClients;
  private final String[] versions;
  private final AtomicInteger shown = new AtomicInteger();

  private static final int RECORD_HEAD = 5;
  private final Map<Socket, List<String>> asked = new ConcurrentHashMap<>();

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

  /** TLS on a connection of which something was read before. */
  RawClient secured(Socket accepted) throws IOException {
    byte[] first = firstRecord(accepted.getInputStream());
    SSLSocket secure =
        (SSLSocket) factory.createSocket(accepted, new ByteArrayInputStream(first), true);
    asked.put(secure, name(first));
    secure.setEnabledProtocols(versions);
    secure.setNeedClientAuth(asksClients);
    return RawClient.secured(secure, accepted);
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

  /** Reads what has the ClientHello in it. The JDK, as the tests have it, does not look at server names. */
  private static byte[] firstRecord(InputStream in) throws IOException {
    byte[] head = in.readNBytes(RECORD_HEAD);
    int length = head.length < RECORD_HEAD ? 0 : (head[3] & 0xff) << Byte.SIZE | (head[4] & 0xff);
    byte[] whole = Arrays.copyOf(head, head.length + length);
    int read = in.readNBytes(whole, head.length, length);
    return Arrays.copyOf(whole, head.length + read);
  }

  private static List<String> name(byte[] record) {
    ClientHello hello = new ClientHello();
    String name = hello.feed(Unpooled.wrappedBuffer(record)) ? hello.serverName() : null;
    return name == null ? List.of() : List.of(name);
  }

  /** The server names that the client of a connection has sent. */
  List<String> names(RawClient accepted) {
    return asked.getOrDefault(accepted.socket(), List.of());
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
