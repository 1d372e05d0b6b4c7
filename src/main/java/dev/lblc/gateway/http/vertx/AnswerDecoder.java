package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.List;

/**
 * Netty's decoder of responses, made strict: what another recipient could read otherwise is not passed on.
 *
 * <pre>
 *   lines         {@link HeadCheck}
 *   status line   a status of three digits, no control character in the phrase
 *   framing       HTTP/1.0 is read as HTTP/1.1: of several lengths Netty would take the first
 *                 no transfer coding in HTTP/1.0
 * </pre>
 */
class AnswerDecoder extends HttpResponseDecoder {
  private static final int STATUS_DIGITS = 3;
  private static final byte SPACE = ' ';
  private static final byte TAB = '\t';
  private static final byte DEL = 0x7f;

  private final HeadCheck check = HeadCheck.ofAnswers();
  private HttpVersion version = HttpVersion.HTTP_1_1;

  /** Creates a decoder with the gateway's {@link Limits}. */
  AnswerDecoder() {
    super(new HttpDecoderConfig()
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
      bytes.skipBytes(bytes.readableBytes());
      out.add(failed(createInvalidMessage(), e));
      return;
    }
    int before = out.size();
    super.decode(context, bytes, out);
    if (out.size() > before) {
      if (out.get(before) instanceof HttpResponse head) {
        begun(head, before, out);
      }
      check.decoded(out, before);
      if (out.get(before) instanceof HttpResponse head
          && head.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
        check.leaveHttp();
      }
    }
  }

  private void begun(HttpResponse head, int index, List<Object> out) {
    head.setProtocolVersion(version);
    if (version.compareTo(HttpVersion.HTTP_1_1) < 0
        && head.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)) {
      out.subList(index, out.size()).clear();
      out.add(failed(head, new IllegalArgumentException("a transfer coding in " + version)));
    }
  }

  private static HttpMessage failed(HttpMessage message, IllegalArgumentException why) {
    message.setDecoderResult(DecoderResult.failure(why));
    return message;
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
    return super.splitSecondWordInitialLine(line, start, length);
  }

  @Override
  protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
    check.lastWord(line);
    for (int i = start; i < start + length; i++) {
      if ((line[i] >= 0 && line[i] < SPACE && line[i] != TAB) || line[i] == DEL) {
        throw new IllegalArgumentException("a control character in the phrase");
      }
    }
    return super.splitThirdWordInitialLine(line, start, length);
  }

  @Override
  protected HttpMessage createMessage(String[] statusLine) {
    if (statusLine[1].length() != STATUS_DIGITS) {
      throw new IllegalArgumentException("status " + statusLine[1]);
    }
    HttpMessage head = super.createMessage(statusLine);
    version = head.protocolVersion();
    if (version.compareTo(HttpVersion.HTTP_1_1) < 0) {
      head.setProtocolVersion(HttpVersion.HTTP_1_1);
    }
    check.firstLineRead();
    return head;
  }

  @Override
  protected AsciiString splitHeaderName(byte[] line, int start, int length) {
    HeaderNameCheck.check(line, start, length);
    return super.splitHeaderName(line, start, length);
  }
}
