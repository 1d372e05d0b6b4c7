package dev.lblc.gateway.http.vertx;

import dev.lblc.config.HttpLimits;
import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.http.ListedTokens;
import dev.lblc.gateway.http.UnreadableLine;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.impl.http1.VertxHttpRequestDecoder;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x's decoder of requests, with the limits of a listener, and strict: behind what another recipient could read otherwise
 * nothing more is decoded. It knows whether the head of a request has begun, and keeps the first line of one that cannot be
 * read.
 *
 * <pre>
 *   lines          {@link HeadCheck}
 *   request line   the target is visible ASCII, the version HTTP/DIGIT.DIGIT
 *   framing        HTTP/1.0 is read as HTTP/1.1: of several different lengths Netty would take the first
 *                  the only transfer coding is chunked, alone
 *   upgrades       what follows waits until it is known whether it is HTTP
 * </pre>
 *
 * <p>Confined to the event loop of its channel.
 */
final class RequestDecoder extends VertxHttpRequestDecoder {
  private static final Pattern VERSION = Pattern.compile("HTTP/[0-9]\\.[0-9]");
  private static final byte SPACE = ' ';
  private static final byte DEL = 0x7f;

  private final HeadCheck check = HeadCheck.ofRequests();
  private final int mostFields;
  private final FirstLine firstLine = new FirstLine();
  private final HeldBytes behindUpgrade = new HeldBytes();
  private @Nullable ChannelHandlerContext own;
  private HttpVersion version = HttpVersion.HTTP_1_1;
  private int fields;
  private boolean isBetweenRequests = true;
  private boolean isLineUnreadable;
  private boolean isTimedOut;
  private boolean isUpgrade;

  RequestDecoder(HttpLimits limits) {
    super(new Http1ServerConfig()
        .setMaxInitialLineLength(limits.line())
        .setMaxHeaderSize(limits.header())
        .setMaxChunkSize(Limits.CHUNK_BYTES));
    this.mostFields = limits.headers();
  }

  /** Returns whether a part of a head has come, and not the whole of it. */
  boolean isHeadBegun() {
    return isBetweenRequests && firstLine.isBegun();
  }

  /** Returns the first line of a request of which nothing could be read; null: there was none. */
  @Nullable
  UnreadableLine unreadableLine() {
    return isLineUnreadable ? firstLine.parts() : null;
  }

  /** Returns what has come behind a request that asks for another protocol. */
  HeldBytes behindUpgrade() {
    return behindUpgrade;
  }

  /** Reads what has come behind such a request, which was answered; does nothing if the connection has become a tunnel. */
  void goOnBehindUpgrade() {
    ChannelHandlerContext context = own;
    if (context != null) { // the decoder may be the caller
      context.channel().eventLoop().execute(() -> {
        if (!context.isRemoved() && behindUpgrade.isHolding()) {
          readOn(context);
        }
      });
    }
  }

  private void readOn(ChannelHandlerContext context) {
    Buffer held = behindUpgrade.take();
    try {
      channelRead(context, Unpooled.wrappedBuffer(held.getBytes()));
      channelReadComplete(context);
    } catch (Exception e) {
      context.fireExceptionCaught(e);
    }
  }

  /** Gives up waiting for the rest of a head: passes on a request that cannot be read, and ignores what comes after it. */
  void timeOut() {
    ChannelHandlerContext context = own;
    if (context == null) {
      throw new IllegalStateException("the decoder is in no pipeline");
    }
    isTimedOut = true;
    HttpMessage never = createInvalidMessage();
    never.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    never.setDecoderResult(DecoderResult.failure(new HeadTimeoutException()));
    context.fireChannelRead(never);
    context.fireChannelReadComplete();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) throws Exception {
    own = context;
    super.handlerAdded(context);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out)
      throws Exception {
    if (isTimedOut) {
      bytes.skipBytes(bytes.readableBytes());
      return;
    }
    if (behindUpgrade.isHolding()) {
      behindUpgrade.hold(bytes);
      return;
    }
    int before = out.size();
    int start = bytes.readerIndex();
    int end = bytes.writerIndex();
    try {
      if (!check.admits(bytes)) {
        return;
      }
    } catch (IllegalArgumentException e) {
      firstLine.take(bytes, start, end);
      bytes.skipBytes(bytes.readableBytes());
      refuse(createInvalidMessage(), e, out);
      return;
    }
    super.decode(context, bytes, out);
    if (out.size() > before) {
      decoded(context, bytes, start, end, before, out);
    } else if (isBetweenRequests) {
      // The decoder takes whole lines only: a part of one is there again at the next call.
      firstLine.take(bytes, start, end);
    }
  }

