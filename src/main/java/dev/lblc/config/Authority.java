package dev.lblc.config;

/** The form of a host and a port in URLs and Host headers. */
public final class Authority {
  private Authority() {}

  /** Returns host and port joined by a colon; an IPv6 address gets its brackets. */
  public static String of(String host, int port) {
    return host(host) + ':' + port;
  }

  /** Returns the host alone; an IPv6 address gets its brackets. */
  public static String host(String host) {
    return host.indexOf(':') < 0 ? host : '[' + host + ']';
  }
}
