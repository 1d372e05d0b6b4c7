package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.HeaderPlan;
import dev.lblc.gateway.http.RequestPlan;
import dev.lblc.gateway.http.lane.HeadBuffer;
import dev.lblc.gateway.http.lane.HeadFault;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Headers.PseudoHeaderName;
import io.netty.util.AsciiString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The header fields of HTTP/2, as the lane has them and as Netty has them. */
final class Fields {
  private static final AsciiString HOST = AsciiString.cached("host");
  private static final AsciiString CONNECTION = AsciiString.cached("connection");
  private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
  private static final int USUAL_COUNT = 32;

  private Fields() {}

  /** Returns whether a field says what the first line of HTTP/1.1 says. */
  static boolean isPseudo(CharSequence name) {
    return name.length() > 0 && name.charAt(0) == ':';
  }

  /**
   * Adds the fields of a message to a head, but for those that begin with a colon.
   *
   * @return null, or why it is no head
   */
  static @Nullable HeadFault read(Http2Headers from, HeadBuffer to) {
    for (Map.Entry<CharSequence, CharSequence> field : from) {
      if (!isPseudo(field.getKey())) {
        HeadFault fault = to.addField(field.getKey(), field.getValue());
        if (fault != null) {
          return fault;
        }
      }
    }
    return null;
  }

  /** Returns the fields of a request by the plan. They stand in the head, and are valid as long as it is. */
  static Http2Headers request(
      String method, String scheme, String target, HeadBuffer head, RequestPlan request) {
    HeaderPlan plan = request.headers();
    String protocol = request.upgrade();
    Http2Headers to = new DefaultHttp2Headers(false, USUAL_COUNT);
    if (protocol == null) {
      to.method(new AsciiString(method));
    } else {
      to.method(CONNECT);
      to.add(PseudoHeaderName.PROTOCOL.value(), new AsciiString(protocol));
    }
    to.scheme(scheme);
    for (int i = 0; i < plan.lines(); i++) {
      if (HOST.contentEqualsIgnoreCase(plan.name(i))) {
        to.authority(plan.value(i));
      }
    }
    to.path(new AsciiString(target));
    write(head, head.octets(), plan, to);
    return to;
  }

  /** Returns the fields of an answer by the plan, in memory of their own. */
  static Http2Headers answer(int status, HeadBuffer head, HeaderPlan plan) {
    Http2Headers to = new DefaultHttp2Headers(false, USUAL_COUNT);
    to.status(Statuses.of(status));
    write(head, head.copy(), plan, to);
    return to;
  }

  /** Returns trailers by the plan, in memory of their own. */
  static Http2Headers trailers(HeadBuffer head, HeaderPlan plan) {
    Http2Headers to = new DefaultHttp2Headers(false, USUAL_COUNT);
    write(head, head.copy(), plan, to);
    return to;
  }

  private static void write(HeadBuffer head, byte[] octets, HeaderPlan plan, Http2Headers to) {
    for (int i = 0; i < head.count(); i++) {
      AsciiString name = head.nameAt(i, octets);
      if (!plan.drops(name)) {
        to.add(name.toLowerCase(), head.valueAt(i, octets));
      }
    }
    for (int i = 0; i < plan.lines(); i++) {
      CharSequence name = plan.name(i);
      if (!HOST.contentEqualsIgnoreCase(name) && !CONNECTION.contentEqualsIgnoreCase(name)) {
        to.add(AsciiString.of(name).toLowerCase(), AsciiString.of(plan.value(i)));
      }
    }
  }
}
