package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node of the release before and one of today's code in one cluster, whichever starts first. */
final class RollingUpgradeIT {
  private static final Path BEFORE = Path.of("src", "test", "releases", "vertx-lblc-0.1.0.jar");
  private static final Path TODAY = Path.of("target", "classes");
  private static final int DESTINATIONS = 40;
  private static final List<String> SERVERS = List.of("s1", "s2", "s3", "s4", "s5");

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  @BeforeEach
  void prepare() throws Exception {
    ReleaseNode.prepare(folder);
  }

  @ParameterizedTest(name = "older one first: {0}")
  @ValueSource(booleans = {true, false})
  void neighbours_ofTwoReleases_shareHomesCountsAndEdits(boolean isOlderFirst) throws Exception {
    List<Integer> ports = Ports.free(2);
    try (ReleaseNode first = launch(isOlderFirst, ports, 0).awaitReady();
        ReleaseNode second = launch(!isOlderFirst, ports, 1)) {
      use(first, "/early/");
      second.awaitReady();
      assertThat(second.homes()).as("pulled").isEqualTo(first.homes()).hasSize(DESTINATIONS);
      for (ReleaseNode node : List.of(first, second)) {
        Eventually.holds("both are heard", () -> node.status().getInteger("heard") == 2);
      }
      use(second, "/late/");
      Eventually.holds("homes of both are on both", () -> agree(first, second, 2 * DESTINATIONS));
      assertCountsAreShared(first, second);
      assertCountsAreShared(second, first);
      assertEditsAreShared(first, second);
      assertEditsAreShared(second, first);
      ReleaseNode older = isOlderFirst ? first : second;
      assertDrainsKeepOlderNodesAway(isOlderFirst ? second : first, older);

      Map<String, String> homes = first.homes();
      use(second, "/early/");
      assertThat(second.homes()).as("all are hits").isEqualTo(homes);
      second.ask("hold /early/0");
      Eventually.holds("it counts", () -> first.active() == 1);
      second.leave();
      Eventually.holds("it counts no more", () -> first.active() == 0);
      use(first, "/early/");
      use(first, "/alone/");
      assertThat(first.homes()).containsAllEntriesOf(homes).hasSize(4 * DESTINATIONS);
      assertThat(first.ask("weight s1 7")).isEqualTo("done");
      Eventually.holds(
          "it is well alone", () -> first.status().getJsonArray("degraded").isEmpty());
      for (ReleaseNode node : List.of(first, second)) {
        assertThat(node.log())
            .as("none of what the other one sends is told of")
            .noneMatch(line -> line.startsWith("ERROR"))
            .filteredOn(line -> line.startsWith("WARN") && !isOfABusyMachine(line))
            .isEmpty();
      }
    }
  }

  private static void assertCountsAreShared(ReleaseNode one, ReleaseNode other) throws Exception {
    for (int i = 0; i < 5; i++) {
      one.ask("hold /early/" + i);
    }
    Eventually.holds("they count on the other node", () -> other.active() == 5);
    assertThat(one.active()).isEqualTo(5);
    one.ask("release");
    Eventually.holds("they count no more", () -> other.active() == 0);
  }

  private static void assertEditsAreShared(ReleaseNode one, ReleaseNode other) throws Exception {
    int weight = one.server("s1").getInteger("weight") + 5;
    Eventually.holds("it is edited", () -> one.ask("weight s1 " + weight).equals("done"));
    Eventually.holds(
        "the weight holds on the other node",
        () -> other.server("s1").getInteger("weight") == weight);
  }

  /** Whichever node owns the record of a server: it takes nothing new on either, and can be brought back. */
  private static void assertDrainsKeepOlderNodesAway(ReleaseNode newer, ReleaseNode older)
      throws Exception {
    List<String> drained = SERVERS.subList(1, SERVERS.size());
    for (String server : drained) {
      assertThat(newer.ask("drain " + server)).isEqualTo("done");
      Eventually.holds(
          "the older one gives it nothing new",
          () -> older.server(server).getInteger("weight") == 0);
    }
    for (ReleaseNode node : List.of(older, newer)) {
      for (int i = 0; i < DESTINATIONS; i++) {
        assertThat(node.ask("use /drained/" + i)).isEqualTo("s1");
      }
    }
    for (String server : drained) {
      boolean isKnown = newer.server(server).getString("state").equals("draining");
      assertThat(newer.ask((isKnown ? "endDrain " : "undo ") + server)).isEqualTo("done");
      for (ReleaseNode node : List.of(older, newer)) {
        Eventually.holds("it is used again", () -> node.server(server).getInteger("weight") == 100);
      }
    }
  }

  /** A process that did not run for a while says so, and what it and the others missed meanwhile. */
  private static boolean isOfABusyMachine(String line) {
    return line.matches(
        "WARN (BlockedThreadChecker: .*|Cluster: this node was away .*|Liveness: this node did not run .*|Degradation: .* node .*)");
  }

  private static void use(ReleaseNode node, String prefix) throws Exception {
    for (int i = 0; i < DESTINATIONS; i++) {
      node.ask("use " + prefix + i);
    }
  }

  private static boolean agree(ReleaseNode one, ReleaseNode other, int size) throws Exception {
    Map<String, String> homes = one.homes();
    return homes.size() == size && homes.equals(other.homes());
  }

  private ReleaseNode launch(boolean isOlder, List<Integer> ports, int own) throws Exception {
    Path hazelcast = Files.writeString(folder.resolve("hazelcast" + own + ".xml"), """
        <hazelcast xmlns="http://www.hazelcast.com/schema/config">
          <cluster-name>%s</cluster-name>
          <properties>
            <property name="hazelcast.phone.home.enabled">false</property>
            <property name="hazelcast.wait.seconds.before.join">0</property>
          </properties>
          <network>
            <port auto-increment="false">%d</port>
            <interfaces enabled="true"><interface>127.0.0.1</interface></interfaces>
            <join>
              <auto-detection enabled="false"/>
              <multicast enabled="false"/>
              <tcp-ip enabled="true"><member>127.0.0.1:%d</member></tcp-ip>
            </join>
          </network>
        </hazelcast>
        """.formatted(
            folder.getFileName(), ports.get(own), ports.get(0)));
    return ReleaseNode.launch(folder, isOlder ? BEFORE : TODAY, hazelcast, config());
  }

  private static JsonObject config() {
    JsonArray servers = new JsonArray();
    for (int i = 0; i < SERVERS.size(); i++) {
      servers.add(new JsonObject()
          .put("id", SERVERS.get(i))
          .put("host", "127.0.0.1")
          .put("port", 9_000 + i)
          .put("weight", 100));
    }
    JsonObject service = new JsonObject().put("strategy", "lblc").put("servers", servers);
    return new JsonObject()
        .put("services", new JsonObject().put("images", service))
        .put("cluster", new JsonObject().put("enabled", true));
  }
}
