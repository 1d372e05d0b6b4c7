package dev.lblc.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.HazelcastInstance;
import dev.lblc.plugin.DestinationStatus;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.NodeHomes;
import dev.lblc.scheduler.Reason;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Leases held by id over the event bus of two members, each of which is asked in turn. */
@ExpectedLog({ // of a Vert.x that is closed while it updates its addresses in the cluster
  "ERROR TaskQueue: .*event executor terminated",
  "ERROR TaskQueue: .*Promise already completed", // where that came when the update was done
})
final class ForwardedLeasesIT {
  private static final int LEASES = 20;
  private static final int SESSIONS = 100;

  private final List<LblcService> services = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // set before each test
  private List<ClusteredVertx> members;

  @BeforeEach
  void start() throws Exception {
    members = ClusteredVertx.start(2);
    for (ClusteredVertx member : members) {
      services.add(member.deploy("lblc-adaptive", new JsonObject().put("floor", 1)));
    }
  }

  @AfterEach
  void stop() {
    ClusteredVertx.close(members);
  }

  @Test
  void leases_ofBothNodes_areRenewedAndReleasedThroughEither() throws Exception {
    List<JsonObject> leases = acquire();
    assertThat(services).extracting(ForwardedLeasesIT::active).allMatch(local -> local > 0);
    for (JsonObject lease : leases) {
      // One that asks twice is answered by each of the two: by the one that holds it, and by the
      // other.
      assertThat(ask(0, "renew", lease)).isEqualTo(lease);
      assertThat(ask(0, "renew", lease)).isEqualTo(lease);
    }
    for (JsonObject lease : leases) {
      ask(0, "release", lease);
      for (int i = 0; i < members.size(); i++) {
        assertThatThrownBy(() -> ask(0, "release", lease)).hasMessageContaining("is not held");
      }
    }
    assertThat(services).extracting(ForwardedLeasesIT::active).containsOnly(0);
  }

  /** Each node is asked for what its own table has. The hot destination's homes are a set, and outlive a member that is killed. */
  @Test
  void homes_onBothNodes_areToldByEither_andADifferenceShows() throws Exception {
    services.get(0).acquire("/shared").close();
    Eventually.holds("the other one is hot", () -> {
      services.get(0).acquire("/hot"); // and kept, so that its homes have something to do
      return homes(0, "/hot").size() > 1;
    });
    Lblc asked = Lblc.of(members.get(1).vertx());
    String name = services.get(0).name();
    assertLearned(asked, name);
    Eventually.passes(
        "the home is on both nodes",
        Duration.ofSeconds(10),
        () -> assertThat(asked.homes(name, "/shared").await(10, SECONDS))
            .hasSize(2)
            .allSatisfy(node -> assertThat(node.homes()).hasSize(1)));
    List<NodeHomes> nodes = asked.homes(name, "/shared").await(10, SECONDS);
    assertThat(nodes.get(0).homes()).isEqualTo(nodes.get(1).homes());
    assertThat(nodes)
        .filteredOn(NodeHomes::self)
        .singleElement()
        .satisfies(self -> assertThat(self.node()).isEqualTo(members.get(1).node()));
    assertThat(asked.homes(name, "/unknown").await(10, SECONDS))
        .extracting(NodeHomes::homes)
        .containsExactly(List.of(), List.of());
    Eventually.holds("the set is on both", () -> homes(1, "/hot").equals(homes(0, "/hot")));
    List<String> set = homes(1, "/hot");
    // A node that has gone answers nothing.
    members.get(0).vertx().close().await(20, SECONDS);
    assertThat(asked.homes(name, "/shared").await(10, SECONDS))
        .filteredOn(node -> !node.self())
        .allSatisfy(node -> assertThat(node.homes()).isNull());
    members.get(0).hazelcast().getLifecycleService().terminate();
    HazelcastInstance left = members.get(1).hazelcast();
    Eventually.holds("it is alone", () -> left.getCluster().getMembers().size() == 1);
    Eventually.holds(
        "the map has the set",
        () -> left.getMap("lblc.homes.images").get("/hot") instanceof HomeRecord record
            && record.homes().equals(set));
    Lease hit = services.get(1).acquire("/hot");
    assertThat(hit.reason()).isEqualTo(Reason.HIT);
    assertThat(set).contains(hit.server().id());
    assertThat(homes(1, "/hot")).isEqualTo(set);
  }

  private List<String> homes(int node, String destination) {
    DestinationStatus status = services.get(node).destination(destination);
    return status == null ? List.of() : status.homes();
  }

  /** The server that told of a session is its home everywhere, whatever the other node decides as soon as it is told. */
  private void assertLearned(Lblc asked, String name) throws Exception {
    Map<String, String> sessions = new HashMap<>();
    for (int i = 0; i < SESSIONS; i++) {
      String session = "session-" + i;
      try (Lease lease = services.get(i % 2).acquire(null)) {
        lease.learned(session);
        sessions.put(session, lease.server().id());
        services.get(1 - i % 2).acquire(session).close();
      }
    }
    Eventually.passes("sessions are where they were made", Duration.ofSeconds(10), () -> {
      for (Map.Entry<String, String> session : sessions.entrySet()) {
        assertThat(asked.homes(name, session.getKey()).await(10, SECONDS))
            .extracting(NodeHomes::homes)
            .as(session.getKey())
            .containsOnly(List.of(session.getValue()));
      }
    });
  }

  @Test
  void leases_ofANodeThatIsGone_areNotHeld_andThoseOfTheOtherAre() throws Exception {
    List<JsonObject> leases = acquire();
    String gone = members.get(0).node();
    members.get(0).vertx().close().await(20, SECONDS);
    int left = 1;
    for (JsonObject lease : leases) {
      if (node(lease).equals(gone)) {
        assertThatThrownBy(() -> ask(left, "renew", lease)).hasMessageContaining("is not held");
      } else {
        assertThat(ask(left, "renew", lease)).isEqualTo(lease);
      }
    }
    Eventually.holds(
        "the other's connections are forgotten",
        () -> services.get(left).status().servers().stream()
            .allMatch(server -> server.active().cluster() == server.active().local()));
  }

  private List<JsonObject> acquire() throws Exception {
    List<JsonObject> leases = new ArrayList<>();
    for (int i = 0; i < LEASES; i++) {
      JsonObject answer = ask(0, "acquire", new JsonObject().put("destination", "/" + i));
      leases.add(new JsonObject().put("lease", answer.getString("lease")));
    }
    assertThat(leases.stream().map(ForwardedLeasesIT::node).collect(Collectors.toSet()))
        .as("nodes that were asked")
        .isEqualTo(members.stream().map(ClusteredVertx::node).collect(Collectors.toSet()));
    return leases;
  }

  private JsonObject ask(int member, String what, JsonObject body) throws Exception {
    return members
        .get(member)
        .vertx()
        .eventBus()
        .<JsonObject>request("lblc.images." + what, body)
        .await(20, SECONDS)
        .body();
  }

  private static String node(JsonObject lease) {
    String id = lease.getString("lease");
    return id.substring(0, id.lastIndexOf('/'));
  }

  private static int active(LblcService service) {
    return service.status().servers().stream()
        .mapToInt(server -> server.active().local())
        .sum();
  }
}
