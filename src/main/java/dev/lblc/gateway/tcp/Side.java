package dev.lblc.gateway.tcp;

import dev.lblc.gateway.net.ReadSizes;
import dev.lblc.gateway.net.Sockets;
import dev.lblc.gateway.net.SslRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/**
 * One of the two sockets of a session: what is read from it is written to the other, no faster than that takes it.
 *
 * <p>One piece is read at a time, and the next only when nothing much of it waits to be written, so that a peer that does not
 * read holds up no more than that piece. When a peer says that it will send no more, what it sent is passed on, and then
 * that; with the native transport it is all read at once then, which is at most what the kernel's receive buffer held.
 *
 * <p>Confined to its event loop.
 */
// Nobody waits for a socket that is given up to be closed.
@SuppressWarnings("FutureReturnValueIgnored")
final class Side extends ChannelInboundHandlerAdapter {
  /** How much is read of a client that waits for a server, and read once more: as much as a first message most often has. */
  private static final int MOST_AHEAD = 16 * 1024;

  private final Session session;
  private final Channel channel;
  private final ReadSizes readSizes;
  private @Nullable Side other;
  private @Nullable ByteBuf held;
  private long received;
  private boolean inputEnded;
  private boolean isTruncated;
  private boolean outputEnded;
  private boolean hasLeft;
  private long waiting;
  private long seenReceived;
  private long seenLeft;

  /** {@code readSizes} are those of the loop. */
  Side(Session session, Channel channel, ReadSizes readSizes) {
    this.session = session;
    this.channel = channel;
    this.readSizes = readSizes;
  }

  boolean hasEnded() {
    return inputEnded;
  }

  /** Returns whether the peer sends no more, though it has not said that this was all. */
  boolean isTruncated() {
    return isTruncated;
  }

  long received() {
    return received;
  }

  /** Returns whether the peer broke off after it had said that it will send no more; NIO cannot know. */
  boolean isBrokenAfterEnd() {
    return inputEnded && !hasLeft && Sockets.hasError(channel);
  }

  /** Returns the port of this end. */
  int localPort() {
    return Sockets.localPort(channel);
  }

  /** Returns whether something was received, or taken by the peer, since this was last asked. */
  boolean hasMoved() {
    long left = Sockets.waiting(channel);
    boolean moved = received != seenReceived || left < seenLeft;
    seenReceived = received;
    seenLeft = left;
    return moved;
  }

  /** Keeps what came before there was another side; takes over the reference. */
  void hold(ByteBuf data) {
    received += data.readableBytes();
    held = held == null
        ? data
        : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(channel.alloc(), held, data);
  }

  /** Reads on, up to a bound, while there is no other side: NIO does not tell of a peer that leaves before all it sent was read. */
  void readAhead() {
    if (!inputEnded && (held == null || held.readableBytes() < MOST_AHEAD)) {
      channel.read();
    }
  }

  /** Returns whether what it holds starts with PostgreSQL's question for TLS. */
  boolean holdsSslRequest() {
    return held != null && SslRequest.isAtStart(held);
  }

