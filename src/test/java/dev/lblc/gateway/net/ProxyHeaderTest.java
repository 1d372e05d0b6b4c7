package dev.lblc.gateway.net;

import static dev.lblc.testing.ProxyHeaders.ENDS;
import static dev.lblc.testing.ProxyHeaders.LOCAL;
import static dev.lblc.testing.ProxyHeaders.PATHS;
import static dev.lblc.testing.ProxyHeaders.PROXY;
import static dev.lblc.testing.ProxyHeaders.TCP4;
import static dev.lblc.testing.ProxyHeaders.TCP6;
import static dev.lblc.testing.ProxyHeaders.UDP4;
import static dev.lblc.testing.ProxyHeaders.UNIX;
import static dev.lblc.testing.ProxyHeaders.octets;
import static dev.lblc.testing.ProxyHeaders.v2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.config.ProxyVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ProxyHeaderTest {
  private static final String SIX = octets(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  static Stream<Arguments> valid() {
    String ends = "192.0.2.1:4711 198.51.100.7:8443";
    return Stream.of(
        Arguments.of("PROXY TCP4 192.0.2.1 198.51.100.7 4711 8443\r\n", ends),
        Arguments.of("PROXY TCP4 192.0.2.1 198.51.100.7 0 0\r\n", "192.0.2.1:0 198.51.100.7:0"),
        Arguments.of(
            "PROXY TCP4 192.0.2.1 198.51.100.7 65535 00001\r\n", "192.0.2.1:65535 198.51.100.7:1"),
        Arguments.of(
            "PROXY TCP6 2001:DB8:0:0:0:0:0:9 ::ffff:192.0.2.7 1 2\r\n",
            "2001:db8::9:1 192.0.2.7:2"),
        Arguments.of(
            "PROXY TCP6 " + "ffff:".repeat(7) + "ffff " + "ffff:".repeat(7)
                + "ffff 65535 65535\r\n",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:65535 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:65535"),
        Arguments.of("PROXY UNKNOWN\r\n", "silent"),
        Arguments.of("PROXY UNKNOWN ffff::1 anything at all 1\r\n", "silent"),
        Arguments.of(v2(PROXY, TCP4, ENDS), ends),
        Arguments.of(v2(PROXY, TCP4, ENDS + octets(4, 0, 0, 1, 0, 2) + "h2"), ends),
        Arguments.of(v2(PROXY, TCP4, ENDS + octets(0x20, 0, 8, 1, 0, 0, 0, 0, 0x21, 0, 0)), ends),
        Arguments.of(v2(PROXY, TCP4, ENDS + octets(5, 0x10, 0) + "x".repeat(0x1000)), ends),
        Arguments.of(
            v2(PROXY, TCP6, SIX + octets(9) + SIX + octets(7) + octets(0, 0, 0xff, 0xff)),
            "2001:db8::9:0 2001:db8::7:65535"),
        Arguments.of(v2(PROXY, UDP4, ENDS), "silent"),
        Arguments.of(v2(PROXY, UNIX, PATHS), "silent"),
        Arguments.of(v2(PROXY, UNIX, PATHS + octets(4, 0, 0)), "silent"),
        Arguments.of(v2(PROXY, 0, ""), "silent"),
        Arguments.of(v2(PROXY, 0, "whatever"), "silent"),
        Arguments.of(v2(LOCAL, 0, ""), "silent"),
        Arguments.of(v2(LOCAL, TCP4, ENDS), "silent"),
        Arguments.of(v2(LOCAL, TCP4, "whatever"), "silent"));
  }

  static Stream<String> invalid() {
    return Stream.of(
        "GET / HTTP/1.1\r\n",
        "PROXX",
        "PROXY TCP4 192.0.2.1 198.51.100.7 4711 8443\n",
        "PROXY TCP4 192.0.2.1 198.51.100.7 4711\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.7 4711 8443 1\r\n",
        "PROXY TCP4  192.0.2.1 198.51.100.7 4711 8443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.7 65536 1\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.7 -1 1\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.7 +1 1\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.7 000001 1\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.7  1\r\n",
        "PROXY TCP4 192.0.2.256 198.51.100.7 1 1\r\n",
        "PROXY TCP4 ::1 ::1 1 1\r\n",
        "PROXY TCP6 192.0.2.1 198.51.100.7 1 1\r\n",
        "PROXY TCP6 fe80::1%eth0 ::1 1 1\r\n",
        "PROXY TCP6 [::1] ::1 1 1\r\n",
        "PROXY tcp4 192.0.2.1 198.51.100.7 1 1\r\n",
        "PROXY \r\n",
        "PROXY UNKNOWN " + "x".repeat(100),
        octets(13, 10, 13, 10, 1),
        v2(0x11, TCP4, ENDS),
        v2(0x22, TCP4, ENDS),
        v2(PROXY, 0x41, ENDS),
        v2(PROXY, 0x13, ENDS),
        v2(PROXY, TCP4, ENDS.substring(1)),
        v2(PROXY, TCP6, ENDS),
        v2(PROXY, UNIX, PATHS.substring(1)),
        v2(PROXY, TCP4, ENDS + octets(4)),
        v2(PROXY, TCP4, ENDS + octets(4, 0)),
        v2(PROXY, TCP4, ENDS + octets(4, 0, 1)),
        v2(PROXY, TCP4, ENDS + octets(4, 0xff, 0xff, 1)),
        v2(PROXY, TCP4, ENDS + octets(0x20, 0, 1, 0)),
        v2(PROXY, TCP4, ENDS + octets(0x20, 0, 6, 0, 0, 0, 0, 0, 0x21)),
        v2(PROXY, UNIX, PATHS + octets(4, 0, 1)),
        v2(PROXY, TCP4, "x".repeat(8193)).substring(0, 16));
  }

  @ParameterizedTest
  @MethodSource("valid")
  void read_aHeader_isWhatItSaysOnceItIsWhole(String header, String said) {
    for (int length = 0; length < header.length(); length++) {
      ByteBuf begun = bytes(header.substring(0, length));
      assertThat(ProxyHeader.read(begun)).as("the first %d bytes", length).isNull();
      assertThat(begun.readableBytes()).isEqualTo(length);
    }
    ByteBuf all = bytes(header + "PROXY");
    assertThat(text(whole(all))).isEqualTo(said);
    assertThat(all.toString(StandardCharsets.ISO_8859_1)).isEqualTo("PROXY");
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void read_whatIsNoHeader_isRefused(String bad) {
    assertThatThrownBy(() -> ProxyHeader.read(bytes(bad)))
        .isInstanceOf(BadProxyHeaderException.class);
  }

  @Test
  void read_anyBytes_isAHeaderOrARefusalOrAWaitForMore() {
    List<String> all = new ArrayList<>(valid().map(row -> (String) row.get()[0]).toList());
    all.addAll(invalid().toList());
    for (long seed = 1; seed <= 5000; seed++) {
      Random random = new Random(seed);
      byte[] octets = all.get(random.nextInt(all.size())).getBytes(StandardCharsets.ISO_8859_1);
      for (int i = random.nextInt(4); i > 0; i--) {
        octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
      }
      try {
        ProxyHeader.read(Unpooled.wrappedBuffer(octets));
      } catch (BadProxyHeaderException e) {
        assertThat(e).hasMessageNotContaining("\u0000");
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("valid")
  void write_ofWhatWasRead_saysTheSame(String header, String said) {
    ConnectionFacts seen = new ConnectionFacts(
        address(1, 127, 0, 0, 1),
        address(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
        "a.b",
        null);
    ConnectionFacts facts = whole(bytes(header)).facts(seen);
    assertThat(facts.sni()).isEqualTo("a.b");
    for (ProxyVersion version : ProxyVersion.values()) {
      EmbeddedChannel channel = new EmbeddedChannel();
      ProxyHeader.write(channel, version, facts);
      channel.flush();
      ByteBuf written = channel.readOutbound();
      assertThat(text(whole(written)))
          .isEqualTo(said.equals("silent") ? "127.0.0.1:1 ::1:2" : said);
      assertThat(written.isReadable()).isFalse();
    }
  }

  @Test
  void reader_ofPiecesWithMoreBehind_passesOnWhatFollowsTheHeader() {
    Said said = new Said();
    EmbeddedChannel channel = new EmbeddedChannel(new ProxyHeaderReader(said, 1000));
    channel.writeInbound(bytes("PROXY UNKN"));
    channel.writeInbound(bytes("OWN\r\nPROXY "));
    channel.writeInbound(bytes("more"));
    assertThat(said.headers).hasSize(1);
    assertThat(channel.pipeline().get(ProxyHeaderReader.class)).isNull();
    StringBuilder rest = new StringBuilder();
    for (ByteBuf part; (part = channel.readInbound()) != null; part.release()) {
      rest.append(part.toString(StandardCharsets.US_ASCII));
    }
    assertThat(rest).hasToString("PROXY more");
    channel.advanceTimeBy(2, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(said.refusals).isEmpty();
  }

  @Test
  void reader_ofAClientThatSaysNothing_refusesItAtItsLimit() {
    Said said = new Said();
    EmbeddedChannel channel = new EmbeddedChannel(new ProxyHeaderReader(said, 1000));
    channel.writeInbound(bytes("PROXY "));
    channel.advanceTimeBy(500, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    assertThat(said.refusals).isEmpty();
    channel.advanceTimeBy(501, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    assertThat(said.refusals).hasSize(1);
    channel.writeInbound(bytes("UNKNOWN\r\n"));
    assertThat(said.headers).isEmpty();
    assertThat(said.refusals).hasSize(1);
  }

  /** Notes what a reader says. */
  private static final class Said implements ProxyHeaderReader.Outcome {
    private final List<ProxyHeader> headers = new ArrayList<>();
    private final List<BadProxyHeaderException> refusals = new ArrayList<>();

    @Override
    public void headerRead(ChannelHandlerContext context, ProxyHeader header) {
      headers.add(header);
    }

    @Override
    public void headerRefused(ChannelHandlerContext context, BadProxyHeaderException why) {
      refusals.add(why);
    }
  }

  private static ProxyHeader whole(ByteBuf bytes) {
    return Objects.requireNonNull(ProxyHeader.read(bytes), "more is expected");
  }

  private static InetSocketAddress address(int port, int... octets) {
    byte[] bytes = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      bytes[i] = (byte) octets[i];
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
  }

  private static String text(ProxyHeader header) {
    InetSocketAddress client = header.client();
    InetSocketAddress local = header.local();
    return client == null || local == null ? "silent" : text(client) + " " + text(local);
  }

  private static String text(InetSocketAddress address) {
    return ConnectionFacts.ip(address) + ":" + address.getPort();
  }
}
