package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.http.ListedTokens;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.impl.http1.VertxHttpRequestDecoder;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Vert.x's decoder of requests, made strict: where RFC 9112 lets a recipient be lenient, Netty is, and a proxy before this one
 * perhaps not. After a request that cannot be read, or that asks to close the connection, nothing more is decoded.
 *
 * <pre>
 *   lines      no folded header, no octet but a line end before the method     {@link HeadCheck}
 *   first line one space between its parts; the target is visible ASCII; HTTP/DIGIT.DIGIT
 *   framing    HTTP/1.0 is read as HTTP/1.1: of several different lengths Netty would take the first
 *              the only transfer coding is chunked, alone
 * </pre>
 */
final class RequestDecoder extends VertxHttpRequestDecoder {
  private static final Pattern VERSION = Pattern.compile("HTTP/[0-9]\\.[0-9]");
  private static final byte SPACE = ' ';
  private static final byte DEL = 0x7f;

  private enum State {
    HEAD,
    BODY,
    /** Nothing more is decoded. */
    ENDED
  }

  private final HeadCheck check = new HeadCheck();
  private State state = State.HEAD;
  private HttpVersion version = HttpVersion.HTTP_1_1;
  private int wordEnd;
  private boolean isLast;

  RequestDecoder() {
    super(new Http1ServerConfig()
        .setMaxInitialLineLength(Limits.LINE_BYTES)
        .setMaxHeaderSize(Limits.HEADER_BYTES)
        .setMaxChunkSize(Limits.CHUNK_BYTES));
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out)
      throws Exception {
    if (state == State.ENDED) {
      bytes.skipBytes(bytes.readableBytes());
      return;
    }
    int before = out.size();
    if (state == State.HEAD) {
      try {
        if (!check.begins(bytes)) {
          return;
        }
        check.checkLines(bytes);
      } catch (IllegalArgumentException e) {
        refuse(createInvalidMessage(), e, out);
        return;
      }
    }
    super.decode(context, bytes, out);
    if (out.size() > before) {
      decoded((HttpObject) out.get(before), before, out);
    }
  }

  /** Follows the request; {@code first} is the first of the messages that were just decoded, at this index. */
  private void decoded(HttpObject first, int index, List<Object> out) {
    if (first.decoderResult().isFailure()) {
      state = State.ENDED;
      return;
    }
    if (first instanceof HttpRequest head) {
      head.setProtocolVersion(version);
      if (hasUnknownCoding(head.headers())) {
        out.subList(index, out.size()).clear();
        refuse(head, new IllegalArgumentException("unsupported transfer coding"), out);
        return;
      }
      isLast = asksToClose(head.headers());
      state = State.BODY;
    }
    HttpObject last = (HttpObject) out.get(out.size() - 1);
    if (last.decoderResult().isFailure() || (last instanceof LastHttpContent && isLast)) {
      state = State.ENDED;
    } else if (last instanceof LastHttpContent) {
      state = State.HEAD;
      check.reset();
    }
  }

  private void refuse(HttpMessage message, IllegalArgumentException why, List<Object> out) {
    state = State.ENDED;
    message.setDecoderResult(DecoderResult.failure(why));
    out.add(message);
  }

  private boolean hasUnknownCoding(HttpHeaders headers) {
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    return !codings.isEmpty()
        && (codings.size() > 1
            || !codings.get(0).equalsIgnoreCase("chunked")
            || version.equals(HttpVersion.HTTP_1_0));
  }

  /** Vert.x knows the word alone. Behind an upgrade there may be bytes of another protocol. */
  private static boolean asksToClose(HttpHeaders headers) {
    return headers.contains(HttpHeaderNames.CONNECTION)
        && !headers.contains(HttpHeaderNames.UPGRADE)
        && ListedTokens.has(headers.getAll(HttpHeaderNames.CONNECTION), "close");
  }

  // --- the head ---

  @Override
  protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
    wordEnd = start + length;
    return super.splitFirstWordInitialLine(line, start, length);
  }

  @Override
  protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
    checkSpaceBefore(line, start);
    for (int i = start; i < start + length; i++) {
      if (line[i] <= SPACE || line[i] == DEL) { // those with the eighth bit are negative
        throw new IllegalArgumentException("an octet in the target that no URI has");
      }
    }
    wordEnd = start + length;
    return super.splitSecondWordInitialLine(line, start, length);
  }

  @Override
  protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
    checkSpaceBefore(line, start);
    return super.splitThirdWordInitialLine(line, start, length);
  }

  private void checkSpaceBefore(byte[] line, int start) {
    if (start != wordEnd + 1 || line[wordEnd] != SPACE) {
      throw new IllegalArgumentException("not one space between the parts of the request line");
    }
  }

  @Override
  protected HttpMessage createMessage(String[] requestLine) {
    if (!requestLine[2].equals(HttpVersion.HTTP_1_1.text())
        && !VERSION.matcher(requestLine[2]).matches()) {
      throw new IllegalArgumentException("not a version of HTTP");
    }
    HttpMessage head = super.createMessage(requestLine);
    HttpVersion asked = head.protocolVersion();
    // A higher one of HTTP/1 is served as 1.1 (RFC 9110 2.5), and so is the refusal of any other.
    version = asked.compareTo(HttpVersion.HTTP_1_1) > 0 ? HttpVersion.HTTP_1_1 : asked;
    if (asked.majorVersion() != 1) {
      throw new UnsupportedVersionException(asked.text());
    }
    head.setProtocolVersion(HttpVersion.HTTP_1_1);
    check.lineRead();
    return head;
  }

  @Override
  protected AsciiString splitHeaderName(byte[] line, int start, int length) {
    HeaderNameCheck.check(line, start, length);
    return super.splitHeaderName(line, start, length);
  }
}
