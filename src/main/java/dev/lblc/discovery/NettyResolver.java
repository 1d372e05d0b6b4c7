package dev.lblc.discovery;

import dev.lblc.config.DnsConfig;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsErrorCauseException;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Netty's resolver: UDP with EDNS, TCP where an answer is longer, the next name server after one that fails, {@code hosts},
 * and the search list of {@code resolv.conf}. It remembers nothing: what was answered is kept by those who ask.
 */
final class NettyResolver implements Resolver {
  private static final System.Logger LOG = System.getLogger(NettyResolver.class.getName());

  /** More than that at once, as at the start of a gateway with thousands of names, a name server may drop. */
  private static final int MOST_AT_ONCE = 64;

  /** One for each step of a chain of aliases and each name server that fails. */
  private static final int MOST_QUERIES = 32;

  private final EventLoop loop;
  private final DnsNameResolver resolver;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int underWay;

  /** A name as the user wrote it: Netty's own question ends each name with a dot, which rules out the search list. */
  private record Question(String name, DnsRecordType type) implements DnsQuestion {
    @Override
    public int dnsClass() {
      return DnsRecord.CLASS_IN;
    }

    @Override
    public long timeToLive() {
      return 0;
    }
  }

  /** Creates one that sends its queries on a loop. */
  NettyResolver(EventLoop loop, DnsConfig config) {
    this.loop = loop;
    DnsNameResolverBuilder builder = new DnsNameResolverBuilder(loop)
        .datagramChannelType(NioDatagramChannel.class)
        .socketChannelType(NioSocketChannel.class)
        .optResourceEnabled(true)
        .maxQueriesPerResolve(MOST_QUERIES)
        .queryTimeoutMillis(config.timeout().toMillis())
        .resolveCache(NoopDnsCache.INSTANCE)
        .cnameCache(NoopDnsCnameCache.INSTANCE)
        .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE);
    if (!config.servers().isEmpty()) {
      builder.nameServerProvider(
          new SequentialDnsServerAddressStreamProvider(config.socketAddresses()));
    }
    resolver = builder.build();
  }

  /** Closes the sockets; questions that are out fail. */
  void close() {
    resolver.close();
  }

  @Override
  public void addresses(String name, Family family, Consumer<Answer<InetAddress>> then) {
    DnsRecordType type = family == Family.IPV4 ? DnsRecordType.A : DnsRecordType.AAAA;
    ask(new Question(name, type), NettyResolver::address, then);
  }

  @Override
  public void targets(String name, Consumer<Answer<Target>> then) {
    ask(new Question(name, DnsRecordType.SRV), NettyResolver::target, then);
  }

  /** {@code reader} returns null for a record that says nothing. */
  private <T> void ask(
      Question question, Function<ByteBuf, @Nullable T> reader, Consumer<Answer<T>> then) {
    if (underWay >= MOST_AT_ONCE) {
      waiting.add(() -> ask(question, reader, then));
      return;
    }
    underWay++;
    Future<List<DnsRecord>> asked = resolver.resolveAll(question);
    asked.addListener(done -> loop.execute(() -> {
      underWay--;
      Runnable next = waiting.poll();
      if (next != null) {
        next.run();
      }
      then.accept(
          asked.isSuccess()
              ? answer(question, asked.getNow(), reader)
              : failure(question, asked.cause()));
    }));
  }

  private static <T> Answer<T> answer(
      Question question, List<DnsRecord> records, Function<ByteBuf, @Nullable T> reader) {
    List<T> read = new ArrayList<>();
    long ttl = Long.MAX_VALUE;
    try {
      for (DnsRecord record : records) {
        T value = record instanceof DnsRawRecord raw ? reader.apply(raw.content()) : null;
        if (value != null) {
          read.add(value);
          ttl = Math.min(ttl, record.timeToLive());
        }
      }
    } catch (CorruptedFrameException | IndexOutOfBoundsException e) {
      LOG.log(Level.DEBUG, () -> "a record for " + question + " that cannot be read", e);
      return Answer.failed("a record that cannot be read");
    } finally {
      records.forEach(ReferenceCountUtil::release);
    }
    return read.isEmpty() ? Answer.none(noRecord(question)) : Answer.of(read, ttl);
  }

  private static <T> Answer<T> failure(Question question, Throwable failure) {
    LOG.log(Level.DEBUG, () -> "no answer for " + question, failure);
    if (DnsNameResolver.isTransportOrTimeoutError(failure)) {
      return DnsNameResolver.isTimeoutError(failure)
          ? Answer.failed("no answer in time")
          : Answer.failed("no name server can be reached");
    }
    DnsResponseCode code = code(failure);
    if (code == null || code.equals(DnsResponseCode.NOERROR)) {
      return Answer.none(noRecord(question));
    }
    return code.equals(DnsResponseCode.NXDOMAIN)
        ? Answer.none("no such name (NXDOMAIN)")
        : Answer.failed("the name server answered " + code);
  }

  private static @Nullable DnsResponseCode code(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DnsErrorCauseException refused) {
        return refused.getCode();
      }
    }
    return null;
  }

  private static String noRecord(Question question) {
    return "no " + question.type().name() + " record";
  }

  private static @Nullable InetAddress address(ByteBuf content) {
    int length = content.readableBytes();
    if (length != 4 && length != 16) {
      return null;
    }
    byte[] octets = new byte[length];
    content.getBytes(content.readerIndex(), octets);
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address of " + length + " octets", e);
    }
  }

  /** Of a single dot, which stands for "no such service", nothing is left. */
  private static @Nullable Target target(ByteBuf content) {
    ByteBuf rest = content.duplicate();
    int priority = rest.readUnsignedShort();
    int weight = rest.readUnsignedShort();
    int port = rest.readUnsignedShort();
    String host = DefaultDnsRecordDecoder.decodeName(rest);
    return host.equals(".") || port == 0
        ? null
        : new Target(priority, weight, port, host.substring(0, host.length() - 1));
  }
}
