package dev.lblc.boot;

import dev.lblc.config.EventBusConfig;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;

/** The options of the event bus between nodes. */
final class EventBusSettings {
  private static final long PING_MILLIS = 1_000;
  private static final long PONG_MILLIS = 2_000;

  /** Connections that say nothing for so long are closed; those of nodes say something at each ping, in both directions. */
  private static final int SILENT_SECONDS = 5;

  private static final int CONNECT_MILLIS = 1_000;

  private EventBusSettings() {}

  /**
   * Returns the options.
   *
   * @param member address of this process as a Hazelcast member
   */
  static EventBusOptions of(EventBusConfig config, String member) {
    String host = config.host();
    EventBusOptions options = new EventBusOptions()
        .setHost(host == null ? member : host)
        .setPort(config.port())
        .setClusterPublicHost(config.publicHost(member))
        // A silent connection is closed, so that a new one is made. TCP alone would retry after
        // longer
        // and longer pauses: for a minute more after a minute without network.
        .setClusterPingInterval(PING_MILLIS)
        .setClusterPingReplyInterval(PONG_MILLIS)
        .setReadIdleTimeout(SILENT_SECONDS)
        .setConnectTimeout(CONNECT_MILLIS);
    if (config.publicPort() != 0) {
      options.setClusterPublicPort(config.publicPort());
    }
    EventBusConfig.Tls tls = config.tls();
    if (tls != null) {
      // Each node is client and server. Vert.x does not compare host names here: whoever has a
      // certificate of the authority is a node.
      options
          .setSsl(true)
          .setKeyCertOptions(new PemKeyCertOptions()
              .addCertPath(tls.certificate().toString())
              .addKeyPath(tls.key().toString()))
          .setTrustOptions(new PemTrustOptions().addCertPath(tls.trust().toString()))
          .setTrustAll(false) // true by default: as a client a node would talk to anybody
          .setClientAuth(ClientAuth.REQUIRED);
    }
    return options;
  }
}
