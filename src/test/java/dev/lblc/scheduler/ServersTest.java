package dev.lblc.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Servers that come, change and go at run time. */
final class ServersTest {
  private final Servers servers = new Servers();
  private final List<String> heard = new ArrayList<>();

  ServersTest() {
    servers.listen(new Servers.Listener() {
      @Override
      public void adding(Server server, ServerSpec spec) {
        heard.add("adding " + spec.id() + " while " + servers.list());
      }

      @Override
      public void removed(Server server) {
        heard.add("removed " + server.id() + " from " + servers.list());
      }
    });
  }

  @Test
  void listener_hearsOfAServerBeforeItCanBeChosenAndAfterItCannot() {
    servers.add(spec("a", 80, 1));
    servers.add(spec("b", 80, 1));
    servers.remove("a");
    assertThat(heard)
        .containsExactly("adding a while []", "adding b while [a]", "removed a from [b]");
  }

  @Test
  void settle_otherValues_keepsPlaceAndConnections() {
    Server server = servers.add(spec("a", 80, 1));
    servers.add(spec("b", 80, 1));
    servers.bind(server);
    heard.clear();
    servers.settle("a", new ServerSpec("a", "192.0.2.1", 80, 5, 7, 3), false);
    assertThat(servers.list()).extracting(Server::id).containsExactly("b", "a");
    assertThat(servers.find("a")).isSameAs(server);
    assertThat(servers.spec("a")).isEqualTo(new ServerSpec("a", "192.0.2.1", 80, 5, 7, 3));
    assertThat(server.active()).isEqualTo(1);
    assertThat(heard).isEmpty();
  }

  @Test
  void settle_anotherAddress_isAnotherServer() {
    Server server = servers.add(spec("a", 80, 1));
    servers.bind(server);
    servers.settle("a", spec("a", 81, 1), false);
    assertThat(server.available()).isFalse();
    assertThat(servers.find("a")).isNotSameAs(server);
    assertThat(Objects.requireNonNull(servers.find("a")).active()).isZero();
  }

  @Test
  void settle_anotherAddress_leavesNoMomentWithoutTheServer() {
    servers.add(spec("a", 80, 1));
    List<Integer> sizes = new ArrayList<>();
    servers.listen(new Servers.Listener() {
      @Override
      public void adding(Server server, ServerSpec spec) {
        sizes.add(servers.list().size());
      }

      @Override
      public void removed(Server server) {
        sizes.add(servers.list().size());
      }
    });
    servers.settle("a", spec("a", 81, 1), false);
    assertThat(sizes).containsExactly(1, 1, 1);
    assertThat(servers.list()).hasSize(1).allMatch(Server::available);
  }

  @Test
  void removed_withConnectionsOfOtherNodesOnly_isForgotten() {
    Server server = servers.add(spec("a", 80, 1));
    servers.setPeers(server, 3, 1);
    servers.remove("a");
    assertThat(server.active()).isZero();
    servers.add(spec("b", 80, 1));
    assertThat(servers.known("a")).isNotSameAs(server);
  }

  @Test
  void settle_unhealthyServerGoneAndBack_isAvailable() {
    Server server = servers.add(spec("a", 80, 1));
    servers.setHealthy(server, false);
    servers.settle("a", null, false);
    servers.settle("a", spec("a", 80, 1), false);
    assertThat(servers.list()).hasSize(1).allMatch(Server::available);
  }

  @Test
  void listener_registeredLate_hearsOfThoseThatAreThere() {
    servers.add(spec("a", 80, 1));
    List<ServerSpec> found = new ArrayList<>();
    servers.listen(new Servers.Listener() {
      @Override
      public void adding(Server server, ServerSpec spec) {
        assertThat(servers.find(spec.id())).isSameAs(server);
        found.add(spec);
      }

      @Override
      public void removed(Server server) {
        found.clear();
      }
    });
    assertThat(found).containsExactly(spec("a", 80, 1));
    servers.remove("a");
    assertThat(found).isEmpty();
  }

  @Test
  void settle_anyOrderOfStates_endsInTheLast() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int step = 0; step < 2_000; step++) {
      String id = "s" + random.nextInt(3);
      @Nullable
      ServerSpec wanted =
          random.nextInt(3) == 0 ? null : spec(id, 80 + random.nextInt(2), random.nextInt(3));
      servers.settle(id, wanted, false);
      assertThat(servers.spec(id)).as("seed %d, step %d", seed, step).isEqualTo(wanted);
      assertThat(servers.list()).doesNotHaveDuplicates().allMatch(Server::available);
    }
  }

  private static ServerSpec spec(String id, int port, int weight) {
    return new ServerSpec(id, "192.0.2.1", port, weight, 0, 0);
  }
}
