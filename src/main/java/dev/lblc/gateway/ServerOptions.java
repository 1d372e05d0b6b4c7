package dev.lblc.gateway;

import dev.lblc.config.HttpLimits;
import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.net.ServerTls;
import dev.lblc.gateway.net.VertxTls;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.tracing.TracingPolicy;
import java.util.Objects;
import java.util.function.Supplier;

/** The Vert.x options for the servers of an HTTP listener. */
final class ServerOptions {
  private ServerOptions() {}

  /**
   * Returns the options to listen with, and to have the TLS of {@code current} for each connection. The PROXY protocol is not for Vert.x:
   * {@code opening} reads its headers.
   *
   * @param isLane whether the lane serves the connections, and not Vert.x
   */
  static HttpServerOptions of(Supplier<HttpSettings> current, HttpOpening opening, boolean isLane) {
    HttpSettings settings = current.get();
    HttpLimits limits = settings.config().limits();
    HttpServerOptions options = new HttpServerOptions()
        .setMaxInitialLineLength(limits.line())
        .setMaxHeaderSize(limits.header())
        .setMaxChunkSize(Limits.CHUNK_BYTES)
        .setInitialSettings(new Http2Settings()
            .setMaxConcurrentStreams(limits.streams())
            .setInitialWindowSize(Limits.WAITING_BYTES)
            .setMaxHeaderListSize(limits.header()))
        // Twice what may wait, for Vert.x refills it at a half, of which that counts as not taken.
        .setHttp2ConnectionWindowSize(Limits.window(2 * limits.streams()))
        // HTTP/2 in clear text would also turn on the upgrade from HTTP/1.1.
        .setHttp2ClearTextEnabled(false)
        .setTracingPolicy(TracingPolicy.IGNORE) // the exchanges tell the tracer themselves
        .setHandle100ContinueAutomatically(true)
        // WebSocket extensions are negotiated between client and server.
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false);
    options.setReusePort(settings.config().reusePort());
    ServerTls tls = settings.tls();
    if (tls != null) {
      options
          .setSsl(true)
          .setSslEngineOptions(new VertxTls(
              () -> Objects.requireNonNull(
                  current.get().tls(), "a listener keeps TLS as long as it is open"),
              settings.config().proxyProtocol() ? opening::proxyHeaderReader : null,
              opening::tlsFailed))
          .setKeyCertOptions(tls.options())
          // What the client and the lane agree on is not for Vert.x to see: it would begin HTTP/2
          // itself.
          .setUseAlpn(!isLane)
          .setAlpnVersions(HttpSettings.VERSIONS);
    }
    return options;
  }
}
