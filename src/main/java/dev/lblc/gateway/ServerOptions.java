package dev.lblc.gateway;

import dev.lblc.config.HttpLimits;
import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.net.Certificate;
import dev.lblc.gateway.net.VertxTls;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.ServerSSLOptions;
import java.util.List;

/** The Vert.x options for the servers of an HTTP listener. */
final class ServerOptions {
  private ServerOptions() {}

  /**
   * Returns the options to listen with. The PROXY protocol is not for Vert.x: {@code opening} reads its headers.
   *
   * @param isLane whether the lane serves the connections, and not Vert.x
   */
  static HttpServerOptions of(HttpSettings settings, HttpOpening opening, boolean isLane) {
    HttpLimits limits = settings.config().limits();
    HttpServerOptions options = new HttpServerOptions()
        .setMaxInitialLineLength(limits.line())
        .setMaxHeaderSize(limits.header())
        .setMaxChunkSize(Limits.CHUNK_BYTES)
        .setInitialSettings(new Http2Settings()
            .setMaxConcurrentStreams(limits.streams())
            .setMaxHeaderListSize(limits.header()))
        // HTTP/2 in clear text would also turn on the upgrade from HTTP/1.1.
        .setHttp2ClearTextEnabled(false)
        .setHandle100ContinueAutomatically(true)
        // WebSocket extensions are negotiated between client and server.
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false);
    options.setReusePort(settings.config().reusePort());
    Certificate certificate = settings.certificate();
    if (certificate != null) {
      options
          .setSsl(true)
          .setSslEngineOptions(new VertxTls(
              settings.config().proxyProtocol() ? opening::proxyHeaderReader : null,
              protocols(settings, isLane),
              opening::tlsFailed))
          .setKeyCertOptions(certificate.options())
          // What the client and the lane agree on is not for Vert.x to see: it would begin HTTP/2
          // itself.
          .setUseAlpn(!isLane)
          // Of what is not in this list Vert.x answers requests with 501.
          .setAlpnVersions(
              settings.config().http2()
                  ? List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1, HttpVersion.HTTP_1_0)
                  : List.of(HttpVersion.HTTP_1_1, HttpVersion.HTTP_1_0));
    }
    return options;
  }

  /** Returns what the lane speaks; empty: Vert.x speaks itself. */
  private static List<String> protocols(HttpSettings settings, boolean isLane) {
    if (!isLane) {
      return List.of();
    }
    return settings.config().http2()
        ? List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1)
        : List.of(ApplicationProtocolNames.HTTP_1_1);
  }

  /** Returns the part of the options that can be replaced while the servers listen. */
  static ServerSSLOptions tlsOf(HttpSettings settings, HttpOpening opening, boolean isLane) {
    ServerSSLOptions tls = of(settings, opening, isLane).getSslOptions();
    tls.setApplicationLayerProtocols(
        settings.config().http2()
            ? List.of(HttpVersion.HTTP_2.alpnName(), HttpVersion.HTTP_1_1.alpnName())
            : List.of(HttpVersion.HTTP_1_1.alpnName()));
    return tls;
  }
}
