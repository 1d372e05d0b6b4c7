package dev.lblc.transport;

import io.netty.channel.AbstractEventLoopGroup;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.impl.transports.IoUringTransport;
import io.vertx.core.transport.Transport;
import java.util.Iterator;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A transport of Linux, but with no thread that only accepts: each listening socket is on one of the event loops. A thread of its own
 * has to wake a loop for each connection, which costs a third of what a connection of one request costs on one loop. Both
 * are mended: {@link MendedEpoll}, {@link MendedIoUring}. Of several sockets that share a port, the {@link NewestSocket} gets the connections. May be used from any
 * thread.
 */
public final class AcceptingTransport implements Transport {
  private final Transport original;
  private final io.vertx.core.spi.transport.Transport loops;

  private AcceptingTransport(Transport original, io.vertx.core.spi.transport.Transport loops) {
    this.original = original;
    this.loops = loops;
  }

  /** Returns one of epoll, which has to be available. */
  public static Transport ofEpoll() {
    return new AcceptingTransport(Transport.EPOLL, new EpollLoops());
  }

  /** Returns one of io_uring, which has to be available. */
  public static Transport ofIoUring() {
    return new AcceptingTransport(Transport.IO_URING, new IoUringLoops());
  }

  @Override
  public String name() {
    return original.name();
  }

  @Override
  public boolean available() {
    return true;
  }

  @Override
  public @Nullable Throwable unavailabilityCause() {
    return null;
  }

  @Override
  public io.vertx.core.spi.transport.Transport implementation() {
    return loops;
  }

  private static final class EpollLoops extends EpollTransport {
    private final Sharing sharing = new Sharing();

    @Override
    public IoHandlerFactory ioHandlerFactory() {
      return MendedEpoll.factory();
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
      return ListeningSockets.noting(NewestSocket.in(super.serverChannelFactory(domainSocket)));
    }

    @Override
    public EventLoopGroup eventLoopGroup(int type, int size, ThreadFactory threads, int ioRatio) {
      return sharing.of(type, () -> super.eventLoopGroup(type, size, threads, ioRatio));
    }
  }

  private static final class IoUringLoops extends IoUringTransport {
    private final Sharing sharing = new Sharing();

    @Override
    public IoHandlerFactory ioHandlerFactory() {
      return MendedIoUring.factory();
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
      return ListeningSockets.noting(NewestSocket.in(super.serverChannelFactory(domainSocket)));
    }

    @Override
    public EventLoopGroup eventLoopGroup(int type, int size, ThreadFactory threads, int ioRatio) {
      return sharing.of(type, () -> super.eventLoopGroup(type, size, threads, ioRatio));
    }
  }

  /** Vert.x asks for the loops first, then for what accepts: that gets the loops. */
  private static final class Sharing {
    private @Nullable EventLoopGroup loops;

    EventLoopGroup of(int type, Supplier<EventLoopGroup> maker) {
      EventLoopGroup known = loops;
      if (type == io.vertx.core.spi.transport.Transport.ACCEPTOR_EVENT_LOOP_GROUP
          && known != null) {
        return new Borrowed(known);
      }
      EventLoopGroup made = maker.get();
      loops = made;
      return made;
    }
  }

  /** Loops that somebody else ends. */
  private static final class Borrowed extends AbstractEventLoopGroup {
    private final EventLoopGroup loops;

    Borrowed(EventLoopGroup loops) {
      this.loops = loops;
    }

    @Override
    public EventLoop next() {
      return loops.next();
    }

    @Override
    public Iterator<EventExecutor> iterator() {
      return loops.iterator();
    }

    @Override
    public ChannelFuture register(Channel channel) {
      return loops.register(channel);
    }

    @Override
    public ChannelFuture register(ChannelPromise promise) {
      return loops.register(promise);
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
      return loops.register(channel, promise);
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
      return GlobalEventExecutor.INSTANCE.newSucceededFuture(null);
    }

    @Override
    @Deprecated
    public void shutdown() {}

    @Override
    public Future<?> terminationFuture() {
      return loops.terminationFuture();
    }

    @Override
    public boolean isShuttingDown() {
      return loops.isShuttingDown();
    }

    @Override
    public boolean isShutdown() {
      return loops.isShutdown();
    }

    @Override
    public boolean isTerminated() {
      return loops.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
      return loops.awaitTermination(timeout, unit);
    }
  }
}
