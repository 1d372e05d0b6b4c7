package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.impl.http1.VertxHttpRequestDecoder;
import java.util.List;

/**
 * Vert.x's decoder of requests, which reads older versions of HTTP as strictly as HTTP/1.1: of several different lengths
 * Netty would take the first, and a proxy before this one perhaps the last.
 */
final class RequestDecoder extends VertxHttpRequestDecoder {
  private HttpVersion version = HttpVersion.HTTP_1_1;

  RequestDecoder() {
    super(new Http1ServerConfig()
        .setMaxInitialLineLength(Limits.LINE_BYTES)
        .setMaxHeaderSize(Limits.HEADER_BYTES)
        .setMaxChunkSize(Limits.CHUNK_BYTES));
  }

  @Override
  protected HttpMessage createMessage(String[] requestLine) {
    HttpMessage head = super.createMessage(requestLine);
    HttpVersion asked = head.protocolVersion();
    // A higher one of HTTP/1 is served as 1.1 (RFC 9110 2.5), and so is the refusal of any other.
    version = asked.compareTo(HttpVersion.HTTP_1_1) > 0 ? HttpVersion.HTTP_1_1 : asked;
    if (asked.majorVersion() > 1) {
      throw new UnsupportedVersionException(asked.text());
    }
    head.setProtocolVersion(HttpVersion.HTTP_1_1);
    return head;
  }

  @Override
  protected AsciiString splitHeaderName(byte[] line, int start, int length) {
    HeaderNameCheck.check(line, start, length);
    return super.splitHeaderName(line, start, length);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out)
      throws Exception {
    int before = out.size();
    super.decode(context, bytes, out);
    if (out.size() > before && out.get(before) instanceof HttpRequest head) {
      head.setProtocolVersion(version);
    }
  }
}
