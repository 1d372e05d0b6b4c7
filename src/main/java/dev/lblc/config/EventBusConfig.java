package dev.lblc.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The address and TLS of the event bus, over which nodes send each other messages. The gateway builds its Vert.x instance by
 * it. In another application it has no effect: the event bus of its Vert.x exists already.
 *
 * @param host address to bind; null: that of the Hazelcast member
 * @param port TCP port; 0 takes a free port
 * @param publicHost address that the other nodes connect to; null: {@code host}, or that of the Hazelcast member where
 *     {@code host} stands for all addresses
 * @param publicPort port that the other nodes connect to; 0: the port that is bound
 * @param tls certificates of this node and of the nodes it trusts; null: clear text
 */
public record EventBusConfig(
    @Nullable String host,
    int port,
    @Nullable String publicHost,
    int publicPort,
    @Nullable Tls tls) {

  /**
   * TLS in which both sides show a certificate, PEM.
   *
   * @param certificate file with this node's certificate chain
   * @param key file with its private key
   * @param trust file with the certificates of the authorities that sign the nodes' certificates
   */
  public record Tls(Path certificate, Path key, Path trust) {}

  /** Returns the address that the other nodes connect to, on the machine where {@code member} is Hazelcast's. */
  public String publicHost(String member) {
    if (publicHost != null) {
      return publicHost;
    }
    return host == null || NetSyntax.isAny(host) ? member : host;
  }
}
