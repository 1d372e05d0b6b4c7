package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.net.Sockets;
import dev.lblc.gateway.net.TlsEnd;
import dev.lblc.scheduler.Server;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP/1.1 codec of a connection to a server, in place of Netty's {@code HttpClientCodec}. It delivers one answer for
 * each request, and decides when the connection must not be used again:
 *
 * <pre>
 *   a request is written      await its answer
 *   an interim answer ends    await the final answer
 *   the answer ends           if the server closes after it, more bytes came with it, or it does not take the request: retire
 *   bytes, nothing awaited    retire
 *   retire                    decode nothing more; close when what was decoded is delivered
 * </pre>
 *
 * <p>Why: a pooled connection serves one client after another. If the decoder still holds bytes when an answer ends, they
 * become the beginning of the next client's answer. This happens with a server that answers HEAD with a body, or that sends a
 * wrong Content-Length. Only the decoder knows which bytes it holds, and Netty's decoder does not tell.
 *
 * <p>Confined to the event loop of its channel.
 */
// Nobody waits until a dropped connection is closed.
@SuppressWarnings("FutureReturnValueIgnored")
final class UpstreamCodec extends CombinedChannelDuplexHandler<AnswerDecoder, HttpRequestEncoder> {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamCodec.class);

  private enum State {
    /** No request is out. */
    IDLE,
    /** A request is out, its final answer has not begun. */
    AWAITING,
    /** The final answer is being read. */
    ANSWERING,
    /** The server agreed to leave HTTP: the bytes are not the codec's. */
    SWITCHED,
    /** The connection serves nobody any more. */
    RETIRED
  }

  private final Runnable retirement;
  private State state = State.IDLE;
  private @Nullable HttpRequest awaited;
  private boolean closing;
  private boolean isAnswerWaiting;
  private boolean isReused;
  private boolean isTruncated;
  private @Nullable Server server;

  /**
   * Returns a codec of a new connection.
   *
   * @param retirement takes the connection out of use, and closes it when what was decoded is delivered
   */
  UpstreamCodec(Runnable retirement) {
    this.retirement = retirement;
    init(new AnswerFollower(), new RequestEncoder());
  }

  /**
   * Allows half-closed connections: a complete answer is delivered even if the server has closed by then; and that of one that closes
   * in mid-request is read, though the first write after that fails.
   */
  @Override
  public void handlerAdded(ChannelHandlerContext context) throws Exception {
    context.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    context.channel().config().setAutoClose(false);
    super.handlerAdded(context);
  }

  /**
   * Notes whether a part of the answer waits for its client. Vert.x lends a connection to the next request once an answer is
   * read, delivered or not; the two would wait for each other, and the end of the one would be the end of the other. So a
   * connection whose answer is waiting when its end is read serves nobody else.
   */
  void answerWaits(boolean isWaiting) {
    isAnswerWaiting = isWaiting;
  }

  /** Notes whose connection it is. */
  void isOf(Server of) {
    server = of;
  }

  /** Returns whether it is an idle connection to the server. */
  boolean isIdle(Server of) {
    return state == State.IDLE && of.equals(server);
  }

  /** Returns whether a request was answered on the connection before. */
  boolean isReused() {
    return isReused;
  }

  private void retire() {
    state = State.RETIRED;
    awaited = null;
    retirement.run();
  }

  private final class AnswerFollower extends AnswerDecoder {
    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out)
        throws Exception {
      switch (state) {
        case IDLE -> {
          LOG.debug(
              "server {} sent {} bytes that answer no request: the connection is closed",
              context.channel().remoteAddress(),
              bytes.readableBytes());
          discard(bytes);
          retire();
        }
        case RETIRED -> {
          discard(bytes);
          context.channel().config().setAutoRead(false); // a server that floods is held back
        }
        case AWAITING, ANSWERING -> {
          int before = out.size();
          super.decode(context, bytes, out);
          if (out.size() > before) {
            decoded(context, (HttpObject) out.get(before), bytes, out);
          }
        }
        case SWITCHED -> super.decode(context, bytes, out);
      }
    }

    /** Netty's decoder would read on, whatever the channel is told, since it has made no message of what came. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
      if (state == State.RETIRED) {
        context.fireChannelReadComplete();
      } else {
        super.channelReadComplete(context);
      }
    }

    /** Follows the answer; {@code first} is the first of the messages that were just decoded from {@code bytes}. */
    private void decoded(
        ChannelHandlerContext context, HttpObject first, ByteBuf bytes, List<Object> out) {
      if (first.decoderResult().isFailure()) {
        return; // The connection above fails and closes.
      }
      if (first instanceof HttpResponse head) {
        begun(context, head, out);
      }
      if (state == State.ANSWERING && out.get(out.size() - 1) instanceof LastHttpContent) {
        ended(context, bytes);
      }
    }

    private void begun(ChannelHandlerContext context, HttpResponse head, List<Object> out) {
      int status = head.status().code();
      if (status == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
        if (asksForUpgrade()) {
          state = State.SWITCHED;
          context.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
          return;
        }
        closing = true;
      } else if (isInterim(head)) {
        if (!isKnownInterim(status)) {
          // Vert.x would take it for the final answer. Its head and its end are two messages.
          out.remove(out.size() - 1);
          out.remove(out.size() - 1);
        }
        return;
      }
      state = State.ANSWERING;
      // It would override how long the pool keeps a connection, and is not for the client.
      head.headers().remove("keep-alive");
      closing |= !HttpUtil.isKeepAlive(head);
      if (!closing && head.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
        // Vert.x would decide by headers that may be removed by then.
        head.setProtocolVersion(HttpVersion.HTTP_1_1);
      }
    }

    /** The server sends no more: closes the connection unless an answer that is complete is still to be delivered. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
      if (event == TlsEnd.TRUNCATED) {
        isTruncated = true;
        return;
      }
      super.userEventTriggered(context, event);
      if (event instanceof ChannelInputShutdownEvent) {
        switch (state) {
          case IDLE -> retire();
          case AWAITING, ANSWERING, SWITCHED -> context.channel().close();
          case RETIRED -> {}
        }
      }
    }

    @Override
    protected void decodeLast(ChannelHandlerContext context, ByteBuf bytes, List<Object> out)
        throws Exception {
      if (isTruncated && state == State.ANSWERING) {
        discard(bytes);
        return; // the end of the connection must not look like the end of the answer
      }
      int before = out.size();
      super.decodeLast(context, bytes, out);
      if (state == State.ANSWERING
          && out.size() > before
          && out.get(out.size() - 1) instanceof LastHttpContent last
          && last.decoderResult().isSuccess()) {
        retire(); // The end of the connection was the end of the answer.
      }
    }

    private void ended(ChannelHandlerContext context, ByteBuf bytes) {
      awaited = null;
      if (bytes.isReadable()) {
        LOG.debug(
            "server {} sent {} bytes after the end of its answer: the connection is closed",
            context.channel().remoteAddress(),
            bytes.readableBytes());
        discard(bytes);
        retire();
      } else if (closing || isAnswerWaiting || Sockets.waiting(context.channel()) > 0) {
        retire();
      } else {
        state = State.IDLE;
        isReused = true;
      }
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage head) {
      return (isHead() && !isInterim((HttpResponse) head)) || super.isContentAlwaysEmpty(head);
    }

    private boolean isHead() {
      return awaited != null && HttpMethod.HEAD.equals(awaited.method());
    }

    private boolean asksForUpgrade() {
      return awaited != null && awaited.headers().contains(HttpHeaderNames.UPGRADE);
    }

    private static boolean isInterim(HttpResponse head) {
      return head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }

    private static boolean isKnownInterim(int status) {
      return status == HttpResponseStatus.CONTINUE.code()
          || status == HttpResponseStatus.EARLY_HINTS.code();
    }

    private static void discard(ByteBuf bytes) {
      bytes.skipBytes(bytes.readableBytes());
    }
  }

  private final class RequestEncoder extends HttpRequestEncoder {
    private boolean refusing;

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
        throws Exception {
      if (message instanceof HttpRequest request) {
        if (state == State.RETIRED) {
          refusing = true;
          context.channel().close();
        } else {
          awaited = request;
          state = State.AWAITING;
        }
      }
      if (refusing) {
        ReferenceCountUtil.release(message);
        promise.tryFailure(new ClosedChannelException());
      } else {
        super.write(context, message, promise);
      }
    }
  }
}
