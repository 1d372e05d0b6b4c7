package dev.lblc.plugin;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(VertxExtension.class)
@ExpectedLog("WARN EventBusApi: .* without a reply address")
final class EventBusApiIT {
  @SuppressWarnings("NullAway.Init") // set before each test
  private Vertx vertx;

  @BeforeEach
  void deploy(Vertx own) throws Exception {
    vertx = own;
    deploy("10m", 2);
  }

  @Test
  void acquire_ofADestination_countsUntilReleased() throws Exception {
    JsonObject first = ask("acquire", new JsonObject().put("destination", "/a"));
    JsonObject second = ask("acquire", new JsonObject().put("destination", "/a"));
    assertThat(first.getString("reason")).isEqualTo("placed");
    assertThat(second.getString("reason")).isEqualTo("hit");
    assertThat(second.getJsonObject("server")).isEqualTo(first.getJsonObject("server"));
    assertThat(first.getJsonObject("server").fieldNames()).containsExactly("id", "host", "port");
    assertThat(active()).isEqualTo(2);
    vertx.eventBus().send("lblc.images.release", first.copy());
    assertThat(ask("release", second)).isEqualTo(only(second));
    Eventually.holds("nothing is held", () -> active() == 0);
  }

  @Test
  void acquire_withoutADestination_orExceptSome_isAnOrdinaryChoice() throws Exception {
    assertThat(ask("acquire", null).getString("reason")).isEqualTo("no_destination");
    assertThat(ask("acquire", new JsonObject().putNull("destination")).getString("reason"))
        .isEqualTo("no_destination");
    JsonObject other = ask(
        "acquire",
        new JsonObject().put("destination", "/a").put("except", new JsonArray().add("one")));
    assertThat(other.getJsonObject("server").getString("id")).isEqualTo("two");
  }

