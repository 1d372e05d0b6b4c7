package dev.lblc.gateway.net;

import dev.lblc.discovery.Dial;
import dev.lblc.discovery.NamedHost;
import dev.lblc.discovery.Names;
import dev.lblc.gateway.trace.Tracing;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loop of a Vert.x context, as a place for Netty's channels.
 *
 * <p>Vert.x's own sockets close when the other side is done, and make an object, a context and a buffer of their own where this
 * path needs none: set-ups of connections would cost a quarter more, bulk transfers nearly half. So they stay out of it, and
 * only loops and transport are Vert.x's. Confined to the loop but for {@link #prepare}.
 */
public final class Loop {
  /** Low, since one buffer that is read is written with one call: what does not go at once has to wait. */
  private static final WriteBufferWaterMark WAITING = new WriteBufferWaterMark(8 << 10, 16 << 10);

  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
  private static final long BETWEEN_WARNINGS_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final VertxInternal vertx;
  private final Names names;
  private final LongSupplier nanoTime;
  private final int number;
  private final EventLoop eventLoop;
  private final Transport transport;
  private final @Nullable Tracing tracing;
  private final ReadSizes readSizes = new ReadSizes();
  private long noSocketNanos;

  /**
   * Of the current context.
   *
   * @param nanoTime monotonic clock in nanoseconds
   * @param number of the loop among those of the gateway, from 0
   */
  public Loop(Vertx vertx, LongSupplier nanoTime, int number) {
    this.vertx = (VertxInternal) vertx;
    this.names = Names.of(vertx);
    this.nanoTime = nanoTime;
    this.number = number;
    this.noSocketNanos = nanoTime.getAsLong() - 2 * BETWEEN_WARNINGS_NANOS;
    this.eventLoop = ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop();
    this.tracing = Tracing.of(vertx);
    this.transport = this.vertx.transport();
  }

  /** Returns the buffer sizes that the sockets of this loop share. */
  public ReadSizes readSizes() {
    return readSizes;
  }

  /** Returns what traces the exchanges of this loop; null: there is no tracer. */
  public @Nullable Tracing tracing() {
    return tracing;
  }

  /** Returns the monotonic clock, in nanoseconds. */
  public LongSupplier nanoTime() {
    return nanoTime;
  }

  /** Returns the number of the loop among those of the gateway, from 0: with it, what happens on the loop is counted. */
  public int number() {
    return number;
  }

  /** Returns the loop itself. */
  public EventLoop eventLoop() {
    return eventLoop;
  }

  /** Returns a listening socket that is neither registered nor bound. */
  public ServerChannel newServerChannel() {
    return transport.serverChannelFactory(false).newChannel();
  }

  /** Returns a socket that is neither registered nor connected; null: there is none, which is logged now and then. */
  public @Nullable Channel newChannel() {
    try {
      Channel channel = transport.channelFactory(false).newChannel();
      prepare(channel);
      return channel;
    } catch (ChannelException e) { // nearly always for want of file descriptors
      long now = nanoTime.getAsLong();
      if (now - noSocketNanos > BETWEEN_WARNINGS_NANOS) {
        noSocketNanos = now;
        LOG.warn(
            "no socket for a connection to a server: its client is disconnected. Most often the limit of open files is reached",
            e);
      }
      return null;
    }
  }

  /** Sets what all sockets have in common: they read when told to, and may be closed on one side only; Netty turns Nagle off. */
  public void prepare(Channel channel) {
    ChannelConfig config = channel.config();
    config.setAutoRead(false);
    config.setAllocator(PooledByteBufAllocator.DEFAULT);
    config.setRecvByteBufAllocator(readSizes);
    config.setWriteBufferWaterMark(WAITING);
    config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    config.setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0); // by the deadlines
  }

  /** Returns a host that connections go to. */
  public NamedHost host(String host) {
    return names.host(host);
  }

  /**
   * Returns a new connection to a host, which is to be begun. If there is no socket for it, that is logged now and then.
   *
   * @param limitMillis how long it may take, its handshake included; 0: no limit
   * @param handshake of the connection; null: it is of use at once
   */
  public Dial dial(
      NamedHost host,
      int port,
      long limitMillis,
      Dial.@Nullable Handshake handshake,
      Dial.Listener listener) {
    return new Dial(eventLoop, this::newChannel, host, port, limitMillis, handshake, listener);
  }

  /** Returns the address that a host to listen on has at the moment. Only names are looked up. */
  public Future<InetSocketAddress> resolve(String host, int port) {
    byte[] octets = NetUtil.createByteArrayFromIpAddressString(host);
    if (octets == null) {
      return vertx
          .nameResolver()
          .nettyAddressResolverGroup()
          .getResolver(eventLoop)
          .resolve(InetSocketAddress.createUnresolved(host, port));
    }
    try {
      return eventLoop.newSucceededFuture(
          new InetSocketAddress(InetAddress.getByAddress(octets), port));
    } catch (UnknownHostException e) {
      return eventLoop.newFailedFuture(e);
    }
  }
}
