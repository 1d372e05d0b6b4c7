package dev.lblc.gateway.tcp;

import dev.lblc.plugin.Lease;
import dev.lblc.tls.UpstreamTls;
import dev.lblc.tls.UpstreamTlsException;
import dev.lblc.tls.UpstreamTlsFailure;
import io.netty.channel.Channel;

/**
 * The TLS of one connection to a server, whose handshake is complete on this side: with TLS 1.3 the server may yet refuse it, and tells
 * otherwise only by what it sends. Confined to the event loop.
 */
final class TlsToServer {
  private final UpstreamTls tls;
  private final Lease lease;
  private final Channel channel;
  private final boolean mayRefuse;

  /** What had come from the server when it was told of the client's end; negative: it was not. */
  private long receivedBeforeEnd = -1;

  /** Notes on the lease that the server took the connection, if that is sure. */
  TlsToServer(UpstreamTls tls, Lease lease, Channel channel) {
    this.tls = tls;
    this.lease = lease;
    this.channel = channel;
    this.mayRefuse = UpstreamTls.mayRefuseLate(channel);
    if (!mayRefuse) {
      lease.connected();
    }
  }

  /**
   * Returns why the session ends.
   *
   * @param cause what has failed
   * @param received bytes from the server
   */
  TcpFailure failed(Throwable cause, long received) {
    if (!mayRefuse || received > 0 || !UpstreamTlsFailure.isLateRefusal(cause)) {
      return TcpFailure.SERVER_TLS_FAILED;
    }
    lease.connectFailed();
    tls.failed(lease.server().id(), new UpstreamTlsException(UpstreamTlsFailure.REFUSED, cause));
    return TcpFailure.TLS_REFUSED;
  }

  /** Notes that the server is told that the client sends no more; {@code received}: bytes from the server until now. */
  void clientEnded(long received) {
    receivedBeforeEnd = received;
  }

  /**
   * Returns whether the server may end its connection without saying that this was all. Many servers, nginx among them, answer so when a
   * client ends its TLS first, if they have nothing more to send. Whatever else comes from a server may have been cut by anybody on the
   * way.
   *
   * @param received bytes from the server
   */
  boolean mayEndBluntly(long received) {
    return received == receivedBeforeEnd && !UpstreamTls.endsWithinRecord(channel);
  }

  /** Notes that the session is over, and so whether the server had taken the connection. */
  void ended(long received) {
    if (mayRefuse && received > 0) {
      lease.connected();
    }
  }
}
