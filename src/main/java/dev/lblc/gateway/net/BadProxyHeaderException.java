package dev.lblc.gateway.net;

import io.netty.handler.codec.DecoderException;

/** What should be a header of the PROXY protocol and is not; the message says what is wrong with it. */
public final class BadProxyHeaderException extends DecoderException {
  private static final long serialVersionUID = 1;

  BadProxyHeaderException(String message) {
    super(message);
  }
}
