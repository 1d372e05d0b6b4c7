package dev.lblc.gateway.route;

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
        String entry = IpAddress.ofEntry(line.substring(comma + 1, end));
        if (entry == null) {
          return client;
        }
        client = entry;
        end = comma;
      }
    }
    return client;
  }
}
