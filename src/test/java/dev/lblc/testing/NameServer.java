package dev.lblc.testing;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuery;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsOpCode;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A name server on a port of the loopback address, for UDP and TCP. A name that it was told nothing of does not exist; an
 * answer with more than {@value #MOST_BY_UDP} records is sent by TCP only. Its answers are those of an authority.
 */
// Nobody waits for its sockets; and it answers as the one that was asked.
@SuppressWarnings({"FutureReturnValueIgnored", "ArgumentSelectionDefectChecker"})
public final class NameServer implements AutoCloseable {
  private static final int MOST_BY_UDP = 50;

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel udp;
  private final Channel tcp;
  private final Map<String, Zone> zones = new ConcurrentHashMap<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final Map<String, AtomicInteger> askedOf = new ConcurrentHashMap<>();
  private final AtomicInteger byTcp = new AtomicInteger();

  /** What is said of one name and one type. */
  private record Zone(
      DnsResponseCode code, long ttlSeconds, List<byte[]> records, boolean silent) {}

  /** Starts one that knows nothing. */
  public NameServer() throws Exception {
    tcp = new ServerBootstrap()
        .group(loops)
        .channel(NioServerSocketChannel.class)
        .childHandler(new ChannelInitializer<SocketChannel>() {
          @Override
          protected void initChannel(SocketChannel channel) {
            channel
                .pipeline()
                .addLast(new TcpDnsQueryDecoder(), new TcpDnsResponseEncoder(), new ByTcp());
          }
        })
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .sync()
        .channel();
    udp = new Bootstrap()
        .group(loops)
        .channel(NioDatagramChannel.class)
        .handler(new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel
                .pipeline()
                .addLast(
                    new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder(), new ByUdp());
          }
        })
        .bind(tcp.localAddress())
        .sync()
        .channel();
  }

  /** Returns its address, as in {@code dns.servers}. */
  public String address() {
    return "127.0.0.1:" + ((InetSocketAddress) udp.localAddress()).getPort();
  }

  /** Gives a name addresses, all of one family; without any it has no record of IPv4. */
  public void addresses(String name, int ttlSeconds, String... addresses) {
    List<byte[]> records = Stream.of(addresses).map(NameServer::octets).toList();
    boolean isIpv6 = !records.isEmpty() && records.get(0).length == 16;
    put(name, isIpv6 ? DnsRecordType.AAAA : DnsRecordType.A, ttlSeconds, records);
  }

  /** Gives a name SRV records, each written as {@code priority weight port host}. */
  public void targets(String name, int ttlSeconds, String... targets) {
    put(
        name,
        DnsRecordType.SRV,
        ttlSeconds,
        Stream.of(targets).map(NameServer::target).toList());
  }

  /** Answers all questions about a name with an error from now on. */
  public void fails(String name, DnsResponseCode code) {
    for (DnsRecordType type : types()) {
      zones.put(key(name, type), new Zone(code, 0, List.of(), false));
    }
  }

  /** Answers that a name has no record of any kind from now on. */
  public void empty(String name) {
    fails(name, DnsResponseCode.NOERROR);
  }

  /** Does not answer questions about a name from now on. */
  public void silent(String name) {
    for (DnsRecordType type : types()) {
      zones.put(key(name, type), new Zone(DnsResponseCode.NOERROR, 0, List.of(), true));
    }
  }

  /** Knows nothing of a name from now on. */
  public void forget(String name) {
    types().forEach(type -> zones.remove(key(name, type)));
  }

  /** Returns how many questions have come. */
  public int asked() {
    return asked.get();
  }

  /** Returns how many of them were about a name. */
  public int asked(String name) {
    return askedOf(name).get();
  }

  private AtomicInteger askedOf(String name) {
    return askedOf.computeIfAbsent(name, key -> new AtomicInteger());
  }

  /** Returns how many of them have come by TCP. */
  public int askedByTcp() {
    return byTcp.get();
  }

  @Override
  public void close() {
    udp.close();
    tcp.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private void put(String name, DnsRecordType type, int ttlSeconds, List<byte[]> records) {
    zones.put(key(name, type), new Zone(DnsResponseCode.NOERROR, ttlSeconds, records, false));
  }

  private static List<DnsRecordType> types() {
    return List.of(DnsRecordType.A, DnsRecordType.AAAA, DnsRecordType.SRV);
  }

  private static String key(String name, DnsRecordType type) {
    return name.toLowerCase(Locale.ROOT) + ' ' + type.name();
  }

  private static byte[] octets(String address) {
    try {
      return InetAddress.getByName(address).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(address, e);
    }
  }

  private static byte[] target(String text) {
    String[] parts = text.split(" ", -1);
    ByteBuf out = Unpooled.buffer();
    for (int i = 0; i < 3; i++) {
      out.writeShort(Integer.parseInt(parts[i]));
    }
    if (!parts[3].equals(".")) {
      for (String label : parts[3].split("\\.", -1)) {
        out.writeByte(label.length());
        out.writeCharSequence(label, StandardCharsets.US_ASCII);
      }
    }
    out.writeByte(0);
    byte[] octets = new byte[out.readableBytes()];
    out.readBytes(octets);
    return octets;
  }

  private DnsResponse answer(DnsQuestion question, DnsResponse response, boolean isUdp) {
    String name = question.name();
    Zone zone = zones.get(key(name.substring(0, Math.max(0, name.length() - 1)), question.type()));
    boolean isKnown = types().stream()
        .anyMatch(type -> zones.containsKey(key(name.substring(0, name.length() - 1), type)));
    response.setRecursionAvailable(true).setAuthoritativeAnswer(true);
    response.addRecord(DnsSection.QUESTION, question);
    if (zone == null) {
      response.setCode(isKnown ? DnsResponseCode.NOERROR : DnsResponseCode.NXDOMAIN);
    } else if (isUdp && zone.records().size() > MOST_BY_UDP) {
      response.setTruncated(true);
    } else {
      response.setCode(zone.code());
      for (byte[] record : zone.records()) {
        response.addRecord(
            DnsSection.ANSWER,
            new DefaultDnsRawRecord(
                name, question.type(), zone.ttlSeconds(), Unpooled.wrappedBuffer(record)));
      }
    }
    return response;
  }

  private boolean isSilent(DnsQuestion question) {
    asked.incrementAndGet();
    String name = question.name().substring(0, question.name().length() - 1);
    askedOf(name).incrementAndGet();
    Zone zone = zones.get(key(name, question.type()));
    return zone != null && zone.silent();
  }

  private final class ByUdp extends SimpleChannelInboundHandler<DatagramDnsQuery> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
      DnsQuestion question = query.recordAt(DnsSection.QUESTION);
      if (!isSilent(question)) {
        context.writeAndFlush(answer(
            question,
            new DatagramDnsResponse(query.recipient(), query.sender(), query.id()),
            true));
      }
    }
  }

  private final class ByTcp extends SimpleChannelInboundHandler<DefaultDnsQuery> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DefaultDnsQuery query) {
      DnsQuestion question = query.recordAt(DnsSection.QUESTION);
      byTcp.incrementAndGet();
      if (!isSilent(question)) {
        context.writeAndFlush(
            answer(question, new DefaultDnsResponse(query.id(), DnsOpCode.QUERY), false));
      }
    }
  }
}
