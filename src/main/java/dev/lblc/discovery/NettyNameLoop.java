package dev.lblc.discovery;

import dev.lblc.config.DnsConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ScheduledFuture;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread of names as one loop of Netty's own.
 *
 * <p>It is none of Vert.x's loops: reading {@code resolv.conf} and {@code hosts} waits for a disk, and traffic must not wait with
 * it. There is a thread only while somebody has it {@link #use() in use}. Guarded by itself.
 */
// Nobody waits until the thread has ended, or old sockets are closed.
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyNameLoop implements NameLoop {
  private static final System.Logger LOG = System.getLogger(NettyNameLoop.class.getName());
  private static final long STILL_USED_SECONDS = 60;
  private static final String THREAD = "lblc-names";

  private DnsConfig config = DnsConfig.DEFAULTS;
  private int users;
  private @Nullable MultiThreadIoEventLoopGroup group;
  private @Nullable NettyResolver resolver;

  @Override
  public synchronized void configure(DnsConfig wanted) {
    if (!wanted.equals(config)) {
      config = wanted;
      NettyResolver before = resolver;
      resolver = null;
      if (before != null) { // questions that are out may still be answered
        loop().schedule(before::close, STILL_USED_SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  @Override
  public synchronized void use() {
    users++;
  }

  @Override
  public synchronized void leave() {
    users--;
    if (users == 0) {
      if (resolver != null) {
        resolver.close();
        resolver = null;
      }
      if (group != null) {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        group = null;
      }
    }
  }

  @Override
  public void execute(Runnable task) {
    try {
      loop().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "the thread of names has ended before a task", e);
    }
  }

  @Override
  public Runnable after(Duration delay, Runnable task) {
    try {
      ScheduledFuture<?> timer = loop().schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
      return () -> timer.cancel(false);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "the thread of names has ended before a timer", e);
      return () -> {};
    }
  }

  @Override
  public synchronized Resolver resolver() {
    if (resolver == null) {
      resolver = new NettyResolver(loop(), config);
    }
    return resolver;
  }

  private synchronized EventLoop loop() {
    if (users == 0) {
      throw new RejectedExecutionException("nobody uses it");
    }
    if (group == null) {
      group = new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory(THREAD, true), NioIoHandler.newFactory());
    }
    return (EventLoop) group.next();
  }
}