  /** Joins two sockets: each gets what the other holds and reads. */
  static void join(Side one, Side two) {
    one.other = two;
    two.other = one;
    one.passOnHeld(two);
    two.passOnHeld(one);
    one.readOrEnd();
    two.readOrEnd();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf data = (ByteBuf) message;
    Side to = other;
    if (session.isOver()) {
      data.release();
    } else if (to == null) {
      hold(data);
    } else if (to.canTakeNoMore()) {
      data.release();
      session.undeliverable(to);
    } else {
      received += data.readableBytes();
      session.passed(this, data.readableBytes());
      to.write(data);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    Side to = other;
    if (to != null && !session.isOver()) {
      to.channel.flush();
      readIfTaken(to);
    } else if (session.isQueued()) {
      readAhead();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Side from = other;
    if (from != null && !session.isOver()) {
      from.readIfTaken(this);
    } else {
      noteWaiting(0);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == SslCloseCompletionEvent.SUCCESS) {
      endInput();
    } else if (event instanceof ChannelInputShutdownEvent) {
      if (tls() == null || inputEnded || session.mayEndBluntly(this)) {
        endInput();
      } else { // TLS was to say that it ends: more may have been sent
        truncateInput();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    // Netty closes what has ended both ways.
    if ((!inputEnded || !outputEnded) && !hasLeft) {
      session.broken(this, null);
    }
  }

  @Override
  @SuppressWarnings("deprecation") // for outbound handlers only
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    session.broken(this, cause);
  }

  /** The peer has said that it will send no more. */
  void endInput() {
    if (inputEnded) {
      return;
    }
    inputEnded = true;
    if (other != null && !session.isOver()) {
      passOnEnd(other);
      if (session.isServer(this) && canTakeNoMore()) {
        // Most often its socket is closed: it resets the end of TLS that it got in answer to its
        // own.
        hasLeft = true;
        channel.close();
      }
    } else if (session.isQueued()) {
      session.abortIfLeft();
    }
  }

  /** Closes the socket in an orderly way: everything was written. */
  void close() {
    channel.close();
    forget();
  }

  /** Breaks the connection off, so that the peer cannot take it for an orderly end; not even one of TLS. */
  void reset() {
    Sockets.reset(channel);
    forget();
  }

  /** Returns the version of TLS; null: clear text, or no handshake yet. */
  @Nullable
  String tlsVersion() {
    SslHandler tls = tls();
    String version = tls == null ? "" : tls.engine().getSession().getProtocol();
    return version.startsWith("TLS") ? version : null; // else there was no handshake
  }

  private @Nullable SslHandler tls() {
    return channel.pipeline().get(SslHandler.class);
  }

  /** Returns whether the peer has ended TLS both ways, as it does up to TLS 1.2: what is written now is lost. */
  private boolean canTakeNoMore() {
    SslHandler tls = inputEnded ? tls() : null;
    return hasLeft || (tls != null && tls.engine().isOutboundDone());
  }

  private void write(Object message) {
    channel.write(message, channel.voidPromise());
  }

  /** The peer sends no more, though it has not said that this was all. */
  private void truncateInput() {
    inputEnded = true;
    isTruncated = true;
    if (other != null && !session.isOver()) {
      passOnTruncation(other);
    } else if (session.isQueued()) {
      session.abortIfLeft();
    }
  }

  /** Passes on what has come, and then that it is not all. */
  private void passOnTruncation(Side to) {
    to.channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> session.truncated(this));
  }

  private void passOnHeld(Side to) {
    ByteBuf data = held;
    held = null;
    if (data != null) {
      session.passed(this, data.readableBytes());
      to.write(data);
    }
    to.channel.flush();
  }

  private void readOrEnd() {
    Side to = other;
    if (to == null || session.isOver()) {
      return;
    }
    if (isTruncated) {
      passOnTruncation(to);
    } else if (inputEnded) {
      passOnEnd(to);
    } else {
      readIfTaken(to);
    }
  }

  private void readIfTaken(Side to) {
    to.noteWaiting();
    if (to.channel.isWritable() && !inputEnded) {
      channel.read();
    }
  }

  /** Has the loop know how much waits for a peer that reads late. */
  private void noteWaiting() {
    ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
    noteWaiting(channel.isWritable() || out == null ? 0 : out.totalPendingWriteBytes());
  }

  private void noteWaiting(long bytes) {
    readSizes.waits(bytes - waiting);
    waiting = bytes;
  }

  private void passOnEnd(Side to) {
    session.halfClosed();
    // Behind all that is still to be written.
    to.channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
      if ((written.isSuccess() || to.hasLeft) && !session.isOver()) {
        session.passedOn(to);
      }
    });
  }

  /** Says that no more will be sent. */
  void endOutput() {
    outputEnded = true;
    Sockets.finish(channel);
  }

  private void forget() {
    noteWaiting(0);
    if (held != null) {
      held.release();
      held = null;
    }
  }
}
