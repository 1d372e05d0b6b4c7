package dev.lblc.gateway.route;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.LblcVerticle;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.NoServerException;
import dev.lblc.plugin.ServiceStatus;
import dev.lblc.scheduler.Facts;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class AttemptsTest {
  private static final Vertx VERTX = Vertx.vertx();

  private final LblcService service = Lblc.of(VERTX).service("three");

  @BeforeAll
  static void start() throws Exception {
    JsonArray servers = new JsonArray();
    for (String id : new String[] {"a", "b", "c"}) {
      servers.add(new JsonObject().put("id", id).put("host", "127.0.0.1").put("port", 9));
    }
    JsonObject three = new JsonObject().put("strategy", "lblc").put("servers", servers);
    JsonObject config = new JsonObject().put("services", new JsonObject().put("three", three));
    VERTX
        .deployVerticle(new LblcVerticle(), new DeploymentOptions().setConfig(config))
        .await(10, SECONDS);
  }

  @AfterAll
  static void stop() throws Exception {
    VERTX.close().await(10, SECONDS);
  }

  @AfterEach
  void nothingCountsAnyMore() {
    assertThat(active()).isZero();
    assertThat(inactive()).isZero();
    assertThat(service.status().doubleReleases()).isZero();
  }

  @Test
  void take_afterEachServerWasGivenUp_triesEveryServerOnceAndThenNone() {
    Attempts attempts = new Attempts(service, "d", 5);
    Set<String> tried = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      Lease lease = attempts.take();
      assertThat(attempts.holds(lease)).isTrue();
      assertThat(active()).isEqualTo(1);
      tried.add(lease.server().id());
      assertThat(attempts.giveUp()).isTrue();
      assertThat(attempts.holds(lease)).isFalse();
      assertThat(active()).isZero();
    }
    assertThat(tried).hasSize(3);
    assertThat(attempts.givenUp()).isEqualTo(3);
    assertThatThrownBy(attempts::take).isInstanceOf(NoServerException.class);
    assertThat(attempts.giveUp()).as("nothing is held").isFalse();
  }

  @Test
  void giveUp_withoutRetriesLeft_releasesAndSaysNo() {
    Attempts attempts = new Attempts(service, "d", 1);
    attempts.take();
    assertThat(attempts.giveUp()).isTrue();
    attempts.take();
    assertThat(attempts.giveUp()).isFalse();
    assertThat(active()).isZero();
  }

  @Test
  void giveUp_afterTheEnd_saysNo() {
    Attempts attempts = new Attempts(service, "d", 1);
    attempts.take();
    attempts.release();
    assertThat(attempts.giveUp()).isFalse();
    assertThat(attempts.givenUp()).isZero();
  }

  @Test
  void tryAllAgain_afterTheOnlyOtherServers_choosesAmongAll() {
    Attempts attempts = new Attempts(service, "d", 4);
    String home = attempts.take().server().id();
    for (int i = 0; i < 2; i++) {
      attempts.giveUp();
      attempts.take();
    }
    assertThat(attempts.giveUp()).isTrue();
    assertThatThrownBy(attempts::take).isInstanceOf(NoServerException.class);
    attempts.tryAllAgain();
    assertThat(attempts.take().server().id()).as("the destination's home").isEqualTo(home);
    assertThat(attempts.giveUp()).as("the last retry").isTrue();
    attempts.take();
    assertThat(attempts.giveUp()).as("no new retries").isFalse();
  }

  @Test
  void retry_leavesTheDestinationsHomeWhereItIs() {
    Attempts first = new Attempts(service, "home", 1);
    String home = first.take().server().id();
    first.giveUp();
    assertThat(first.take().server().id()).isNotEqualTo(home);
    first.release();
    Attempts second = new Attempts(service, "home", 1);
    assertThat(second.take().server().id()).isEqualTo(home);
    second.release();
  }

  @Test
  void release_twice_releasesOnce() {
    Attempts attempts = new Attempts(service, null, 0);
    attempts.release();
    Lease lease = attempts.take();
    attempts.release();
    attempts.release();
    assertThat(attempts.last()).as("for the access log").isSameAs(lease);
  }

  @Test
  void halfClosed_isInactiveUntilTheRelease() {
    Attempts attempts = new Attempts(service, "d", 0);
    attempts.halfClosed();
    attempts.take();
    attempts.halfClosed();
    assertThat(inactive()).isEqualTo(1);
    attempts.release();
    attempts.halfClosed();
  }

  @Test
  void take_whileALeaseIsHeld_isRefused() {
    Attempts attempts = new Attempts(service, "d", 1);
    attempts.take();
    assertThatThrownBy(attempts::take).isInstanceOf(IllegalStateException.class);
    assertThat(active()).isEqualTo(1);
    attempts.release();
  }

  @Test
  void begin_afterAttemptsThatHaveEnded_isAsNew() {
    Attempts attempts = new Attempts(service, "d", 2);
    Lease before = attempts.take();
    attempts.giveUp();
    attempts.take();
    attempts.giveUp();
    attempts.begin(service, "e", Facts.NONE, 1);
    assertThat(attempts.givenUp()).isZero();
    assertThat(attempts.last()).isNull();
    assertThat(attempts.holds(before)).isFalse();
    String home = attempts.take().server().id();
    assertThat(attempts.giveUp()).isTrue();
    attempts.begin(service, "e", Facts.NONE, 1);
    assertThat(attempts.take().server().id()).as("it was not tried this time").isEqualTo(home);
    assertThat(attempts.giveUp()).isTrue();
    attempts.take();
    assertThat(attempts.giveUp()).as("one retry").isFalse();
  }

  @Test
  void begin_whileALeaseIsHeld_isRefused() {
    Attempts attempts = new Attempts(service, "d", 1);
    attempts.take();
    assertThatThrownBy(() -> attempts.begin(service, "e", Facts.NONE, 1))
        .isInstanceOf(IllegalStateException.class);
    assertThat(active()).isEqualTo(1);
    attempts.release();
  }

  private int active() {
    return service.status().servers().stream()
        .map(ServiceStatus.ServerStatus::active)
        .mapToInt(ServiceStatus.Connections::local)
        .sum();
  }

  private int inactive() {
    return service.status().servers().stream()
        .map(ServiceStatus.ServerStatus::inactive)
        .mapToInt(ServiceStatus.Connections::local)
        .sum();
  }
}
