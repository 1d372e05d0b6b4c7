package dev.lblc.gateway.net;

import io.netty.util.NetUtil;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a connection before anything is passed on.
 *
 * @param client where it comes from, by the PROXY protocol where that is on
 * @param local what the client connected to, by the PROXY protocol where that is on
 * @param sni server name of the TLS handshake, lower case; null: none
 * @param certificate of the client; null: it has shown none, or TLS does not end here
 */
public record ConnectionFacts(
    InetSocketAddress client,
    InetSocketAddress local,
    @Nullable String sni,
    @Nullable ClientCertificate certificate) {

  /** Returns the client's address as text. */
  public String clientIp() {
    return ip(client);
  }

  /** Returns the address that the client connected to, as text. */
  public String localIp() {
    return ip(local);
  }

  /** Returns the port that the client connected to. */
  public int localPort() {
    return local.getPort();
  }

  /** Returns these facts with what the TLS handshake tells. */
  public ConnectionFacts with(
      @Nullable String serverName, @Nullable ClientCertificate clientCertificate) {
    return new ConnectionFacts(client, local, serverName, clientCertificate);
  }

  /** Returns the address alone, in its canonical form (RFC 5952); a zone says where an address was heard of, not what it is. */
  public static String ip(InetSocketAddress address) {
    return NetUtil.toAddressString(address.getAddress());
  }

  /** Returns the address alone, as Vert.x writes it; empty: not known. */
  public static String host(@Nullable SocketAddress address) {
    String host = address == null ? null : address.hostAddress();
    return host == null ? "" : host;
  }

  /** Returns the port; 0: not known. */
  public static int port(@Nullable SocketAddress address) {
    return address == null ? 0 : address.port();
  }
}
