package dev.lblc.gateway.net;

import io.netty.channel.Channel;
import javax.net.ssl.SSLException;

/** A client that spoke HTTP in clear text where TLS is due; it was told so. */
public final class ClearTextException extends SSLException {
  private static final long serialVersionUID = 1;

  private final transient Channel channel;

  ClearTextException(Channel channel) {
    super("HTTP in clear text on a TLS port");
    this.channel = channel;
  }

  /** Returns the client's connection. */
  public Channel channel() {
    return channel;
  }
}
