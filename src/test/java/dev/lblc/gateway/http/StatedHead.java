package dev.lblc.gateway.http;

import dev.lblc.gateway.net.ClientCertificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The head of a request that a test states: a GET of /, to port 80. */
class StatedHead implements RequestHead, ListedHeaders {
  final Protocol protocol;
  String peer;
  boolean isEncrypted;
  String method = "GET";
  String target = "/";
  boolean hasMoreFrames;

  @Nullable
  ClientCertificate certificate;

  private List<String> lines = List.of();

  StatedHead(Protocol protocol, String peer) {
    this.protocol = protocol;
    this.peer = peer;
  }

  StatedHead lines(List<String> stated) {
    lines = stated;
    return this;
  }

  @Override
  public List<String> lines() {
    return lines;
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
  public @Nullable String tlsVersion() {
    return null;
  }

  @Override
  public @Nullable ClientCertificate clientCertificate() {
    return certificate;
  }
}
