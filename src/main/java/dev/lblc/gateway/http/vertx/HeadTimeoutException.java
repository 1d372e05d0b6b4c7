package dev.lblc.gateway.http.vertx;

import io.netty.handler.codec.DecoderException;

/** A head of a request that was not complete within the listener's time limit. */
final class HeadTimeoutException extends DecoderException {
  private static final long serialVersionUID = 1;

  HeadTimeoutException() {
    super("the head of a request took too long");
  }
}
