package dev.lblc.gateway.net;

import dev.lblc.config.ProxyVersion;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyMessageEncoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * The header of the PROXY protocol, in both directions. The only place that knows Netty's codec, which need not be on the class
 * path where the protocol is not used.
 *
 * @see <a href="https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt">The specification</a>
 */
public final class ProxyHeader {
  /** More than addresses, names and certificates' digests take. */
  private static final int MOST_EXTRA_BYTES = 2048;

  private ProxyHeader() {}

  /** Writes a header with these facts as the first bytes of a connection. */
  // A failed write fails the connection.
  @SuppressWarnings("FutureReturnValueIgnored")
  public static void write(Channel channel, ProxyVersion version, ConnectionFacts facts) {
    channel.pipeline().addFirst(HAProxyMessageEncoder.INSTANCE);
    channel.write(message(version, facts), channel.voidPromise());
    channel.pipeline().remove(HAProxyMessageEncoder.INSTANCE);
  }

  /** Reads a header, of which it makes a message for {@link #facts}, and then leaves the pipeline. */
  public static ChannelHandler decoder() {
    return new HAProxyMessageDecoder(MOST_EXTRA_BYTES);
  }

  /** Returns whether a message is what {@link #decoder} made. */
  public static boolean isHeader(Object message) {
    return message instanceof HAProxyMessage;
  }

  /** Returns what a header says, or {@code seen} where it says nothing. Releases the header. */
  public static ConnectionFacts facts(Object header, ConnectionFacts seen) {
    HAProxyMessage message = (HAProxyMessage) header;
    try {
      HAProxyProxiedProtocol protocol = message.proxiedProtocol();
      boolean isTcp =
          protocol == HAProxyProxiedProtocol.TCP4 || protocol == HAProxyProxiedProtocol.TCP6;
      return isTcp && message.command() == HAProxyCommand.PROXY
          ? new ConnectionFacts(
              address(message.sourceAddress(), message.sourcePort()),
              address(message.destinationAddress(), message.destinationPort()),
              seen.sni())
          : seen;
    } finally {
      message.release();
    }
  }

  private static HAProxyMessage message(ProxyVersion version, ConnectionFacts facts) {
    HAProxyProtocolVersion number =
        version == ProxyVersion.V1 ? HAProxyProtocolVersion.V1 : HAProxyProtocolVersion.V2;
    boolean isV6 = isV6(facts.client()) || isV6(facts.local());
    return new HAProxyMessage(
        number,
        HAProxyCommand.PROXY,
        isV6 ? HAProxyProxiedProtocol.TCP6 : HAProxyProxiedProtocol.TCP4,
        text(facts.client(), isV6),
        text(facts.local(), isV6),
        facts.client().getPort(),
        facts.localPort());
  }

  /** Both addresses are of one family in a header: where they differ, one is mapped. */
  private static String text(InetSocketAddress address, boolean isV6) {
    String text = ConnectionFacts.ip(address);
    return isV6 && !isV6(address) ? "::ffff:" + text : text;
  }

  private static boolean isV6(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address;
  }

  private static InetSocketAddress address(String ip, int port) {
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(ip)), port);
    } catch (UnknownHostException e) {
      throw new HAProxyProtocolException("not an address", e);
    }
  }
}
