package dev.lblc.boot;

import io.netty.channel.AbstractEventLoopGroup;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.transport.Transport;
import java.util.Iterator;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Epoll, but with no thread that only accepts: each listening socket is on one of the event loops. A thread of its own has to wake a
 * loop for each connection, which costs a third of what a connection of one request costs on one loop.
 */
final class AcceptingTransport implements Transport {
  private final Loops loops = new Loops();

  private AcceptingTransport() {}

  /** Returns it, or what this machine has in its place; null: only the JDK's transport. */
  static @Nullable Transport orNative() {
    Transport found = Transport.nativeTransport();
    return found != null && found == Transport.EPOLL && found.available()
        ? new AcceptingTransport()
        : found;
  }

  @Override
  public String name() {
    return Transport.EPOLL.name();
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

  /** Vert.x asks for the loops first, then for what accepts. */
  private static final class Loops extends EpollTransport {
    private @Nullable EventLoopGroup loops;

    @Override
    public EventLoopGroup eventLoopGroup(int type, int size, ThreadFactory threads, int ioRatio) {
      EventLoopGroup known = loops;
      if (type == ACCEPTOR_EVENT_LOOP_GROUP && known != null) {
        return new Borrowed(known);
      }
      EventLoopGroup made = super.eventLoopGroup(type, size, threads, ioRatio);
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
