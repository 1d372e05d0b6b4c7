package dev.lblc.gateway.net;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operations on sockets beside reading and writing. To be used on their event loops. */
public final class Sockets {
  private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);

  /** IPPROTO_TCP of the kernel; its TCP_INFO, which begins with an octet for the state; and TCP_ESTABLISHED. */
  private static final int TCP = 6;

  private static final int INFO = 11;
  private static final int ESTABLISHED = 1;

  private Sockets() {}

  /** Returns the port of this end. */
  public static int localPort(Channel channel) {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  /**
   * Ends the output of a socket, once all that was written is gone. With epoll past Netty, which would make an exception for
   * writes still to come: a fortieth of what a short connection costs. With io_uring, which writes even nothing, such a write would
   * close the socket.
   */
  public static void endOutput(Channel channel) {
    if (isAllGone(channel)) {
      endOutputNow(channel);
    } else {
      ChannelPromise gone = channel.newPromise();
      gone.addListener(written -> endOutputNow(channel));
      channel.unsafe().write(Unpooled.EMPTY_BUFFER, gone);
      channel.unsafe().flush();
    }
  }

  /** Says that nothing more will be written: of TLS, if the channel has it, then of the socket. */
  @SuppressWarnings("FutureReturnValueIgnored") // addListener returns the future itself
  public static void finish(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      endOutput(channel);
    } else {
      tls.closeOutbound().addListener(closed -> endOutput(channel));
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored")
  private static void endOutputNow(Channel channel) {
    if (channel instanceof EpollSocketChannel socket) {
      try {
        ((Socket) socket.fd()).shutdown(false, true);
      } catch (IOException | NotYetConnectedException e) {
        LOG.debug("a socket that was closed before its end", e);
      }
    } else {
      ((DuplexChannel) channel).shutdownOutput();
    }
  }

  /** Returns whether the kernel has all that was written. */
  private static boolean isAllGone(Channel channel) {
    ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
    return out == null || out.isEmpty();
  }

  /** Resets a connection, unless it is closed. */
  // Nobody waits for it.
  @SuppressWarnings("FutureReturnValueIgnored")
  public static void reset(Channel channel) {
    if (channel.isOpen()) {
      abortively(channel);
      channel.unsafe().close(channel.voidPromise());
    }
  }

  /** Sets a socket so that its close is a reset, whoever closes it. */
  public static void abortively(Channel channel) {
    try {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    } catch (ChannelException e) {
      LOG.debug("a socket that is closed without a reset", e);
    }
  }

  /**
   * Returns whether a socket failed without anybody having been told: with the native transport Netty says nothing of a reset after the
   * peer's end, and its loop is woken by that socket all the time. Never with NIO, which cannot know.
   */
  public static boolean hasError(Channel channel) {
    Socket socket = nativeSocket(channel);
    try {
      return socket != null && socket.getSoError() != 0;
    } catch (IOException e) {
      LOG.debug("a socket cannot be asked for its error", e);
      return true;
    }
  }

  /**
   * Returns whether the other end has ended the connection, though its end was not read yet. Asks the kernel, which takes about a
   * microsecond. Always false without a native transport of Linux, which alone can ask.
   */
  public static boolean hasPeerEnded(Channel channel) {
    Socket socket = nativeSocket(channel);
    if (socket == null || !socket.isOpen()) {
      return false;
    }
    ByteBuffer state = ByteBuffer.allocate(1);
    try {
      socket.getRawOpt(TCP, INFO, state);
      return state.get(0) != ESTABLISHED;
    } catch (IOException e) {
      LOG.debug("a socket cannot be asked for its state", e);
      return false;
    }
  }

  /** Returns how many bytes were written to a socket that the kernel has not taken yet. */
  public static long waiting(Channel channel) {
    ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
    return out == null ? 0 : out.totalPendingWriteBytes() - out.currentProgress();
  }

  /** Returns whether an exception in a pipeline says that the connection has failed; if not, one of the gateway's handlers has. */
  public static boolean isFailure(Throwable cause) {
    return cause instanceof IOException
        || cause instanceof CodecException // of TLS
        || cause instanceof ChannelException;
  }

  private static @Nullable Socket nativeSocket(Channel channel) {
    return channel instanceof UnixChannel unix && unix.fd() instanceof Socket socket
        ? socket
        : null;
  }
}
