package dev.lblc.gateway;

import dev.lblc.config.HttpLimits;
import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.net.Certificate;
import dev.lblc.gateway.net.ProxyCodec;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.ServerSSLOptions;
import java.util.List;

/** The Vert.x options for the servers of an HTTP listener. */
final class ServerOptions {
  private static final int STREAMS_PER_CONNECTION = 100;

  private ServerOptions() {}

  /** Throws an {@link IllegalStateException} if the listener uses the PROXY protocol and its codec is not on the class path. */
  static void check(HttpSettings settings) {
    if (settings.config().proxyProtocol()) {
      ProxyCodec.require(
          settings.config().name()); // else Vert.x would take the header for a request
    }
  }

  /** Returns the options to listen with. */
  static HttpServerOptions of(HttpSettings settings) {
    HttpLimits limits = settings.config().limits();
    HttpServerOptions options = new HttpServerOptions()
        .setMaxInitialLineLength(limits.line())
        .setMaxHeaderSize(limits.header())
        .setMaxChunkSize(Limits.CHUNK_BYTES)
        .setInitialSettings(new Http2Settings()
            .setMaxConcurrentStreams(STREAMS_PER_CONNECTION)
            .setMaxHeaderListSize(limits.header()))
        // HTTP/2 in clear text would also turn on the upgrade from HTTP/1.1.
        .setHttp2ClearTextEnabled(false)
        .setHandle100ContinueAutomatically(true)
        // WebSocket extensions are negotiated between client and server.
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setUseProxyProtocol(settings.config().proxyProtocol());
    Certificate certificate = settings.certificate();
    if (certificate != null) {
      options
          .setSsl(true)
          .setSni(true)
          .setKeyCertOptions(certificate.options())
          .setUseAlpn(true)
          .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1));
    }
    return options;
  }

  /** Returns the part of the options that can be replaced while the servers listen. */
  static ServerSSLOptions tlsOf(HttpSettings settings) {
    ServerSSLOptions tls = of(settings).getSslOptions();
    tls.setApplicationLayerProtocols(
        List.of(HttpVersion.HTTP_2.alpnName(), HttpVersion.HTTP_1_1.alpnName()));
    return tls;
  }
}
