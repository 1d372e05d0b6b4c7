package dev.lblc.config;

/** A host and a port as URLs and Host headers have them. */
public final class Authority {
  private Authority() {}

  /** The two joined by a colon; an IPv6 address gets its brackets. */
  public static String of(String host, int port) {
    return host(host) + ':' + port;
  }

  /** The host alone; an IPv6 address gets its brackets. */
  public static String host(String host) {
    return host.indexOf(':') < 0 ? host : '[' + host + ']';
  }
}
