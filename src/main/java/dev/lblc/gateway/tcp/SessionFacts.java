package dev.lblc.gateway.tcp;

import dev.lblc.gateway.net.ConnectionFacts;
import dev.lblc.gateway.route.AttemptFacts;
import dev.lblc.gateway.route.Attempts;
import org.jspecify.annotations.Nullable;

/**
 * What is logged of a session that ends.
 *
 * @param why it failed; null: it did not
 * @param nanos how long it was open
 */
record SessionFacts(Session session, @Nullable TcpFailure why, long nanos) implements AttemptFacts {
  /** The label of a session of which both sides have come to their ends. */
  private static final String CLOSED = "closed";

  /** Returns what a line calls a protocol of which nothing is known but whether TLS ends here. */
  static String protocol(boolean isTls) {
    return isTls ? "TLS" : "TCP";
  }

  @Override
  public @Nullable Attempts attempts() {
    return session.attempts();
  }

  @Override
  public boolean isConnection() {
    return true;
  }

  @Override
  public String client() {
    ConnectionFacts facts = session.knownFacts();
    return facts == null ? ConnectionFacts.ip(session.peer()) : facts.clientIp();
  }

  @Override
  public String protocol() {
    return protocol(session.settings().config().tls() != null);
  }

  @Override
  public int port() {
    ConnectionFacts facts = session.knownFacts();
    return facts == null ? session.client().localPort() : facts.localPort();
  }

  @Override
  public long bytesIn() {
    return session.client().received();
  }

  @Override
  public long bytesOut() {
    Side server = session.server();
    return server == null ? 0 : server.received();
  }

  @Override
  public long queueNanos() {
    return session.queueNanos();
  }

  @Override
  public long connectNanos() {
    return session.connectNanos();
  }

  @Override
  public @Nullable String service() {
    TcpRoute route = session.knownRoute();
    return route == null ? null : route.service().name();
  }

  @Override
  public String end() {
    return why == null ? CLOSED : why.label();
  }

  @Override
  public @Nullable String error() {
    return why == null ? null : why.reason();
  }

  @Override
  public @Nullable String tlsVersion() {
    return session.client().tlsVersion();
  }

  @Override
  public @Nullable String serverName() {
    ConnectionFacts facts = session.knownFacts();
    return facts == null ? null : facts.sni();
  }
}
