package dev.lblc.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The syntax of hosts and addresses. Nothing here asks a name server. */
final class NetSyntax {
  /** Labels of letters, digits, hyphens and underscores, which the RFC lacks and people use. */
  static final String HOST_NAME =
      "(?=[^:]{1,253}(:|$))[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
          + "(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*";

  private static final Pattern NAME = Pattern.compile(HOST_NAME);
  private static final Pattern LOOKS_LIKE_IPV4 = Pattern.compile("[0-9.]+");
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  private static final String HOST_EXPECTED = "a host name or an IP address";

  static final Syntax<String> HOST = new Syntax<>(HOST_EXPECTED, NetSyntax::host);

  private static final String PEER_EXPECTED = "an IP address or a CIDR block such as 10.0.0.0/8";

  static final Syntax<String> PEER = new Syntax<>(PEER_EXPECTED, NetSyntax::peer);

  private static final String NAME_EXPECTED = "a name that name servers know";

  /** A host name, and no address: with a dot at its end it is never looked for elsewhere. */
  static final Syntax<String> NAME_TO_ASK = new Syntax<>(NAME_EXPECTED, NetSyntax::nameToAsk);

  private static final int DNS_PORT = 53;
  private static final Pattern WITH_PORT =
      Pattern.compile("(?:\\[([^\\]]+)]|([^:]+))(?::([1-9][0-9]{0,4}))?");
  private static final String ADDRESS_AND_PORT_EXPECTED =
      "an IP address such as 10.0.0.2 or fd00::2, or with a port 10.0.0.2:53 or [fd00::2]:53";

  /** The address of a name server. */
  static final Syntax<DnsConfig.Address> ADDRESS_AND_PORT =
      new Syntax<>(ADDRESS_AND_PORT_EXPECTED, NetSyntax::addressAndPort);

  private static final Set<String> ANY = Set.of("0.0.0.0", "0:0:0:0:0:0:0:0");

  private NetSyntax() {}

  /** Returns whether connections to this host cannot leave the machine, as far as its name tells. */
  static boolean isLoopback(String host) {
    InetAddress address = address(host);
    return address == null ? host.equalsIgnoreCase("localhost") : address.isLoopbackAddress();
  }

  /** Returns whether a socket bound to this host listens on all addresses. */
  static boolean isAny(String host) {
    return ANY.contains(canonical(host));
  }

  /** Returns whether sockets that are bound to the two hosts on one port get in each other's way. */
  static boolean overlap(String one, String other) {
    String a = canonical(one);
    String b = canonical(other);
    return a.equals(b) || isAny(one) || isAny(other);
  }

  /** Returns the one spelling of an address or, in lower case, of a name. */
  static String canonical(String host) {
    InetAddress address = address(host);
    return address == null ? host.toLowerCase(Locale.ROOT) : address.getHostAddress();
  }

  private static String host(String text) throws SyntaxException {
    boolean name =
        NAME.matcher(text).matches() && !LOOKS_LIKE_IPV4.matcher(text).matches();
    if (!name && address(text) == null) {
      throw new SyntaxException(HOST_EXPECTED);
    }
    return text;
  }

  private static String nameToAsk(String text) throws SyntaxException {
    String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    if (!NAME.matcher(name).matches() || LOOKS_LIKE_IPV4.matcher(name).matches()) {
      throw new SyntaxException(NAME_EXPECTED);
    }
    return text;
  }

  private static DnsConfig.Address addressAndPort(String text) throws SyntaxException {
    if (address(text) != null) {
      return new DnsConfig.Address(text, DNS_PORT);
    }
    Matcher parts = WITH_PORT.matcher(text);
    if (parts.matches()) {
      String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
      int port = parts.group(3) == null ? DNS_PORT : Integer.parseInt(parts.group(3));
      if (address(host) != null && port <= PortSyntax.MOST) {
        return new DnsConfig.Address(host, port);
      }
    }
    throw new SyntaxException(ADDRESS_AND_PORT_EXPECTED);
  }

  private static String peer(String text) throws SyntaxException {
    int slash = text.indexOf('/');
    InetAddress address = address(slash < 0 ? text : text.substring(0, slash));
    if (address == null) {
      throw new SyntaxException(PEER_EXPECTED);
    }
    int most = address.getAddress().length * 8;
    String prefix = slash < 0 ? "0" : text.substring(slash + 1);
    if (!prefix.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(prefix) > most) {
      throw new SyntaxException("a prefix length of 0 to " + most + " after the slash");
    }
    return text;
  }

  /** Returns whether each address of {@code inner} is one of {@code outer}. Both are addresses or CIDR blocks. */
  static boolean contains(String outer, String inner) {
    byte[] network = octets(outer);
    byte[] part = octets(inner);
    int bits = prefix(outer, network);
    if (network.length != part.length || prefix(inner, part) < bits) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      if ((network[bit / 8] ^ part[bit / 8]) >> (7 - bit % 8) << 31 != 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] octets(String peer) {
    InetAddress address = address(peer.substring(0, slash(peer)));
    if (address == null) {
      throw new IllegalArgumentException(peer + " (expected: " + PEER_EXPECTED + ")");
    }
    return address.getAddress();
  }

  private static int prefix(String peer, byte[] octets) {
    int slash = slash(peer);
    return slash == peer.length() ? octets.length * 8 : Integer.parseInt(peer.substring(slash + 1));
  }

  private static int slash(String peer) {
    int slash = peer.indexOf('/');
    return slash < 0 ? peer.length() : slash;
  }

  /** Returns the address that the text is; null: the text is not an address. */
  private static @Nullable InetAddress address(String text) {
    if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
      return null;
    }
    try {
      // Text with a colon, or of four numbers, is never looked up: it is an address or an error.
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      return null;
    }
  }
}
