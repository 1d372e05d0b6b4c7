package dev.lblc.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.EventBusConfig;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServerOptions;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class EventBusSettingsTest {
  private static final EventBusConfig.Tls TLS =
      new EventBusConfig.Tls(Path.of("node.pem"), Path.of("node.key"), Path.of("ca.pem"));

  @Test
  void tls_checksBothSides() {
    EventBusOptions options =
        EventBusSettings.of(new EventBusConfig(null, 0, null, 0, TLS), "192.0.2.1");
    assertThat(options.isSsl()).isTrue();
    assertThat(options.isTrustAll()).as("as a client").isFalse();
    assertThat(options.getClientAuth()).as("as a server").isEqualTo(ClientAuth.REQUIRED);
  }

  /** As Vert.x makes its server and its client of them. */
  @Test
  void connections_thatSayNothing_areClosedAndThoseOfNodesArePingedInTime() {
    EventBusOptions options =
        EventBusSettings.of(new EventBusConfig(null, 0, null, 0, null), "192.0.2.1");
    NetServerOptions server = new NetServerOptions(options.toJson());
    NetClientOptions client = new NetClientOptions(options.toJson());
    assertThat(server.getIdleTimeoutUnit()).isEqualTo(TimeUnit.SECONDS);
    assertThat(server.getReadIdleTimeout()).isEqualTo(5);
    assertThat(client.getReadIdleTimeout()).isEqualTo(5);
    assertThat(options.getClusterPingInterval() + options.getClusterPingReplyInterval())
        .as("a link that is silent for longer is closed by the ping")
        .isLessThan(5_000);
  }

  @Test
  void addresses_leftOut_areTheMembers() {
    EventBusOptions options =
        EventBusSettings.of(new EventBusConfig(null, 0, null, 0, null), "192.0.2.1");
    assertThat(options.getHost()).isEqualTo("192.0.2.1");
    assertThat(options.isSsl()).isFalse();
  }
}
