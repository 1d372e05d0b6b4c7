package dev.lblc.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A port, or several, that clients connect to, with the routes of what comes in there. */
public sealed interface ListenerConfig permits HttpListenerConfig, TcpListenerConfig {
  /** Returns the name, unique in the file. */
  String name();

  /** Returns the address to bind. */
  String host();

  /** Returns the TCP ports, all different, at least one; 0, which is then alone, takes a free one. */
  List<Integer> ports();

  /** Returns certificate and key; null: the gateway takes no TLS off. */
  @Nullable
  TlsConfig tls();

  /** Returns whether each connection starts with a PROXY protocol header. */
  boolean proxyProtocol();

  /** Returns how many connections are accepted at once, on all ports. */
  int maxConnections();

  /** Returns the addresses and CIDR blocks of peers that may say who the client is. */
  List<String> trustedPeers();

  /** Returns whether each exchange or connection is logged. */
  boolean accessLog();

  /** Returns the routes in file order: the first that matches wins. */
  List<? extends RouteConfig> routes();
}
