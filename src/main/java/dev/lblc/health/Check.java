package dev.lblc.health;

import dev.lblc.config.HealthConfig;
import dev.lblc.discovery.Dial;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.tls.UpstreamTlsException;
import dev.lblc.tls.UpstreamTlsFailure;
import dev.lblc.transport.SocketError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One check of one server, on a connection of its own, so that it also shows whether the server still accepts connections.
 *
 * <pre>
 * connect (see {@link Dial}), with tls a handshake       enough if nothing is asked
 * with HTTP/2 open a stream
 * send the request, read the answer to its end           passes by its status and, if asked for, a text in its body
 * </pre>
 *
 * <p>All of it has to be over within the time-out. Confined to its event loop.
 */
// A channel registers at once on its own loop, and nobody waits for its end.
@SuppressWarnings("FutureReturnValueIgnored")
final class Check extends ChannelInboundHandlerAdapter {
  /** How much of a body is looked through. */
  private static final int MOST_BODY = 64 << 10;

  private static final String GRPC_STATUS = "grpc-status";

  /** Is told of the end, once, by one of its methods. */
  interface Listener {
    void ended(boolean passed, String answer);

    /** The check was not made for want of a socket, which says nothing about the server. */
    void notMade(Throwable why);
  }

  private final CheckLoop loop;
  private final CheckRequest request;
  private final ServerSpec server;
  private final String host;
  private final int port;
  private final Listener listener;
  private @Nullable Future<?> timeout;
  private @Nullable Dial dial;
  private @Nullable ChannelException noSocket;
  private @Nullable Channel channel;
  private int status;
  private @Nullable String grpcStatus;
  private boolean isInterim;
  private @Nullable ByteArrayOutputStream body;
  private boolean isOver;

  /** Creates a check that begins with {@link #begin}. */
  Check(CheckLoop loop, CheckRequest request, ServerSpec server, Listener listener) {
    this.loop = loop;
    this.request = request;
    this.server = server;
    this.host = server.host();
    this.port = request.port(server.port());
    this.listener = listener;
  }

  /** Begins the check; it may end within this call. */
  void begin(long timeoutMillis) {
    timeout = loop.eventLoop()
        .schedule(
            () -> end(false, "no answer within " + timeoutMillis + " ms"),
            timeoutMillis,
            TimeUnit.MILLISECONDS);
    Dial making = loop.dial(
        this::newChannel, host, port, timeoutMillis, request.handshake(server), new Connecting());
    dial = making;
    making.begin();
  }

  /** Ends the check without a result. */
  void cancel() {
    isOver = true;
    close();
  }

  /** Returns null if there is no socket. */
  private @Nullable Channel newChannel() {
    try {
      return loop.newChannel();
    } catch (ChannelException e) {
      noSocket = e;
      return null;
    }
  }

  /** What comes of the connection. */
  private final class Connecting implements Dial.Listener {
    @Override
    public void connected(Channel made) {
      channel = made;
      request.addHandlers(made.pipeline(), server, Check.this);
      made.config().setAutoRead(true);
      if (!request.beginsWithHandshake()) {
        open(made);
      }
    }

    @Override
    public void refused(Throwable why) {
      failed(why);
    }

    @Override
    public void unknown() {
      end(false, "the name " + host + " has no address");
    }

    @Override
    public void noSocket() {
      cancel();
      listener.notMade(Objects.requireNonNull(noSocket, "no socket, and no reason"));
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        open(context.channel());
      } else {
        failed(new UpstreamTlsException(handshake.cause()));
      }
    }
  }

  private void open(Channel connected) {
    HealthConfig.Http http = request.http();
    if (http == null) {
      end(true, request.isTls() ? "handshake completed" : "connected");
    } else if (!isOver && request.isHttp2()) {
      CheckRequest.open(connected, this).addListener((Future<Http2StreamChannel> opened) -> {
        if (opened.isSuccess()) {
          ask(http, opened.getNow());
        } else {
          failed(opened.cause());
        }
      });
    } else if (!isOver) {
      ask(http, connected);
    }
  }

  private void ask(HealthConfig.Http http, Channel to) {
    to.writeAndFlush(request.message(http, host, port)).addListener(sent -> {
      if (!sent.isSuccess()) {
        failed(sent.cause());
      }
    });
  }

  /** With HTTP/2 it is in the pipelines of the connection and of the stream. */
  @Override
  public boolean isSharable() {
    return true;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      HealthConfig.Http http = request.http();
      if (!isOver && http != null && message instanceof HttpObject part) {
        read(http, part);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void read(HealthConfig.Http http, HttpObject part) {
    if (part.decoderResult().isFailure()) {
      end(false, "the answer cannot be read: " + text(part.decoderResult().cause()));
      return;
    }
    if (part instanceof HttpResponse head) {
      grpcStatus = head.headers().get(GRPC_STATUS);
      status = head.status().code();
      isInterim = head.status().codeClass() == HttpStatusClass.INFORMATIONAL && status != 101;
      if (!isInterim && !http.accepts(status)) {
        end(false, "answered " + status);
        return;
      }
    }
    if (isInterim) {
      return;
    }
    if (part instanceof HttpContent content && (http.body() != null || request.isGrpc())) {
      keep(content.content());
    }
    if (part instanceof LastHttpContent last) {
      if (request.isGrpc()) {
        completeCall(last.trailingHeaders().get(GRPC_STATUS, grpcStatus));
      } else {
        complete(http.body());
      }
    }
  }

  private void keep(ByteBuf piece) {
    ByteArrayOutputStream kept = body;
    if (kept == null) {
      kept = new ByteArrayOutputStream();
      body = kept;
    }
    try {
      piece.readBytes(kept, Math.min(piece.readableBytes(), MOST_BODY - kept.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing is written to but memory
    }
  }

  private void completeCall(@Nullable String ofCall) {
    ByteArrayOutputStream kept = body;
    String answer = GrpcHealth.answer(ofCall, kept == null ? new byte[0] : kept.toByteArray());
    end(GrpcHealth.isServing(answer), answer);
  }

  private void complete(@Nullable String expected) {
    ByteArrayOutputStream kept = body;
    if (expected == null
        || (kept != null && kept.toString(StandardCharsets.UTF_8).contains(expected))) {
      end(true, "answered " + status);
    } else {
      end(false, "answered " + status + " without \"" + expected + "\" in its body");
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end(false, status == 0 ? "closed without an answer" : "closed within its answer");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // With TLS 1.3 a server may refuse the gateway's certificate after the handshake.
    failed(
        request.isTls() && UpstreamTlsFailure.isLateRefusal(cause)
            ? new UpstreamTlsException(UpstreamTlsFailure.REFUSED, cause)
            : cause);
  }

  private void failed(Throwable cause) {
    end(false, text(cause));
  }

  private void end(boolean passed, String answer) {
    if (!isOver) {
      isOver = true;
      close();
      listener.ended(passed, answer);
    }
  }

  private void close() {
    if (timeout != null) {
      timeout.cancel(false);
    }
    if (dial != null) {
      dial.cancel();
    }
    Channel opened = channel;
    if (opened != null) {
      opened.close();
    }
  }

  private static String text(Throwable cause) {
    String message = cause.getMessage();
    return message == null || message.isBlank()
        ? cause.getClass().getSimpleName()
        : SocketError.words(message);
  }
}
