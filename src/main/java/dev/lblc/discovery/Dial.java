package dev.lblc.discovery;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a host that may have several addresses (RFC 8305).
 *
 * <pre>
 * the addresses in the order of {@link NamedHost#addresses}, one after another:
 *   one fails:                       the next one begins
 *   one takes {@value #STEP_MILLIS} ms:              the next one begins as well
 * the first connection wins; the others are reset
 * </pre>
 *
 * <p>A host of one address, which nearly all are, has one connection and no timer. Confined to its event loop.
 */
// A channel registers at once on its own loop, and addListener returns the future itself.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Dial {
  private static final System.Logger LOG = System.getLogger(Dial.class.getName());

  /** How long an address is waited for before the next one is tried as well, in milliseconds. */
  public static final long STEP_MILLIS = 250;

  /** Is told of the outcome, once, on the event loop, maybe within {@link Dial#begin}; not after {@link Dial#cancel}. */
  public interface Listener {
    /** Takes the connection, on which nothing was read and that has no handlers of its own. */
    void connected(Channel channel);

    /** No address took the connection; {@code why} is what the last one failed with. */
    void refused(Throwable why);

    /** The name of the host has no address: that is not its fault. */
    void unknown();

    /** There is no socket for it. */
    void noSocket();
  }

  private final EventLoop loop;
  private final Supplier<@Nullable Channel> sockets;
  private final NamedHost host;
  private final int port;
  private final long limitMillis;
  private final Listener listener;
  private final List<Channel> underWay = new ArrayList<>(1);
  private List<InetAddress> addresses = List.of();
  private int next;
  private boolean isOver;
  private @Nullable Future<?> limit;
  private @Nullable Future<?> step;

  /**
   * Creates one that begins with {@link #begin}.
   *
   * @param sockets gives sockets that are neither registered nor connected and do not read by themselves; null: there is none
   * @param limitMillis for the whole of it; 0: no limit
   */
  public Dial(
      EventLoop loop,
      Supplier<@Nullable Channel> sockets,
      NamedHost host,
      int port,
      long limitMillis,
      Listener listener) {
    this.loop = loop;
    this.sockets = sockets;
    this.host = host;
    this.port = port;
    this.limitMillis = limitMillis;
    this.listener = listener;
  }

  /** Begins to connect. To be called on the event loop, once. */
  public void begin() {
    List<InetAddress> known = host.addresses();
    if (known.size() != 1 && limitMillis > 0) {
      limit = loop.schedule(this::timedOut, limitMillis, TimeUnit.MILLISECONDS);
    }
    if (known.isEmpty()) {
      host.whenKnown(found -> loop.execute(() -> begin(found)));
    } else {
      begin(known);
    }
  }

  /** Gives it up; the connections that are being made are reset. Does nothing once the outcome was told. */
  public void cancel() {
    if (!isOver) {
      close(null);
    }
  }

  private void timedOut() {
    if (addresses.isEmpty()) {
      end(listener::unknown);
    } else {
      end(() -> listener.refused(new ConnectTimeoutException("no address of " + host)));
    }
  }

  private void begin(List<InetAddress> known) {
    if (isOver) {
      return;
    }
    if (known.isEmpty()) {
      end(listener::unknown);
      return;
    }
    addresses = known;
    tryNext();
  }

  private void tryNext() {
    int index = next++;
    InetAddress address = addresses.get(index);
    Channel channel = sockets.get();
    if (channel == null) {
      end(listener::noSocket);
      return;
    }
    underWay.add(channel);
    // Of several addresses, the one limit is for all.
    long alone = limit == null ? Math.min(limitMillis, Integer.MAX_VALUE) : 0;
    channel.config().setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) alone);
    if (next < addresses.size()) {
      step = loop.schedule(() -> stepOver(index), STEP_MILLIS, TimeUnit.MILLISECONDS);
    }
    loop.register(channel);
    channel.connect(new InetSocketAddress(address, port)).addListener(done -> {
      if (done.isSuccess()) {
        connected(channel, address);
      } else {
        failed(channel, done.cause());
      }
    });
  }

  private void stepOver(int index) {
    if (!isOver && next == index + 1) {
      tryNext();
    }
  }

  private void connected(Channel channel, InetAddress address) {
    if (isOver) {
      reset(channel);
      return;
    }
    host.connected(address);
    close(channel);
    listener.connected(channel);
  }

  private void failed(Channel channel, Throwable cause) {
    underWay.remove(channel);
    channel.close();
    if (isOver) {
      return;
    }
    if (next < addresses.size()) {
      cancel(step);
      tryNext();
    } else if (underWay.isEmpty()) {
      end(() -> listener.refused(cause));
    }
  }

  private void end(Runnable told) {
    if (!isOver) {
      close(null);
      told.run();
    }
  }

  private void close(@Nullable Channel but) {
    isOver = true;
    cancel(limit);
    cancel(step);
    for (Channel channel : List.copyOf(underWay)) {
      if (channel != but) {
        reset(channel);
      }
    }
    underWay.clear();
  }

  /** A server that has taken a connection which nobody wants any more is told that nothing comes, and nothing was lost. */
  private static void reset(Channel channel) {
    if (channel.isOpen()) {
      try {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
      } catch (ChannelException e) {
        LOG.log(System.Logger.Level.DEBUG, "a connection that is closed without a reset", e);
      }
      channel.unsafe().close(channel.voidPromise());
    }
  }

  private static void cancel(@Nullable Future<?> timer) {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
