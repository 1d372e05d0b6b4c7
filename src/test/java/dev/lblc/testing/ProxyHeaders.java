package dev.lblc.testing;

import java.nio.charset.StandardCharsets;

/** Headers of the PROXY protocol, a character for each octet. */
public final class ProxyHeaders {
  /** The command of a proxy that speaks for itself. */
  public static final int LOCAL = 0x20;

  /** The command of a proxy that passes a connection on. */
  public static final int PROXY = 0x21;

  public static final int TCP4 = 0x11;
  public static final int UDP4 = 0x12;
  public static final int TCP6 = 0x21;
  public static final int UNIX = 0x31;

  /** The addresses and ports of {@code PROXY TCP4 192.0.2.1 198.51.100.7 4711 8443}. */
  public static final String ENDS =
      octets(192, 0, 2, 1, 198, 51, 100, 7) + octets(0x12, 0x67, 0x20, 0xfb);

  /** The addresses of a Unix socket. */
  public static final String PATHS = "\0/run/a".repeat(27) + "\0".repeat(27);

  private ProxyHeaders() {}

  /** One of version 2. */
  public static String v2(int command, int family, String rest) {
    return octets(13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10)
        + octets(command, family, rest.length() >> 8, rest.length())
        + rest;
  }

  /** Octets as text. */
  public static String octets(int... values) {
    byte[] octets = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      octets[i] = (byte) values[i];
    }
    return new String(octets, StandardCharsets.ISO_8859_1);
  }
}
