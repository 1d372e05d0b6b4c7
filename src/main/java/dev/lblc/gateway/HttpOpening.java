package dev.lblc.gateway;

import dev.lblc.gateway.count.ExchangeCounts;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.HttpCounts;
import dev.lblc.gateway.http.RefusedFacts;
import dev.lblc.gateway.http.vertx.Connections;
import dev.lblc.gateway.log.AccessLog;
import dev.lblc.gateway.net.BadProxyHeaderException;
import dev.lblc.gateway.net.ClearTextException;
import dev.lblc.gateway.net.ProxyHeader;
import dev.lblc.gateway.net.ProxyHeaderReader;
import dev.lblc.gateway.net.Refusals;
import dev.lblc.gateway.net.TlsFailures;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes before HTTP on the connections of a listener: the PROXY header, and clients that do not speak TLS where it is due. May be
 * used from any thread.
 */
final class HttpOpening implements ProxyHeaderReader.Outcome {
  private static final Logger LOG = LoggerFactory.getLogger(HttpOpening.class);

  /** As long as the TLS handshake. */
  private static final long HEADER_MILLIS = 10_000;

  private final Supplier<@Nullable AccessLog> accessLog;
  private final ExchangeCounts counts;
  private final Refusals.OfListener refusals;
  private final Supplier<TlsFailures.OfListener> tlsFailures;

  /**
   * Creates it for a listener.
   *
   * @param accessLog gives the access log of the moment; null: none
   * @param counts counts how their connections end
   * @param refusals counts the connections that are refused
   * @param tlsFailures gives the counters of those on which no TLS came about
   */
  HttpOpening(
      Supplier<@Nullable AccessLog> accessLog,
      ExchangeCounts counts,
      Refusals.OfListener refusals,
      Supplier<TlsFailures.OfListener> tlsFailures) {
    this.accessLog = accessLog;
    this.counts = counts;
    this.refusals = refusals;
    this.tlsFailures = tlsFailures;
  }

  /** Returns the first handler of a connection that starts with a PROXY header. */
  ChannelHandler proxyHeaderReader() {
    return new ProxyHeaderReader(this, HEADER_MILLIS);
  }

  @Override
  public void headerRead(ChannelHandlerContext context, ProxyHeader header) {
    Connections.tell(context.channel(), header);
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
  public void headerRefused(ChannelHandlerContext context, BadProxyHeaderException why) {
    LOG.debug("a connection does not start with a PROXY header: it is closed", why);
    refusals.add(Refusals.Reason.BAD_PROXY_HEADER);
    refused(context.channel(), Failure.BAD_PROXY_HEADER);
    context.close();
  }

  /** Has the counters of TLS at zero, so that they are there before the first failure. */
  void countTlsFailures() {
    TlsFailures.OfListener unused = tlsFailures.get();
  }

  /** Handles a connection on which no TLS came about. */
  void tlsFailed(Channel channel, Throwable cause) {
    tlsFailures.get().add(Connections.clientIp(channel), cause);
  }

  /** Handles the failure of a connection that has no request yet. */
  void failed(Throwable cause) {
    LOG.debug("a connection failed before its first request", cause);
    if (cause instanceof ClearTextException clear) {
      refused(clear.channel(), Failure.CLEAR_TEXT);
    }
  }

  private void refused(Channel channel, Failure why) {
    HttpCounts.refused(counts, why);
    AccessLog log = accessLog.get();
    if (log != null) {
      log.write(new RefusedFacts(Connections.clientIp(channel), why));
    }
  }
}
