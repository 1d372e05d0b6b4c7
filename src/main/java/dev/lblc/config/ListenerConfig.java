package dev.lblc.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A listener: the ports that clients connect to, and the routes of their requests or connections. */
public sealed interface ListenerConfig permits HttpListenerConfig, TcpListenerConfig {
  /** Returns the name, unique in the file. */
  String name();

  /** Returns the address to bind. */
  String host();

  /** Returns the TCP ports, all different, at least one; 0, always alone, takes a free port. */
  List<Integer> ports();

  /**
   * Returns whether another process may bind the same ports beside this one: the last that has takes all new connections, see
   * {@code run --takeover}.
   */
  boolean reusePort();

  /** Returns certificate and key; null: the gateway does not terminate TLS. */
  @Nullable
  TlsConfig tls();

  /** Returns whether each connection starts with a PROXY protocol header. */
  boolean proxyProtocol();

  /** Returns how many connections are accepted at once, on all ports. */
  int maxConnections();

  /** Returns the addresses and CIDR blocks of peers whose word on the client's address is believed. */
  List<String> trustedPeers();

  /** Returns where and how each exchange or connection is logged; null: it is not. */
  @Nullable
  AccessLogConfig accessLog();

  /** Returns the routes in file order: the first that matches wins. */
  List<? extends RouteConfig> routes();
}
