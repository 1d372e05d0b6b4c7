package dev.lblc.gateway.tcp;

import dev.lblc.config.TcpListenerConfig;
import dev.lblc.gateway.net.AccessLine;
import dev.lblc.gateway.net.ConnectionFacts;
import dev.lblc.gateway.net.Sockets;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;

/** The access log of TCP: a line for each connection, in the columns of a request's. May be used from any thread. */
final class TcpAccessLog {
  private TcpAccessLog() {}

  static boolean isOn(TcpListenerConfig listener) {
    return listener.accessLog() && AccessLine.isOn();
  }

  /** Begins a line: client, protocol, port; to be added are bytes received, bytes sent and so on. */
  static AccessLine line(TcpListenerConfig listener, String client, int port) {
    return new AccessLine()
        .text(client)
        .text(listener.tls() == null ? "TCP" : "TLS")
        .text(":" + port)
        .text(null);
  }

  /** Logs a connection that was closed as soon as it was accepted. */
  static void refused(TcpListenerConfig listener, Channel channel, TcpFailure why) {
    if (isOn(listener)) {
      String client = ConnectionFacts.ip((InetSocketAddress) channel.remoteAddress());
      line(listener, client, Sockets.localPort(channel))
          .number(0)
          .number(0)
          .millis(0)
          .text(null)
          .text(null)
          .text(null)
          .end(why.reason());
    }
  }
}
