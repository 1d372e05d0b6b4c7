package dev.lblc.gateway.route;

import io.netty.util.NetUtil;
import java.util.List;

/** Finds the client's address behind trusted peers. */
public final class ClientAddress {
  private ClientAddress() {}

  /**
   * Returns the client's address: the first in X-Forwarded-For, from right to left, that is not a trusted peer's. Text that
   * is not an address ends the search at the address before it: no trusted peer wrote what stands to the left.
   *
   * @param peer address of the connection
   * @param forwardedFor the X-Forwarded-For headers, in order
   */
  public static String of(String peer, List<String> forwardedFor, AddressBlocks trusted) {
    String client = peer;
    for (int i = forwardedFor.size() - 1; i >= 0; i--) {
      String line = forwardedFor.get(i);
      int end = line.length();
      while (end >= 0) {
        if (!trusted.contains(client)) {
          return client;
        }
        int comma = line.lastIndexOf(',', end - 1);
        byte[] octets =
            AddressBlocks.octets(withoutPort(line.substring(comma + 1, end).trim()));
        if (octets == null) {
          return client;
        }
        client = NetUtil.bytesToIpAddress(octets);
        end = comma;
      }
    }
    return client;
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
