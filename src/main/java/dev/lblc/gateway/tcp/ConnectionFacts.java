package dev.lblc.gateway.tcp;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a connection before anything is passed on.
 *
 * @param client where it comes from, by the PROXY protocol where that is on
 * @param local what the client connected to, by the PROXY protocol where that is on
 * @param sni server name of the TLS handshake, lower case; null: none
 */
record ConnectionFacts(
    InetSocketAddress client,
    InetSocketAddress local,
    @Nullable String sni) {

  String clientIp() {
    return ip(client);
  }

  String localIp() {
    return ip(local);
  }

  int localPort() {
    return local.getPort();
  }

  /** The address alone, as text; a zone says where an address was heard of, not what it is. */
  static String ip(InetSocketAddress address) {
    String text = address.getAddress().getHostAddress();
    int zone = text.indexOf('%');
    return zone < 0 ? text : text.substring(0, zone);
  }
}
