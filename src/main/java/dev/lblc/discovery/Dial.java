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
import java.util.function.Consumer;
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
 * <p>With a {@link Handshake} the first connection wins, and then makes its handshake. If that fails, the next address begins, like after
 * a connection that fails: what is wrong with TLS is often wrong at one address only, as with a certificate that was renewed on one of two
 * machines. The limit is for all of it.
 *
 * <p>A host of one address, which nearly all are, has one connection and, without a handshake, no timer. Confined to its event loop.
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

  /** What comes between a connection and its use. */
  public interface Handshake {
    /**
     * Begins it, on one connection after another.
     *
     * @param told is called once: with null if the connection can be used, and does not read by itself; else with the reason
     */
    void begin(Channel channel, Consumer<@Nullable Throwable> told);

    /** Returns what says that it took too long. */
    Throwable late();
  }

  private final EventLoop loop;
  private final Supplier<@Nullable Channel> sockets;
  private final NamedHost host;
  private final int port;
  private final long limitMillis;
  private final @Nullable Handshake handshake;
  private final Listener listener;
  private final List<Channel> underWay = new ArrayList<>(1);
  private List<InetAddress> addresses = List.of();
  private int next;
  private boolean isShaking;
  private boolean isOver;
  private @Nullable Future<?> limit;
  private @Nullable Future<?> step;

  /**
   * Creates one that begins with {@link #begin}.
   *
   * @param sockets gives sockets that are neither registered nor connected and do not read by themselves; null: there is none
   * @param limitMillis for the whole of it; 0: no limit
   * @param handshake of the connection; null: it is of use at once
   */
  public Dial(
      EventLoop loop,
      Supplier<@Nullable Channel> sockets,
      NamedHost host,
      int port,
      long limitMillis,
      @Nullable Handshake handshake,
      Listener listener) {
    this.loop = loop;
    this.sockets = sockets;
    this.host = host;
    this.port = port;
    this.limitMillis = limitMillis;
    this.handshake = handshake;
    this.listener = listener;
  }

  /** Begins to connect. To be called on the event loop, once. */
  public void begin() {
    List<InetAddress> known = host.addresses();
    if ((known.size() != 1 || handshake != null) && limitMillis > 0) {
      limit = loop.schedule(this::timedOut, limitMillis, TimeUnit.MILLISECONDS);
    }
    if (known.isEmpty()) {
      host.whenKnown(found -> loop.execute(() -> begin(found)));
    } else {
      begin(known);
    }
  }

  /** Returns whether there is a connection, whose handshake is being made. */
  public boolean isShaking() {
    return isShaking && !isOver;
  }

  /** Gives it up; the connections that are being made are reset. Does nothing once the outcome was told. */
  public void cancel() {
    if (!isOver) {
      close(null);
    }
  }

  private void timedOut() {
    Handshake begun = handshake;
    if (isShaking && begun != null) {
      end(() -> listener.refused(begun.late()));
    } else if (addresses.isEmpty()) {
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
    if (!isOver && !isShaking && next == index + 1) {
      tryNext();
    }
  }

  private void connected(Channel channel, InetAddress address) {
    if (isOver || isShaking) {
      reset(channel);
      return;
    }
    Handshake wanted = handshake;
    if (wanted == null) {
      host.connected(address);
      close(channel);
      listener.connected(channel);
    } else {
      isShaking = true;
      leaveOnly(channel);
      wanted.begin(channel, why -> shaken(channel, address, why));
    }
  }

  private void shaken(Channel channel, InetAddress address, @Nullable Throwable why) {
    if (isOver) {
      return;
    }
    if (why == null) {
      host.connected(address);
      close(channel);
      listener.connected(channel);
      return;
    }
    isShaking = false;
    underWay.remove(channel); // an alert for the server may be on its way: no reset
    channel.close();
    if (next < addresses.size()) {
      tryNext();
    } else {
      end(() -> listener.refused(why));
    }
  }

  private void failed(Channel channel, Throwable cause) {
    underWay.remove(channel);
    channel.close();
    if (isOver || isShaking) {
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
    leaveOnly(but);
    underWay.clear();
  }

  private void leaveOnly(@Nullable Channel but) {
    cancel(step);
    for (Channel channel : List.copyOf(underWay)) {
      if (channel != but) {
        underWay.remove(channel);
        reset(channel);
      }
    }
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