  /** Follows what was decoded of these bytes: what is at this index of {@code out}, and behind it. */
  private void decoded(
      ChannelHandlerContext context,
      ByteBuf bytes,
      int start,
      int end,
      int index,
      List<Object> out) {
    if (out.get(index) instanceof HttpRequest head) {
      if (head.decoderResult().isFailure()) {
        if (!isLineUnreadable) {
          head.setProtocolVersion(version);
        }
        firstLine.take(bytes, start, end);
        head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      } else {
        begun(head, index, out);
      }
    }
    if (out.get(out.size() - 1) instanceof LastHttpContent) {
      isBetweenRequests = true;
      if (isUpgrade) {
        behindUpgrade.begin(context.channel());
      }
    }
    check.decoded(out, index);
  }

  private void begun(HttpRequest head, int index, List<Object> out) {
    head.setProtocolVersion(version);
    firstLine.clear();
    fields = 0;
    isBetweenRequests = false;
    isUpgrade = head.headers().contains(HttpHeaderNames.UPGRADE);
    if (hasUnknownCoding(head.headers())) {
      out.subList(index, out.size()).clear();
      refuse(head, new IllegalArgumentException("unsupported transfer coding"), out);
    } else if (asksToClose(head.headers())) {
      // Vert.x knows the word alone.
      head.headers().add(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }

  private void refuse(HttpMessage message, IllegalArgumentException why, List<Object> out) {
    message.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    message.setDecoderResult(DecoderResult.failure(why));
    out.add(message);
  }

  private boolean hasUnknownCoding(HttpHeaders headers) {
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    return !codings.isEmpty()
        && (codings.size() > 1
            || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0))
            || version.equals(HttpVersion.HTTP_1_0));
  }

  /** A connection that becomes a tunnel does not end with the answer. */
  private static boolean asksToClose(HttpHeaders headers) {
    return headers.contains(HttpHeaderNames.CONNECTION)
        && !headers.contains(HttpHeaderNames.UPGRADE)
        && ListedTokens.has(headers.getAll(HttpHeaderNames.CONNECTION), "close");
  }

  // --- the head ---

  @Override
  protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
    check.firstWord(start + length);
    return super.splitFirstWordInitialLine(line, start, length);
  }

  @Override
  protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
    check.nextWord(line, start, start + length);
    for (int i = start; i < start + length; i++) {
      if (line[i] <= SPACE || line[i] == DEL) { // those with the eighth bit are negative
        throw new IllegalArgumentException("an octet in the target that no URI has");
      }
    }
    return super.splitSecondWordInitialLine(line, start, length);
  }

  @Override
  protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
    check.nextWord(line, start, start + length);
    return super.splitThirdWordInitialLine(line, start, length);
  }

  @Override
  protected HttpMessage createMessage(String[] requestLine) {
    String text = requestLine[2];
    if (!text.equals(HttpVersion.HTTP_1_1.text()) && !VERSION.matcher(text).matches()) {
      throw new IllegalArgumentException("not a version of HTTP");
    }
    HttpMessage head = super.createMessage(requestLine);
    HttpVersion asked = head.protocolVersion();
    // A higher one of HTTP/1 is served as 1.1 (RFC 9110 2.5), and so is the refusal of any other.
    version = asked.equals(HttpVersion.HTTP_1_0) ? asked : HttpVersion.HTTP_1_1;
    if (asked.majorVersion() != 1) {
      throw new UnsupportedVersionException(asked.text());
    }
    head.setProtocolVersion(HttpVersion.HTTP_1_1);
    check.firstLineRead();
    fields = 0;
    return head;
  }

  /** Returns what stands for a request without a first line that could be read; the log shows {@link #unreadableLine}. */
  @Override
  protected HttpMessage createInvalidMessage() {
    isLineUnreadable = true;
    return new DefaultFullHttpRequest(
        HttpVersion.HTTP_1_1, HttpMethod.GET, "/", Unpooled.EMPTY_BUFFER);
  }

  @Override
  protected AsciiString splitHeaderName(byte[] line, int start, int length) {
    HeaderNameCheck.check(line, start, length);
    if (++fields > mostFields) {
      throw new TooManyFieldsException(mostFields);
    }
    return super.splitHeaderName(line, start, length);
  }

  @Override
  protected void decodeLast(ChannelHandlerContext context, ByteBuf bytes, List<Object> out)
      throws Exception {
    if (isTimedOut || behindUpgrade.isHolding()) {
      bytes.skipBytes(bytes.readableBytes());
    } else {
      super.decodeLast(context, bytes, out);
    }
  }
}
