package dev.lblc.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Race;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lease that several threads end at once: its connection is given back once. */
final class LeaseRaceTest {
  private final Vertx vertx = Vertx.vertx();

  @SuppressWarnings("NullAway.Init") // set before each test
  private LblcService service;

  private long leases;

  @BeforeEach
  void deploy() throws Exception {
    JsonObject server = new JsonObject().put("id", "a").put("host", "127.0.0.1").put("port", 1);
    JsonObject images =
        new JsonObject().put("strategy", "lblc").put("servers", new JsonArray().add(server));
    vertx
        .deployVerticle(
            new LblcVerticle(),
            new DeploymentOptions()
                .setConfig(
                    new JsonObject().put("services", new JsonObject().put("images", images))))
        .await(20, TimeUnit.SECONDS);
    service = Lblc.of(vertx).service("images");
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(20, TimeUnit.SECONDS);
  }

  @Test
  void closes_atOnce_releaseOnce() throws Exception {
    Race.run(this::acquire, lease -> {}, Lease::close, Lease::close);
    assertIdle();
    assertThat(service.status().doubleReleases()).isEqualTo(leases);
  }

  @Test
  void halfClosed_againstClose_releasesOnce() throws Exception {
    Race.run(this::acquire, lease -> {}, Lease::halfClosed, Lease::close);
    assertIdle();
    assertThat(service.status().doubleReleases()).isZero();
  }

  @Test
  void halfClosed_bySeveralAgainstClose_countsAsInactiveOnce() throws Exception {
    Race.run(this::acquire, lease -> {}, Lease::halfClosed, Lease::halfClosed, Lease::close);
    assertIdle();
  }

  private Lease acquire() {
    leases++;
    return service.acquire("/");
  }

  private void assertIdle() {
    assertThat(service.status().servers()).singleElement().satisfies(server -> {
      assertThat(server.active().local()).isZero();
      assertThat(server.inactive().local()).isZero();
    });
  }
}
