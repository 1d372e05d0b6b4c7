package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.http.ListedTokens;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.impl.http1.VertxHttpRequestDecoder;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Vert.x's decoder of requests, made strict: behind what another recipient could read otherwise nothing more is decoded.
 *
 * <pre>
 *   lines          {@link HeadCheck}
 *   request line   the target is visible ASCII, the version HTTP/DIGIT.DIGIT
 *   framing        HTTP/1.0 is read as HTTP/1.1: of several different lengths Netty would take the first
 *                  the only transfer coding is chunked, alone
 * </pre>
 */
final class RequestDecoder extends VertxHttpRequestDecoder {
  private static final Pattern VERSION = Pattern.compile("HTTP/[0-9]\\.[0-9]");
  private static final byte SPACE = ' ';
  private static final byte DEL = 0x7f;

  private final HeadCheck check = HeadCheck.ofRequests();
  private HttpVersion version = HttpVersion.HTTP_1_1;

  RequestDecoder() {
    super(new Http1ServerConfig()
        .setMaxInitialLineLength(Limits.LINE_BYTES)
        .setMaxHeaderSize(Limits.HEADER_BYTES)
        .setMaxChunkSize(Limits.CHUNK_BYTES));
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out)
      throws Exception {
    try {
      if (!check.admits(bytes)) {
        return;
      }
    } catch (IllegalArgumentException e) {
      refuse(createInvalidMessage(), e, out);
      return;
    }
    int before = out.size();
    super.decode(context, bytes, out);
    if (out.size() > before) {
      if (out.get(before) instanceof HttpRequest head) {
        begun(head, before, out);
      }
      check.decoded(out, before);
    }
  }

  private void begun(HttpRequest head, int index, List<Object> out) {
    head.setProtocolVersion(version);
    if (head.decoderResult().isFailure()) {
      return;
    }
    if (hasUnknownCoding(head.headers())) {
      out.subList(index, out.size()).clear();
      refuse(head, new IllegalArgumentException("unsupported transfer coding"), out);
    } else if (asksToClose(head.headers())) {
      // Vert.x knows the word alone.
      head.headers().add(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }

  private void refuse(HttpMessage message, IllegalArgumentException why, List<Object> out) {
    message.setProtocolVersion(version);
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
    return head;
  }

  @Override
  protected AsciiString splitHeaderName(byte[] line, int start, int length) {
    HeaderNameCheck.check(line, start, length);
    return super.splitHeaderName(line, start, length);
  }
}