  @Test
  void acquire_withoutAServer_failsWith503() {
    assertThatThrownBy(() -> ask(
            "acquire", new JsonObject().put("except", new JsonArray().add("one").add("two"))))
        .isInstanceOf(ReplyException.class)
        .hasMessage("no server available for service images")
        .matches(failure -> ((ReplyException) failure).failureCode() == 503);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"destination\": 1}",
        "{\"except\": \"one\"}",
        "{\"except\": [1]}",
        "{\"destinaton\": \"/a\"}",
        "{\"destination\": {}}"
      })
  void acquire_badBody_failsWith400AndCountsNothing(String body) throws Exception {
    assertThatThrownBy(() -> ask("acquire", new JsonObject(body)))
        .hasMessageContaining("(expected: ")
        .matches(failure -> ((ReplyException) failure).failureCode() == 400);
    assertThat(EventBusDescription.fits("acquire", "request", new JsonObject(body)))
        .isFalse();
    assertThat(active()).isZero();
  }

  @Test
  void acquire_thatAsksForNoReply_takesNoLease() throws Exception {
    vertx.eventBus().send("lblc.images.acquire", new JsonObject());
    vertx.eventBus().publish("lblc.images.acquire", new JsonObject());
    ask("acquire", null); // comes after them
    assertThat(active()).isEqualTo(1);
  }

  @Test
  void service_whoseNameLooksLikeANode_passesNothingInACircle() throws Exception {
    JsonObject service =
        new JsonObject().put("strategy", "wlc").put("servers", new JsonArray().add(server("one")));
    JsonObject config = new JsonObject()
        .put("name", "odd")
        .put("services", new JsonObject().put("node.x", service).put("node/x", service.copy()));
    vertx
        .deployVerticle(new LblcVerticle(), new DeploymentOptions().setConfig(config))
        .await(20, SECONDS);
    for (String name : List.of("node.x", "node/x")) {
      assertThatThrownBy(() -> vertx
              .eventBus()
              .request("odd." + name + ".release", new JsonObject().put("lease", "x/1"))
              .await(20, SECONDS))
          .hasMessageContaining("is not held");
    }
  }

  @Test
  void lease_ofGreatLength_isRefusedInAShortText() {
    assertThatThrownBy(() -> ask("release", new JsonObject().put("lease", "x".repeat(100_000))))
        .matches(failure -> String.valueOf(failure.getMessage()).length() < 1_000)
        .matches(failure -> ((ReplyException) failure).failureCode() == 400);
  }

  @Test
  void message_thatIsNoObject_failsWith400() {
    assertThatThrownBy(
            () -> vertx.eventBus().request("lblc.images.acquire", "/a").await(20, SECONDS))
        .hasMessage("the message's body: /a (expected: a JSON object)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"release", "renew"})
  void lease_unknown_failsWith404(String what) throws Exception {
    JsonObject lease = ask("acquire", null);
    ask("release", lease);
    assertThatThrownBy(() -> ask(what, lease))
        .hasMessageContaining("is not held")
        .matches(failure -> ((ReplyException) failure).failureCode() == 404);
    assertThatThrownBy(() -> ask(what, new JsonObject().put("lease", "elsewhere/1")))
        .hasMessageContaining("or its node is gone");
    assertThatThrownBy(() -> ask(what, new JsonObject()))
        .hasMessage("lease: null (expected: the lease that acquire answered)");
    assertThat(Lblc.of(vertx).service("images").status().doubleReleases()).isZero();
  }

  @Test
  void lease_notRenewed_isReleased_andARenewedOneStays() throws Exception {
    for (String deployment : vertx.deploymentIDs()) {
      vertx.undeploy(deployment).await(20, SECONDS);
    }
    deploy("1s", 1);
    ask("acquire", null);
    JsonObject renewed = ask("acquire", null);
    Eventually.holds("the other is released", () -> {
      assertThat(ask("renew", renewed)).isEqualTo(only(renewed));
      return active() != 2;
    });
    assertThat(active()).isEqualTo(1);
    Eventually.holds("nothing is held", () -> active() == 0);
  }

  @Test
  void undeployed_withLeasesOut_releasesThem() throws Exception {
    ask("acquire", null);
    LblcService service = Lblc.of(vertx).service("images");
    for (String deployment : vertx.deploymentIDs()) {
      vertx.undeploy(deployment).await(20, SECONDS);
    }
    assertThat(active(service)).isZero();
    assertThatThrownBy(() -> ask("acquire", null)).hasMessageContaining("No handlers");
  }

  @Test
  void status_asked_isTheServiceAsTheAdminPortShowsIt() throws Exception {
    ask("acquire", null);
    assertThat(ask("status", null))
        .isEqualTo(Lblc.of(vertx).service("images").status().toJson());
  }

  private void deploy(String leaseTimeout, int instances) throws Exception {
    JsonObject service = new JsonObject()
        .put("strategy", "lblc")
        .put("leaseTimeout", leaseTimeout)
        .put("servers", new JsonArray().add(server("one")).add(server("two")));
    JsonObject config = new JsonObject().put("services", new JsonObject().put("images", service));
    vertx
        .deployVerticle(
            "dev.lblc.plugin.LblcVerticle",
            new DeploymentOptions().setConfig(config).setInstances(instances))
        .await(20, SECONDS);
  }

  private static JsonObject server(String id) {
    return new JsonObject().put("id", id).put("host", "127.0.0.1").put("port", 9001);
  }

  private static JsonObject only(JsonObject lease) {
    return new JsonObject().put("lease", lease.getString("lease"));
  }

  /** The answer, which is as it is described. */
  private JsonObject ask(String what, @Nullable JsonObject body) throws Exception {
    JsonObject answer = vertx
        .eventBus()
        .<JsonObject>request("lblc.images." + what, body)
        .await(20, SECONDS)
        .body();
    if (body != null) {
      assertThat(EventBusDescription.fits(what, "request", body)).as("%s", body).isTrue();
    }
    assertThat(EventBusDescription.fits(what, "reply", answer)).as("%s", answer).isTrue();
    return answer;
  }

  private int active() {
    return active(Lblc.of(vertx).service("images"));
  }

  private static int active(LblcService service) {
    return service.status().servers().stream().mapToInt(s -> s.active().local()).sum();
  }
}
