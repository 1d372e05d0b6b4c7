package dev.lblc.health;

import dev.lblc.config.Authority;
import dev.lblc.config.HealthConfig;
import dev.lblc.config.StatusRange;
import dev.lblc.discovery.Dial;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.tls.UpstreamTls;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.Map;
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

  /** The status of HTTP of every answer of gRPC. */
  private static final HealthConfig.Http GRPC =
      new HealthConfig.Http("", "POST", null, Map.of(), List.of(new StatusRange(200, 200)), null);

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
    this.ofService = !config.tls() || tls == null
        ? null
        : config.isHttp2() ? tls.offering(List.of(ApplicationProtocolNames.HTTP_2)) : tls;
    this.unverified = config.tls() && tls == null ? unverified(config.isHttp2()) : null;
  }

  /** Returns what the answer has to be; null: no HTTP is asked for. */
  HealthConfig.@Nullable Http http() {
    return config.grpc() == null ? config.http() : GRPC;
  }

  /** Returns whether the answer is one of the health protocol of gRPC. */
  boolean isGrpc() {
    return config.grpc() != null;
  }

  boolean isHttp2() {
    return config.isHttp2();
  }

  boolean isTls() {
    return config.tls();
  }

  /** Returns the port that is checked of a server. */
  int port(int ofServer) {
    return config.port() == 0 ? ofServer : config.port();
  }

  /** Returns the handshake that is a part of connecting, as it is for requests; null: there is none. */
  Dial.@Nullable Handshake handshake(ServerSpec server) {
    return ofService == null ? null : ofService.handshake(server.host(), server.port());
  }

  /** Returns whether the handlers of a connection begin with a handshake: with TLS, unless it was made before. */
  boolean beginsWithHandshake() {
    return unverified != null;
  }

  /** Adds the handlers of a connection to a server, {@code last} behind them. */
  void addHandlers(ChannelPipeline pipeline, ServerSpec server, ChannelHandler last) {
    if (unverified != null) {
      pipeline.addLast(unverified.newHandler(
          pipeline.channel().alloc(), serverName(server.host()), port(server.port())));
    }
    if (http() != null) {
      pipeline.addLast(new AnswerVersion(config.isHttp2(), isGrpc()));
    }
    if (config.isHttp2()) {
      addHttp2(pipeline);
    } else if (config.http() != null) {
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

  private static void addHttp2(ChannelPipeline pipeline) {
    Http2FrameCodecBuilder codec = Http2FrameCodecBuilder.forClient()
        .initialSettings(new Http2Settings().pushEnabled(false).maxHeaderListSize(MOST_HEAD));
    codec.decoupleCloseAndGoAway(true); // a check that is over waits for nothing
    pipeline.addLast(codec.build()).addLast(new Http2MultiplexHandler(new Refusing()));
  }

  /** What a server would open if it were allowed to. */
  @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for its end
  private static final class Refusing extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel stream) {
      stream.close();
    }
  }

  /** Opens the stream of a check on a connection of HTTP/2, with {@code last} behind its handlers. */
  static Future<Http2StreamChannel> open(Channel connection, ChannelHandler last) {
    return new Http2StreamChannelBootstrap(connection)
        .handler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel stream) {
            stream.pipeline().addLast(new Http2StreamFrameToHttpObjectCodec(false), last);
          }
        })
        .open();
  }

  /** Returns the request to a server. */
  FullHttpRequest message(HealthConfig.Http http, String host, int port) {
    String service = config.grpc();
    return service == null
        ? ofHttp(http, host, port)
        : GrpcHealth.request(service, Authority.of(host, port));
  }

  private static FullHttpRequest ofHttp(HealthConfig.Http http, String host, int port) {
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
    String service = config.grpc();
    if (service != null) {
      return "gRPC health of " + (service.isEmpty() ? "" : service + " at ") + at;
    }
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

  private static SslContext unverified(boolean isHttp2) {
    try {
      SslContextBuilder builder = SslContextBuilder.forClient()
          .sslProvider(SslProvider.JDK)
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .endpointIdentificationAlgorithm(null);
      if (isHttp2) {
        builder.applicationProtocolConfig(new ApplicationProtocolConfig(
            ApplicationProtocolConfig.Protocol.ALPN,
            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
            ApplicationProtocolNames.HTTP_2));
      }
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalStateException("no TLS for health checks", e);
    }
  }
}
