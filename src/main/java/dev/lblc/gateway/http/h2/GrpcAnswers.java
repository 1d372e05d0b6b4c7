package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.Answer;
import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.GrpcStatus;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The gateway's own answers to calls of gRPC, whose clients look at trailers and at no status of HTTP. */
final class GrpcAnswers {
  private static final AsciiString STATUS = AsciiString.cached("grpc-status");
  private static final AsciiString MESSAGE = AsciiString.cached("grpc-message");
  private static final AsciiString TYPE = AsciiString.cached("content-type");
  private static final AsciiString GRPC = AsciiString.cached("application/grpc");
  private static final int OK = 200;

  private GrpcAnswers() {}

  /** Returns an answer that has nothing but a head. */
  static Http2Headers head(Answer own) {
    Http2Headers headers =
        new DefaultHttp2Headers(false).status(Statuses.of(OK)).add(TYPE, GRPC);
    return add(own.status(), own.text(), headers);
  }

  /** Returns the trailers that end a call that has failed in mid-answer. */
  static Http2Headers trailers(Exchange<?> failed) {
    Failure why = failed.failure();
    return why == null
        ? add(Failure.INTERNAL.status(), null, new DefaultHttp2Headers(false))
        : add(why.status(), why.reason(), new DefaultHttp2Headers(false));
  }

  private static Http2Headers add(int status, @Nullable String text, Http2Headers to) {
    to.add(STATUS, Integer.toString(GrpcStatus.of(status)));
    if (text != null) {
      to.add(MESSAGE, encoded(text.trim()));
    }
    return to;
  }

  /** Encodes what no message may have, octet by octet. */
  private static String encoded(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || c == '%') {
        encoded.append(String.format(Locale.ROOT, "%%%02X", c & 0xff));
      } else {
        encoded.append(c);
      }
    }
    return encoded.toString();
  }
}
