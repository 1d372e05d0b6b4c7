package dev.lblc.gateway.http.vertx;

import dev.lblc.gateway.http.KnownHost;
import dev.lblc.gateway.http.Protocol;
import dev.lblc.gateway.http.RequestHead;
import dev.lblc.gateway.http.UnreadableLine;
import dev.lblc.gateway.net.ClientCertificate;
import dev.lblc.gateway.net.ConnectionFacts;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The head of a request as Vert.x has read it, or the first line of one that could not be read. */
final class InboundHead implements RequestHead, MapView {
  private final HttpServerRequest request;
  private final HttpConnection connection;
  private final @Nullable UnreadableLine unreadable;

  /** Creates the head of a request; {@code unreadable} is the first line of one that could not be read, else null. */
  InboundHead(HttpServerRequest request, @Nullable UnreadableLine unreadable) {
    this.request = request;
    this.connection = request.connection();
    this.unreadable = unreadable;
  }

  @Override
  public Protocol protocol() {
    if (unreadable != null) {
      return unreadable.protocol();
    }
    HttpVersion version = request.version();
    return version == HttpVersion.HTTP_2
        ? Protocol.HTTP_2
        : version == HttpVersion.HTTP_1_0 ? Protocol.HTTP_1_0 : Protocol.HTTP_1_1;
  }

  @Override
  public String method() {
    return unreadable == null ? request.method().name() : unreadable.method();
  }

  @Override
  public String target() {
    return unreadable == null ? request.uri() : unreadable.target();
  }

  @Override
  public @Nullable String authority() {
    HostAndPort real = request.authority(true);
    HostAndPort authority = real != null ? real : request.authority();
    return authority == null
        ? null
        : authority.port() <= 0 ? authority.host() : authority.host() + ":" + authority.port();
  }

  @Override
  public KnownHost asked() {
    return KnownHost.of(this);
  }

  @Override
  public boolean hasMoreFrames() {
    return Connections.hasBody(request);
  }

  @Override
  public boolean isEncrypted() {
    return connection.isSsl();
  }

  @Override
  public String peer() {
    return ConnectionFacts.host(connection.remoteAddress());
  }

  @Override
  public String localIp() {
    return ConnectionFacts.host(connection.localAddress());
  }

  @Override
  public int localPort() {
    return ConnectionFacts.port(connection.localAddress());
  }

  @Override
  public @Nullable String serverName() {
    return connection.indicatedServerName();
  }

  @Override
  public @Nullable String tlsVersion() {
    SSLSession session = connection.isSsl() ? connection.sslSession() : null;
    return session == null ? null : session.getProtocol();
  }

  @Override
  public @Nullable ClientCertificate clientCertificate() {
    return connection.isSsl() ? Connections.clientCertificate(connection) : null;
  }

  @Override
  public MultiMap map() {
    return request.headers();
  }
}
