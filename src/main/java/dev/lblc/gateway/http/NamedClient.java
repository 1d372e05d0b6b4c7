package dev.lblc.gateway.http;

import dev.lblc.gateway.route.AddressBlocks;
import dev.lblc.gateway.route.ClientAddress;
import java.util.List;
import java.util.function.Function;

/** The client that the headers of a request name: X-Forwarded-For, or else Forwarded. */
public final class NamedClient {
  private NamedClient() {}

  /**
   * Returns the client's address; that of the peer, unless the peer is trusted and names another one.
   *
   * @param peer address of the connection
   * @param headers finds the fields of a name, in lower case
   */
  public static String of(
      String peer, Function<String, List<String>> headers, AddressBlocks trusted) {
    List<String> listed = headers.apply(ForwardingHeaders.FOR.toString());
    return ClientAddress.of(
        peer,
        listed.isEmpty()
            ? TrustedWord.addresses(headers.apply(ForwardingHeaders.FORWARDED.toString()))
            : listed,
        trusted);
  }
}
