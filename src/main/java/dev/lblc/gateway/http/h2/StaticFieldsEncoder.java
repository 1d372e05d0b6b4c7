package dev.lblc.gateway.http.h2;

import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;

/**
 * The encoder of header fields that refers to the fixed table of HPACK only. It keeps nothing of what it has encoded, so that fields
 * may stand in buffers that are used again, and an idle connection costs no table; as with nginx and HAProxy.
 */
final class StaticFieldsEncoder extends DefaultHttp2HeadersEncoder {
  StaticFieldsEncoder() {
    try {
      super.maxHeaderTableSize(0);
    } catch (Http2Exception e) {
      throw new IllegalStateException("no table is a valid size of one", e);
    }
  }

  /** Takes what the peer allows, which need not be used. */
  @Override
  public void maxHeaderTableSize(long allowed) {}
}
