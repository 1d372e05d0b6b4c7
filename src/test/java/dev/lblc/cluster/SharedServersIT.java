package dev.lblc.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.plugin.ClusterStatus;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.LblcVerticle;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.ServiceStatus.ServerStatus;
import dev.lblc.scheduler.EditConflictException;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.testing.Eventually;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Servers edited at run time, on three members of one cluster. */
final class SharedServersIT {
  private static List<ClusteredVertx> members = List.of();

  private final Map<Vertx, String> deployments = new HashMap<>();

  @BeforeAll
  static void startMembers() throws Exception {
    members = ClusteredVertx.start(3);
  }

  @AfterAll
  static void closeMembers() throws Exception {
    for (ClusteredVertx member : members) {
      member.close();
    }
  }

  @AfterEach
  void forgetAll() throws Exception {
    for (Vertx vertx : Set.copyOf(deployments.keySet())) {
      undeploy(vertx);
    }
    members.get(0).hazelcast().getMap("lblc.servers.images").destroy();
    members.get(0).hazelcast().getMap("lblc.homes.images").destroy();
  }

  @Test
  void change_onOneNode_holdsOnAllAndOnOneThatJoinsLater() throws Exception {
    LblcService first = deploy(0, 100);
    LblcService second = deploy(1, 100);
    first.edit(new ServerEdit.Change("a", 7, null, 20)).await(60, SECONDS);
    assertThat(server(first, "a")).isEqualTo(spec("a", 7, 0, 20));
    eventually("a", spec("a", 7, 0, 20), second);
    assertThat(server(deploy(2, 100), "a")).isEqualTo(spec("a", 7, 0, 20));
  }

  @Test
  void changes_ofDifferentValuesAtOnce_bothHold() throws Exception {
    LblcService first = deploy(0, 100);
    LblcService second = deploy(1, 100);
    Future.all(
            first.edit(new ServerEdit.Change("a", 7, null, null)),
            second.edit(new ServerEdit.Change("a", null, 30, null)))
        .await(60, SECONDS);
    eventually("a", spec("a", 7, 30, 0), first, second);
  }

  @Test
  void changes_ofTheSameValueAtOnce_endTheSameOnAll() throws Exception {
    List<LblcService> services = List.of(deploy(0, 100), deploy(1, 100), deploy(2, 100));
    List<Future<Void>> edits = new ArrayList<>();
    for (int round = 0; round < 50; round++) {
      for (int node = 0; node < 3; node++) {
        int weight = 3 * round + node;
        edits.add(services.get(node).edit(new ServerEdit.Change("a", weight, null, null)));
      }
    }
    Future.all(edits).await(60, SECONDS);
    ServerRecord last = (ServerRecord) Objects.requireNonNull(
        members.get(0).hazelcast().getMap("lblc.servers.images").get("a"));
    assertThat(last.edits().version()).isEqualTo(150);
    eventually("a", last.edits().server(), services.get(0), services.get(1), services.get(2));
  }

  @Test
  void serverAdded_onOneNode_isChosenOnAnother() throws Exception {
    LblcService first = deploy(0, 1);
    LblcService second = deploy(1, 1);
    first.edit(new ServerEdit.Add(spec("c", 1_000, 0, 0))).await(60, SECONDS);
    eventually("c", spec("c", 1_000, 0, 0), second);
    Lease lease = second.acquire("/x");
    Lease other = second.acquire("/y");
    assertThat(List.of(lease.server().id(), other.server().id())).contains("c");
    lease.close();
    other.close();
  }

  @Test
  void serverRemoved_onOneNode_isGoneOnAllAndItsDestinationsMove() throws Exception {
    LblcService first = deploy(0, 100);
    LblcService second = deploy(1, 100);
    Lease placed = first.acquire("/x");
    String home = placed.server().id();
    placed.close();
    Eventually.holds("the home is known", () -> second.destination("/x") != null);
    second.edit(new ServerEdit.Remove(home)).await(60, SECONDS);
    eventually(home, null, first, second);
    Lease moved = first.acquire("/x");
    assertThat(moved.server().id()).isNotEqualTo(home);
    moved.close();
    first.edit(new ServerEdit.Add(spec(home, 9, 0, 0))).await(60, SECONDS);
    eventually(home, spec(home, 9, 0, 0), first, second);
  }

