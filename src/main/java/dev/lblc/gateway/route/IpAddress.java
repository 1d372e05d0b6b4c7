package dev.lblc.gateway.route;

import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * The text of an IP address. Each address has one canonical text, so that one client is one destination however a proxy spells it:
 * that of RFC 5952, of the IPv4 address where one is mapped into IPv6, without a zone.
 */
public final class IpAddress {
  private IpAddress() {}

  /** Returns the canonical text of an address; what is not an address is returned as it is. */
  public static String canonical(String text) {
    if (text.indexOf(':') < 0) {
      return text; // IPv4 has one spelling
    }
    byte[] octets = octets(text);
    return octets == null ? text : NetUtil.bytesToIpAddress(octets);
  }

  /** Returns the octets of an address, 4 for an IPv4 address that is mapped into IPv6; null: not an address. */
  public static byte @Nullable [] octets(String text) {
    byte[] octets = NetUtil.createByteArrayFromIpAddressString(text);
    if (octets == null || octets.length == 4) {
      return octets;
    }
    for (int i = 0; i < 12; i++) {
      if (octets[i] != (i < 10 ? 0 : (byte) 0xff)) {
        return octets;
      }
    }
    return new byte[] {octets[12], octets[13], octets[14], octets[15]};
  }

  /** Returns the canonical text of an entry in X-Forwarded-For, which may have a port; null: not an address. */
  public static @Nullable String ofEntry(String entry) {
    byte[] octets = octets(withoutPort(entry.trim()));
    return octets == null ? null : NetUtil.bytesToIpAddress(octets);
  }

  private static String withoutPort(String entry) {
    if (entry.startsWith("[")) {
      int end = entry.indexOf(']');
      return end < 0 ? entry : entry.substring(1, end);
    }
    int colon = entry.indexOf(':');
    return colon >= 0 && entry.indexOf(':', colon + 1) < 0 ? entry.substring(0, colon) : entry;
  }
}
