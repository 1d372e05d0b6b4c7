package dev.lblc.health;

import dev.lblc.discovery.Dial;
import dev.lblc.discovery.Names;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One of Vert.x's event loops, as a place for the checks of a service.
 *
 * <p>Checks use Netty's channels and not the clients of Vert.x: those make a context for each connection, with a copy of the
 * configuration of the verticle, and thousands of servers with checks filled the heap with them.
 */
final class CheckLoop {
  private static final System.Logger LOG = System.getLogger(CheckLoop.class.getName());

  private final VertxInternal vertx;
  private final Names names;
  private final EventLoop eventLoop;

  private CheckLoop(VertxInternal vertx, EventLoop eventLoop) {
    this.vertx = vertx;
    this.names = Names.of(vertx);
    this.eventLoop = eventLoop;
  }

  /** Returns the event loop whose turn it is: services are spread over all of them. */
  static CheckLoop next(Vertx vertx) {
    VertxInternal internal = (VertxInternal) vertx;
    return new CheckLoop(internal, internal.nettyEventLoopGroup().next());
  }

  EventLoop eventLoop() {
    return eventLoop;
  }

  /** Runs a task once; not at all if Vert.x is being closed. May be called from any thread. */
  @SuppressWarnings("FutureReturnValueIgnored") // nothing is thrown into it
  void after(long nanos, Runnable task) {
    try {
      eventLoop.schedule(guarded(task), nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "a timer of health checks is not set: Vert.x is being closed", e);
    }
  }

  /** Runs a task again and again until the future is cancelled. Called on the loop. */
  Future<?> every(long firstNanos, long periodNanos, Runnable task) {
    return eventLoop.scheduleAtFixedRate(
        guarded(task), firstNanos, periodNanos, TimeUnit.NANOSECONDS);
  }

  /** Runs a task on the loop, at once if that is the calling thread; not at all if Vert.x is being closed. */
  void execute(Runnable task) {
    if (eventLoop.inEventLoop()) {
      task.run();
      return;
    }
    try {
      eventLoop.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "a task of health checks does not run: Vert.x is being closed", e);
    }
  }

  /**
   * Returns a socket that is neither registered nor connected, and does not read by itself.
   *
   * @throws io.netty.channel.ChannelException if there is none, most often for want of file descriptors
   */
  Channel newChannel() {
    Channel channel = vertx.transport().channelFactory(false).newChannel();
    channel.config().setAutoRead(false);
    return channel;
  }

  /** Returns a connection to be made, to the address that traffic uses, too. */
  Dial dial(
      Supplier<@Nullable Channel> sockets,
      String host,
      int port,
      long limitMillis,
      Dial.@Nullable Handshake handshake,
      Dial.Listener listener) {
    return new Dial(eventLoop, sockets, names.host(host), port, limitMillis, handshake, listener);
  }

  /** Returns a task that throws nothing: no timer would tell of it, and a periodic one would end. */
  private static Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "a timer of health checks failed", e);
      }
    };
  }
}
