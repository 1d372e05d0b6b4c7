package dev.lblc.gateway.net;

import dev.lblc.config.ProxyVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A header of the PROXY protocol, with which a proxy says whose connection it passes on.
 *
 * <pre>
 *   version 1   PROXY TCP4 client local client-port local-port CR LF                     at most 107 bytes
 *   version 2   12 bytes of signature | version, command | family | length | addresses | type, length, value ...
 * </pre>
 *
 * @param client where the connection comes from; null: the header does not say, as where the proxy speaks for itself
 * @param local what the client connected to; null if and only if {@code client} is
 * @see <a href="https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt">The specification</a>
 */
public record ProxyHeader(
    @Nullable InetSocketAddress client, @Nullable InetSocketAddress local) {
  private static final ProxyHeader SILENT = new ProxyHeader(null, null);

  private static final byte[] V1_START = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] V2_START = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};
  private static final int LONGEST_V1 = 107;
  private static final int V2_FIXED = 16;

  /** More than addresses, names and certificates take. */
  private static final int LONGEST_V2 = 8192;

  private static final int V2_LOCAL = 0x20;
  private static final int V2_PROXY = 0x21;
  private static final int TCP4 = 0x11;
  private static final int TCP6 = 0x21;
  private static final int HIGHEST_PORT = 65_535;

  /** The type of a value that has values in it, after some bytes of flags. */
  private static final int TLS = 0x20;

  private static final int TLS_FIXED = 5;

  /**
   * Reads the header at the start of the bytes, and consumes it.
   *
   * @return null if there may be more to come; nothing is consumed then
   * @throws BadProxyHeaderException as soon as the bytes cannot be the start of a header
   */
  static @Nullable ProxyHeader read(ByteBuf bytes) {
    if (!bytes.isReadable()) {
      return null;
    }
    boolean isV2 = bytes.getByte(bytes.readerIndex()) == V2_START[0];
    byte[] start = isV2 ? V2_START : V1_START;
    for (int i = 0; i < Math.min(start.length, bytes.readableBytes()); i++) {
      if (bytes.getByte(bytes.readerIndex() + i) != start[i]) {
        throw new BadProxyHeaderException("there is none");
      }
    }
    return isV2 ? readV2(bytes) : readV1(bytes);
  }

  /** Returns what the header says, or what is seen of the connection where it says nothing. */
  public ConnectionFacts facts(ConnectionFacts seen) {
    return client == null || local == null
        ? seen
        : new ConnectionFacts(client, local, seen.sni(), seen.certificate());
  }

  /** Writes a header with these facts as the first bytes of a connection. */
  // A failed write fails the connection.
  @SuppressWarnings("FutureReturnValueIgnored")
  public static void write(Channel channel, ProxyVersion version, ConnectionFacts facts) {
    // Both addresses are of one family in a header: where they differ, one is mapped.
    boolean isV6 = isV6(facts.client()) || isV6(facts.local());
    channel.write(
        version == ProxyVersion.V1 ? v1(facts, isV6) : v2(facts, isV6), channel.voidPromise());
  }

  private static @Nullable ProxyHeader readV1(ByteBuf bytes) {
    int length = bytes.bytesBefore(Math.min(LONGEST_V1, bytes.readableBytes()), (byte) '\n') + 1;
    if (length == 0) {
      if (bytes.readableBytes() >= LONGEST_V1) {
        throw new BadProxyHeaderException("its line is too long");
      }
      return null;
    }
    String line = bytes.readCharSequence(length, StandardCharsets.US_ASCII).toString();
    if (!line.endsWith("\r\n")) {
      throw new BadProxyHeaderException("its line does not end with CR LF");
    }
    String[] parts = line.substring(0, length - 2).split(" ", -1);
    if (parts[1].equals("UNKNOWN")) {
      return SILENT;
    }
    boolean isV6 = parts[1].equals("TCP6");
    if ((!isV6 && !parts[1].equals("TCP4")) || parts.length != 6) {
      throw new BadProxyHeaderException("its line has other parts");
    }
    return new ProxyHeader(
        new InetSocketAddress(ip(parts[2], isV6), port(parts[4])),
        new InetSocketAddress(ip(parts[3], isV6), port(parts[5])));
  }

  private static InetAddress ip(String text, boolean isV6) {
    boolean isValid = isV6
        ? NetUtil.isValidIpV6Address(text) && text.indexOf('%') < 0 && text.indexOf('[') < 0
        : NetUtil.isValidIpV4Address(text);
    if (!isValid) {
      throw new BadProxyHeaderException("an address is none of its family");
    }
    return ip(NetUtil.createByteArrayFromIpAddressString(text));
  }

  /** Returns the address; the JDK makes an IPv4 address of one that is mapped into IPv6. */
  private static InetAddress ip(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new BadProxyHeaderException("an address has no length that there is");
    }
  }

  private static int port(String text) {
    int port = text.isEmpty() || text.length() > 5 ? -1 : 0;
    for (int i = 0; i < text.length() && port >= 0; i++) {
      char digit = text.charAt(i);
      port = digit >= '0' && digit <= '9' ? 10 * port + digit - '0' : -1;
    }
    if (port < 0 || port > HIGHEST_PORT) {
      throw new BadProxyHeaderException("a port is none of 0 to 65535");
    }
    return port;
  }

  private static @Nullable ProxyHeader readV2(ByteBuf bytes) {
    if (bytes.readableBytes() < V2_FIXED) {
      return null;
    }
    int start = bytes.readerIndex();
    int command = bytes.getUnsignedByte(start + V2_START.length);
    int family = bytes.getUnsignedByte(start + V2_START.length + 1);
    int length = bytes.getUnsignedShort(start + V2_FIXED - 2);
    if ((command != V2_LOCAL && command != V2_PROXY) || family >> 4 > 3 || (family & 15) > 2) {
      throw new BadProxyHeaderException("its version, command or family is unknown");
    }
    if (length > LONGEST_V2) {
      throw new BadProxyHeaderException("it is too long");
    }
    if (bytes.readableBytes() < V2_FIXED + length) {
      return null;
    }
    ByteBuf rest = bytes.skipBytes(V2_FIXED).readSlice(length);
    return command == V2_LOCAL ? SILENT : readAddresses(rest, family);
  }

  /** Reads addresses of TCP. Those of other families say nothing about a TCP connection. */
  private static ProxyHeader readAddresses(ByteBuf rest, int family) {
    int octets = new int[] {0, 4, 16, 108}[family >> 4];
    int ports = family >> 4 == 3 ? 0 : 4;
    if (octets == 0) {
      return SILENT; // whatever follows
    }
    if (rest.readableBytes() < 2 * octets + ports) {
      throw new BadProxyHeaderException("it is too short for its addresses");
    }
    byte[] client = new byte[octets];
    byte[] local = new byte[octets];
    rest.readBytes(client).readBytes(local);
    boolean isTcp = family == TCP4 || family == TCP6;
    ProxyHeader header = isTcp
        ? new ProxyHeader(
            new InetSocketAddress(ip(client), rest.readUnsignedShort()),
            new InetSocketAddress(ip(local), rest.readUnsignedShort()))
        : SILENT;
    checkExtras(isTcp ? rest : rest.skipBytes(ports));
    return header;
  }

  /** Checks that the rest is a list of type, length and value. None of the values is used. */
  private static void checkExtras(ByteBuf rest) {
    while (rest.isReadable()) {
      int type = rest.readUnsignedByte();
      int length = rest.readableBytes() < 2 ? Integer.MAX_VALUE : rest.readUnsignedShort();
      int fixed = type == TLS ? TLS_FIXED : 0;
      if (length > rest.readableBytes() || length < fixed) {
        throw new BadProxyHeaderException("a value is longer or shorter than it may be");
      }
      ByteBuf value = rest.readSlice(length);
      if (type == TLS) {
        checkExtras(value.skipBytes(fixed));
      }
    }
  }

  private static ByteBuf v1(ConnectionFacts facts, boolean isV6) {
    String line = "PROXY " + (isV6 ? "TCP6 " : "TCP4 ")
        + text(facts.client(), isV6) + ' '
        + text(facts.local(), isV6) + ' '
        + facts.client().getPort() + ' '
        + facts.localPort() + "\r\n";
    return Unpooled.copiedBuffer(line, StandardCharsets.US_ASCII);
  }

  private static String text(InetSocketAddress address, boolean isV6) {
    String text = ConnectionFacts.ip(address);
    return isV6 && !isV6(address) ? "::ffff:" + text : text;
  }

  private static ByteBuf v2(ConnectionFacts facts, boolean isV6) {
    byte[] client = octets(facts.client(), isV6);
    byte[] local = octets(facts.local(), isV6);
    return Unpooled.buffer(V2_FIXED + client.length + local.length + 4)
        .writeBytes(V2_START)
        .writeByte(V2_PROXY)
        .writeByte(isV6 ? TCP6 : TCP4)
        .writeShort(client.length + local.length + 4)
        .writeBytes(client)
        .writeBytes(local)
        .writeShort(facts.client().getPort())
        .writeShort(facts.localPort());
  }

  private static byte[] octets(InetSocketAddress address, boolean isV6) {
    byte[] octets = address.getAddress().getAddress();
    if (octets.length == 16 || !isV6) {
      return octets;
    }
    byte[] mapped = new byte[16];
    mapped[10] = (byte) 0xff;
    mapped[11] = (byte) 0xff;
    System.arraycopy(octets, 0, mapped, 12, 4);
    return mapped;
  }

  private static boolean isV6(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address;
  }
}
