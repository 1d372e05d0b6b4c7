package dev.lblc.gateway;

import dev.lblc.config.ListenerConfig;
import dev.lblc.config.TlsConfig;
import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.net.ProxyCodec;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import java.time.Duration;
import java.util.List;

/** Vert.x's options for a listener. */
final class ServerOptions {
  private static final int STREAMS_PER_CONNECTION = 100;

  private ServerOptions() {}

  /**
   * The options.
   *
   * @param idle a connection is closed after so long without a byte; longer than any wait for a response
   * @throws IllegalStateException if the PROXY protocol is asked for and its codec is not on the class path: Vert.x would
   *     take the header for a request
   */
  static HttpServerOptions of(ListenerConfig config, Duration idle) {
    HttpServerOptions options = new HttpServerOptions()
        .setIdleTimeout(Math.toIntExact(idle.toSeconds()))
        .setMaxInitialLineLength(Limits.LINE_BYTES)
        .setMaxHeaderSize(Limits.HEADER_BYTES)
        .setMaxChunkSize(Limits.CHUNK_BYTES)
        .setInitialSettings(new Http2Settings()
            .setMaxConcurrentStreams(STREAMS_PER_CONNECTION)
            .setMaxHeaderListSize(Limits.HEADER_BYTES))
        // In clear text HTTP/2 would bring the upgrade from HTTP/1.1 with it.
        .setHttp2ClearTextEnabled(false)
        .setHandle100ContinueAutomatically(true)
        // WebSocket extensions are negotiated between client and server.
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false);
    TlsConfig tls = config.tls();
    if (tls != null) {
      options
          .setSsl(true)
          .setSni(true)
          .setKeyCertOptions(new PemKeyCertOptions()
              .addCertPath(tls.certificate().toString())
              .addKeyPath(tls.key().toString()))
          .setUseAlpn(true)
          .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1));
    }
    if (config.proxyProtocol()) {
      ProxyCodec.require(config.name());
      options.setUseProxyProtocol(true);
    }
    return options;
  }
}
