package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.KnownHost;
import dev.lblc.gateway.http.RequestHead;
import dev.lblc.gateway.net.ClientCertificate;
import dev.lblc.gateway.net.ConnectionFacts;
import io.vertx.core.http.HttpConnection;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The facts of a client's connection, which are the same for all its requests. Confined to its event loop. */
public final class ClientFacts {
  private final HttpConnection connection;
  private @Nullable KnownHost asked;
  private @Nullable String peer;
  private @Nullable String localIp;
  private @Nullable ClientCertificate clientCertificate;
  private boolean isClientKnown;

  public ClientFacts(HttpConnection connection) {
    this.connection = connection;
  }

  /** Returns the host that the last request has asked; null: there was none. */
  public @Nullable KnownHost asked() {
    return asked;
  }

  /** Notes the host that the present request asks. */
  public void asked(KnownHost host) {
    asked = host;
  }

  /** As {@link RequestHead#isEncrypted}. */
  public boolean isEncrypted() {
    return connection.isSsl();
  }

  /** As {@link RequestHead#peer}. */
  public String peer() {
    String known = peer;
    if (known == null) {
      known = ConnectionFacts.host(connection.remoteAddress());
      peer = known;
    }
    return known;
  }

  /** As {@link RequestHead#localIp}. */
  public String localIp() {
    String known = localIp;
    if (known == null) {
      known = ConnectionFacts.host(connection.localAddress());
      localIp = known;
    }
    return known;
  }

  /** As {@link RequestHead#localPort}. */
  public int localPort() {
    return ConnectionFacts.port(connection.localAddress());
  }

  /** As {@link RequestHead#serverName}. */
  public @Nullable String serverName() {
    return connection.indicatedServerName();
  }

  /** As {@link RequestHead#tlsVersion}. */
  public @Nullable String tlsVersion() {
    SSLSession session = isEncrypted() ? connection.sslSession() : null;
    return session == null ? null : session.getProtocol();
  }

  /** As {@link RequestHead#clientCertificate}. */
  public @Nullable ClientCertificate clientCertificate() {
    if (!isClientKnown) {
      isClientKnown = true;
      clientCertificate = VertxPipeline.clientCertificate(connection);
    }
    return clientCertificate;
  }
}
