package dev.lblc.gateway.route;

import io.netty.util.NetUtil;

/** The normal form of a host, which routes are matched against: lower case, without port, brackets or final dot. */
public final class HostName {
  private static final int HIGHEST_PORT = 65_535;

  /**
   * What no host has, beside white space and what is not ASCII. A comma may stand in a name of RFC 3986, but servers get the host in
   * X-Forwarded-Host, too, which is a list: of {@code evil.example,a.example} some would take the one, some the other.
   */
  private static final String NO_HOST = "%/\\?#@[]\"<>^`{|},";

  private HostName() {}

  /**
   * Returns the normal form of a Host header or authority: the same instance if it is normal already, empty if it is empty.
   *
   * @throws BadRequestException if the text is not a host with an optional port
   */
  public static String of(String authority) {
    boolean plain = true;
    for (int i = 0; i < authority.length(); i++) {
      char c = authority.charAt(i);
      plain &= (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    }
    return plain && !authority.endsWith(".") ? authority : normalise(authority);
  }

  private static String normalise(String authority) {
    int end = authority.length();
    int start = 0;
    if (authority.startsWith("[")) {
      start = 1;
      end = authority.indexOf(']');
      if (end < 0) {
        throw new BadRequestException("bad host");
      }
      if (!NetUtil.isValidIpV6Address(authority.substring(start, end))) {
        throw new BadRequestException("bad host");
      }
      checkPort(authority, end + 1);
    } else if (authority.indexOf(':') >= 0) {
      end = authority.indexOf(':');
      checkPort(authority, end);
    }
    if (start == 0 && end > 0 && authority.charAt(end - 1) == '.') {
      end--;
    }
    StringBuilder host = new StringBuilder(end - start);
    for (int i = start; i < end; i++) {
      char c = authority.charAt(i);
      if (c <= ' ' || c >= 0x7f || NO_HOST.indexOf(c) >= 0) {
        throw new BadRequestException("bad host");
      }
      host.append(c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c);
    }
    return host.toString();
  }

  private static void checkPort(String authority, int colon) {
    if (colon < authority.length() && authority.charAt(colon) != ':') {
      throw new BadRequestException("bad host");
    }
    int port = 0;
    for (int i = colon + 1; i < authority.length(); i++) {
      int digit = authority.charAt(i) - '0';
      port = 10 * port + digit;
      if (digit < 0 || digit > 9 || port > HIGHEST_PORT) {
        throw new BadRequestException("bad host");
      }
    }
  }
}
