package dev.lblc.health;

import dev.lblc.config.Authority;
import dev.lblc.config.HealthConfig;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.tls.UpstreamTls;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What the checks of one service have in common: what is sent, over what, and what it is called in messages.
 *
 * <p>With the TLS of a service certificates are verified as for its requests, which would fail, too. Without, a check asks whether a
 * server answers, not who it is, and nothing but up or down follows from what it says.
 */
final class CheckRequest {
  /** The limits of answers, which traffic has, too. */
  private static final int MOST_LINE = 8 << 10;

  private static final int MOST_HEAD = 64 << 10;
  private static final int CHUNK = 8 << 10;

  private final HealthConfig.Active config;
  private final @Nullable UpstreamTls ofService;
  private final @Nullable SslContext unverified;

  /**
   * Creates what the checks have in common.
   *
   * @param tls of the service; null: it has none, or {@code config} does not want it
   */
  CheckRequest(HealthConfig.Active config, @Nullable UpstreamTls tls) {
    this.config = config;
    this.ofService = config.tls() ? tls : null;
    this.unverified = config.tls() && tls == null ? unverified() : null;
  }

  HealthConfig.@Nullable Http http() {
    return config.http();
  }

  boolean isTls() {
    return config.tls();
  }

  /** Returns the port that is checked of a server. */
  int port(int ofServer) {
    return config.port() == 0 ? ofServer : config.port();
  }

  /** Adds the handlers of a connection to a server, {@code last} behind them. */
  void addHandlers(ChannelPipeline pipeline, ServerSpec server, ChannelHandler last) {
    ByteBufAllocator allocator = pipeline.channel().alloc();
    if (ofService != null) {
      pipeline.addLast(ofService.handler(allocator, server.host(), server.port()));
    } else if (unverified != null) {
      pipeline.addLast(
          unverified.newHandler(allocator, serverName(server.host()), port(server.port())));
    }
    if (config.http() != null) {
      pipeline.addLast(new HttpClientCodec(
          new HttpDecoderConfig()
              .setMaxInitialLineLength(MOST_LINE)
              .setMaxHeaderSize(MOST_HEAD)
              .setMaxChunkSize(CHUNK),
          false,
          false));
    }
    pipeline.addLast(last);
  }

  /** Returns the request to a server. */
  FullHttpRequest message(HealthConfig.Http http, String host, int port) {
    HttpMethod method = HttpMethod.valueOf(http.method());
    FullHttpRequest request = new DefaultFullHttpRequest(
        HttpVersion.HTTP_1_1, method, http.path(), Unpooled.EMPTY_BUFFER);
    String named = http.host();
    request.headers().set(HttpHeaderNames.HOST, named == null ? Authority.of(host, port) : named);
    request.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    http.headers().forEach((name, value) -> request.headers().set(name, value));
    if (method.equals(HttpMethod.POST)
        || method.equals(HttpMethod.PUT)
        || method.equals(HttpMethod.PATCH)) {
      request.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
    }
    return request;
  }

  /** Returns what is done to a server, in words. */
  String text(String host, int port) {
    String at = Authority.of(host, port);
    HealthConfig.Http http = config.http();
    return http != null
        ? http.method() + " " + (isTls() ? "https://" : "http://") + at + http.path()
        : (isTls() ? "TLS handshake with " : "connect ") + at;
  }

  /** Returns the name that the server is asked for: of the Host header, if there is one. */
  private String serverName(String host) {
    HealthConfig.Http http = config.http();
    String named = http == null ? null : http.host();
    if (named == null) {
      return host;
    }
    int colon = named.indexOf(':');
    return colon < 0 ? named : named.substring(0, colon);
  }

  private static SslContext unverified() {
    try {
      return SslContextBuilder.forClient()
          .sslProvider(SslProvider.JDK)
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .endpointIdentificationAlgorithm(null)
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException("no TLS for health checks", e);
    }
  }
}
