package dev.lblc.gateway.http;

import dev.lblc.gateway.route.AddressBlocks;
import dev.lblc.gateway.route.AsciiCase;
import dev.lblc.gateway.route.BadRequestException;
import dev.lblc.gateway.route.ClientAddress;
import dev.lblc.gateway.route.HostName;
import dev.lblc.gateway.route.RequestFacts;
import dev.lblc.gateway.route.RequestTarget;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The facts of a request that came in. Confined to the request's event loop; values that cost are made when asked for. */
final class InboundFacts implements RequestFacts {
  private final HttpServerRequest request;
  private final HttpConnection connection;
  private final AddressBlocks trustedPeers;
  private final RequestTarget target;
  private final @Nullable String authority;
  private final String host;
  private final String peer;
  private final boolean peerTrusted;

  /** Reads them; throws {@link BadRequestException} if the request could be read in more than one way. */
  InboundFacts(HttpServerRequest request, AddressBlocks trustedPeers) {
    this.request = request;
    this.connection = request.connection();
    this.trustedPeers = trustedPeers;
    this.target = RequestTarget.parse(request.uri());
    this.authority = target.authority() != null ? target.authority() : authorityOf(request);
    this.host = authority == null ? "" : HostName.of(authority);
    this.peer = peerOf(connection);
    this.peerTrusted = trustedPeers.contains(peer);
  }

  /** The address at the other end of a connection, or what the PROXY protocol says it was. */
  static String peerOf(HttpConnection connection) {
    return hostOf(connection.remoteAddress());
  }

  RequestTarget target() {
    return target;
  }

  /** Host and port as the client sent them; null: not at all. */
  @Nullable
  String authority() {
    return authority;
  }

  String peer() {
    return peer;
  }

  boolean peerTrusted() {
    return peerTrusted;
  }

  String scheme() {
    return connection.isSsl() ? "https" : "http";
  }

  @Override
  public String host() {
    return host;
  }

  @Override
  public String path() {
    return target.path();
  }

  @Override
  public String pathWithoutParameters() {
    return target.pathWithoutParameters();
  }

  @Override
  public @Nullable String query() {
    return target.query();
  }

  @Override
  public String method() {
    return request.method().name();
  }

  @Override
  public @Nullable String header(String name) {
    return request.headers().get(name);
  }

  @Override
  public List<String> headers(String name) {
    return request.headers().getAll(name);
  }

  @Override
  public String clientIp() {
    return peerTrusted ? ClientAddress.of(peer, headers("x-forwarded-for"), trustedPeers) : peer;
  }

  @Override
  public String localIp() {
    return hostOf(connection.localAddress());
  }

  @Override
  public int localPort() {
    SocketAddress local = connection.localAddress();
    return local == null ? 0 : local.port();
  }

  @Override
  public @Nullable String sni() {
    String name = connection.indicatedServerName();
    return name == null ? null : AsciiCase.lower(name);
  }

  private static String hostOf(@Nullable SocketAddress address) {
    if (address == null) {
      return "";
    }
    String host = address.hostAddress();
    return host != null ? host : "";
  }

  private static @Nullable String authorityOf(HttpServerRequest request) {
    if (request.version() == HttpVersion.HTTP_2) {
      HostAndPort real = request.authority(true);
      HostAndPort authority = real != null ? real : request.authority();
      return authority == null
          ? null
          : authority.port() < 0 ? authority.host() : authority.host() + ":" + authority.port();
    }
    List<String> hosts = request.headers().getAll(HttpHeaders.HOST);
    if (hosts.size() > 1) {
      throw new BadRequestException("more than one Host header");
    }
    return hosts.isEmpty() ? null : hosts.get(0);
  }
}