  @Test
  void edit_thatCannotBeMade_failsAndChangesNothing() throws Exception {
    LblcService first = deploy(0, 100);
    assertThatThrownBy(() -> first.edit(new ServerEdit.Remove("z")).await(60, SECONDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no server z");
    assertThatThrownBy(() -> first.edit(new ServerEdit.Add(spec("a", 1, 0, 0))).await(60, SECONDS))
        .hasMessageContaining("server a is there already");
    assertThatThrownBy(
            () -> first.edit(new ServerEdit.Change("a", -5, null, null)).await(60, SECONDS))
        .hasMessageContaining("weight: -5 (expected: 0 to 1000000)");
    assertThat(server(first, "a")).isEqualTo(spec("a", 100, 0, 0));
    assertThat(members.get(0).hazelcast().getMap("lblc.servers.images").size()).isZero();
  }

  @Test
  void configuration_thatSaysSomethingElseThanAtTheEdit_endsTheEdit() throws Exception {
    LblcService first = deploy(0, 100);
    first.edit(new ServerEdit.Change("a", 7, null, null)).await(60, SECONDS);
    LblcService changed = deploy(1, 50);
    assertThat(server(changed, "a")).isEqualTo(spec("a", 50, 0, 0));
    eventually("a", spec("a", 100, 0, 0), first);
  }

  @Test
  void configuration_thatTookTheEditOver_keepsItUntilItChangesAgain() throws Exception {
    LblcService first = deploy(0, 100);
    first.edit(new ServerEdit.Change("a", 7, null, null)).await(60, SECONDS);
    LblcService took = deploy(1, 7);
    assertThat(server(took, "a")).isEqualTo(spec("a", 7, 0, 0));
    assertThat(server(first, "a")).isEqualTo(spec("a", 7, 0, 0));
    undeploy(members.get(1).vertx());
    assertThat(server(deploy(1, 100), "a")).isEqualTo(spec("a", 100, 0, 0));
    eventually("a", spec("a", 100, 0, 0), first);
  }

  @Test
  void drain_onOneNode_holdsOnAllAndCountsWhatIsLeftOnAll() throws Exception {
    LblcService first = deploy(0, 100);
    LblcService second = deploy(1, 100);
    Lease lease = second.acquire("/x");
    String id = lease.server().id();
    String seen = status(first, id).version();
    first.edit(new ServerEdit.Drain(id, Duration.ofSeconds(30)), seen).await(60, SECONDS);
    Eventually.holds("both drain it", () -> status(second, id).drain() != null);
    assertThat(status(second, id).version()).isEqualTo(status(first, id).version());
    assertThat(status(second, id).toJson().getString("state")).isEqualTo("draining");
    Eventually.holds("its connection is known", () -> status(first, id).active().cluster() == 1);
    Lease moved = second.acquire("/x");
    assertThat(moved.server().id()).isNotEqualTo(id);
    moved.close();
    assertThatThrownBy(() -> second.edit(new ServerEdit.EndDrain(id), seen).await(60, SECONDS))
        .isInstanceOf(EditConflictException.class);
    lease.close();
    Eventually.holds("nothing is left", () -> status(first, id).active().cluster() == 0);
    LblcService third = deploy(2, 100);
    assertThat(status(third, id).drain()).isNotNull();
    third.edit(new ServerEdit.EndDrain(id)).await(60, SECONDS);
    for (LblcService node : List.of(first, second, third)) {
      Eventually.holds("it is used again", () -> status(node, id).drain() == null);
    }
  }

  @Test
  void undo_onOneNode_holdsOnAll() throws Exception {
    LblcService first = deploy(0, 100);
    LblcService second = deploy(1, 100);
    first.edit(new ServerEdit.Change("a", 7, null, null)).await(60, SECONDS);
    first.edit(new ServerEdit.Remove("b")).await(60, SECONDS);
    eventually("b", null, second);
    second.undoEdits("a", null).await(60, SECONDS);
    second.undoEdits("b", null).await(60, SECONDS);
    assertThat(server(second, "a")).isEqualTo(spec("a", 100, 0, 0));
    eventually("a", spec("a", 100, 0, 0), first);
    Eventually.holds("b is back", () -> server(first, "b") != null);
    assertThatThrownBy(() -> first.undoEdits("a", null).await(60, SECONDS))
        .hasMessage("server a is not edited");
  }

  @Test
  void destinations_forgottenOnOneNode_areGoneOnAll() throws Exception {
    LblcService first = deploy(0, 100);
    LblcService second = deploy(1, 100);
    for (int i = 0; i < 2_500; i++) {
      first.acquire((i % 2 == 0 ? "/even/" : "/odd/") + i).close();
    }
    Eventually.holds("all are shared", () -> second.status().destinations() == 2_500);
    // What waits for the map, and is told beside it, would come right behind the removal.
    Eventually.holds("all are in the map", () -> backlog(0) == 0 && backlog(1) == 0);
    assertThat(second.forget("/odd/7").await(60, SECONDS)).isTrue();
    assertThat(second.forgetAll("/even/").await(60, SECONDS)).isEqualTo(1_250);
    Eventually.holds(
        "the even ones are gone",
        () -> first.status().destinations() == 1_249 && second.status().destinations() == 1_249);
    assertThat(first.destination("/odd/7")).isNull();
    assertThat(first.forgetAll("").await(60, SECONDS)).isEqualTo(1_249);
    Eventually.holds("all are gone", () -> second.status().destinations() == 0);
    assertThat(members.get(0).hazelcast().getMap("lblc.homes.images").size()).isZero();
  }

  private static int backlog(int member) {
    return Objects.requireNonNull(Lblc.of(members.get(member).vertx()).cluster()).tables().stream()
        .mapToInt(ClusterStatus.Table::backlog)
        .sum();
  }

  private static ServerStatus status(LblcService service, String id) {
    return service.status().servers().stream()
        .filter(server -> server.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static void eventually(String id, @Nullable ServerSpec expected, LblcService... services)
      throws Exception {
    Eventually.holds(
        id + " is " + expected,
        () -> List.of(services).stream().allMatch(s -> Objects.equals(server(s, id), expected)));
  }

  private LblcService deploy(int member, int weight) throws Exception {
    Vertx vertx = members.get(member).vertx();
    JsonArray servers = new JsonArray().add(server("a", weight)).add(server("b", 1));
    JsonObject config = new JsonObject()
        .put(
            "services",
            new JsonObject()
                .put("images", new JsonObject().put("strategy", "lblc").put("servers", servers)))
        .put("cluster", new JsonObject().put("enabled", true));
    deployments.put(
        vertx,
        vertx
            .deployVerticle(new LblcVerticle(), new DeploymentOptions().setConfig(config))
            .await(60, SECONDS));
    return Lblc.of(vertx).service("images");
  }

  private void undeploy(Vertx vertx) throws Exception {
    vertx.undeploy(Objects.requireNonNull(deployments.remove(vertx))).await(60, SECONDS);
  }

  private static JsonObject server(String id, int weight) {
    return new JsonObject()
        .put("id", id)
        .put("host", "127.0.0.1")
        .put("port", 9_000)
        .put("weight", weight);
  }

  private static ServerSpec spec(String id, int weight, int upper, int lower) {
    return new ServerSpec(id, "127.0.0.1", 9_000, weight, upper, lower);
  }

  private static @Nullable ServerSpec server(LblcService service, String id) {
    return service.status().servers().stream()
        .filter(s -> s.id().equals(id))
        .map(s -> new ServerSpec(s.id(), s.host(), s.port(), s.weight(), s.upper(), s.lower()))
        .findFirst()
        .orElse(null);
  }
}
