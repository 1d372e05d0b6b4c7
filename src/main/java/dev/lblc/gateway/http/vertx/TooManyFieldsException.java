package dev.lblc.gateway.http.vertx;

import io.netty.handler.codec.TooLongFrameException;

/** A head with more header fields than the listener takes. */
final class TooManyFieldsException extends TooLongFrameException {
  private static final long serialVersionUID = 1;

  TooManyFieldsException(int most) {
    super("more than " + most + " header fields");
  }
}
