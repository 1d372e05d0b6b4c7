package dev.lblc.gateway.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The head of a request that a test states: a GET of /, to port 80. */
class StatedHead implements RequestHead {
  final Protocol protocol;
  String peer;
  boolean isEncrypted;
  String method = "GET";
  String target = "/";
  boolean hasMoreFrames;
  private ListedHeaders headers = new ListedHeaders(List.of());

  StatedHead(Protocol protocol, String peer) {
    this.protocol = protocol;
    this.peer = peer;
  }

  StatedHead lines(List<String> lines) {
    headers = new ListedHeaders(lines);
    return this;
  }

  @Override
  public Protocol protocol() {
    return protocol;
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String target() {
    return target;
  }

  @Override
  public @Nullable String authority() {
    return protocol == Protocol.HTTP_2 ? "real" : null;
  }

  @Override
  public KnownHost asked() {
    return KnownHost.of(this);
  }

  @Override
  public boolean hasMoreFrames() {
    return hasMoreFrames;
  }

  @Override
  public boolean isEncrypted() {
    return isEncrypted;
  }

  @Override
  public String peer() {
    return peer;
  }

  @Override
  public String localIp() {
    return "192.0.2.80";
  }

  @Override
  public int localPort() {
    return 80;
  }

  @Override
  public @Nullable String serverName() {
    return null;
  }

  @Override
  public @Nullable String header(CharSequence name) {
    return headers.header(name);
  }

  @Override
  public List<String> headers(CharSequence name) {
    return headers.headers(name);
  }

  @Override
  public boolean hasHeader(CharSequence name) {
    return headers.hasHeader(name);
  }
}
