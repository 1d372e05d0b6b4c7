package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.KnownHost;
import dev.lblc.gateway.net.ConnectionFacts;
import io.vertx.core.http.HttpConnection;
import org.jspecify.annotations.Nullable;

/** The facts of a client's connection, which are the same for all its streams. Confined to its event loop. */
final class ClientFacts {
  private final HttpConnection connection;
  private @Nullable KnownHost asked;
  private @Nullable String peer;
  private @Nullable String localIp;

  ClientFacts(HttpConnection connection) {
    this.connection = connection;
  }

  /** Returns the host that the last request has asked; null: there was none. */
  @Nullable
  KnownHost asked() {
    return asked;
  }

  void asked(KnownHost host) {
    asked = host;
  }

  boolean isEncrypted() {
    return connection.isSsl();
  }

  String peer() {
    String known = peer;
    if (known == null) {
      known = ConnectionFacts.host(connection.remoteAddress());
      peer = known;
    }
    return known;
  }

  String localIp() {
    String known = localIp;
    if (known == null) {
      known = ConnectionFacts.host(connection.localAddress());
      localIp = known;
    }
    return known;
  }

  int localPort() {
    return ConnectionFacts.port(connection.localAddress());
  }

  @Nullable
  String serverName() {
    return connection.indicatedServerName();
  }
}
