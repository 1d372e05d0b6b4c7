package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.multimap.MultiMap;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes whose registrations on the event bus were lost, as after faults of the network. */
final class LostRegistrationIT {
  private static final int ROUNDS = 2;

  @Test
  void registrations_lostFromTheClustersMap_areMadeAnewAndReportsFlowAgain() throws Exception {
    List<ClusteredVertx> nodes = ClusteredVertx.start(2);
    List<Lease> leases = new ArrayList<>();
    try {
      LblcService one = nodes.get(0).deploy(new JsonObject());
      LblcService other = nodes.get(1).deploy(new JsonObject());
      MultiMap<String, Object> registrations = nodes.get(0).hazelcast().getMultiMap("__vertx.subs");
      for (int round = 1; round <= ROUNDS; round++) {
        int count = round;
        Eventually.holds("both listen", () -> registrations.valueCount("lblc.counts") == 2);
        assertThat(registrations.remove("lblc.counts")).hasSize(2);
        leases.add(one.acquire("images" + round));
        Eventually.holds("the other node counts " + count, 10, () -> active(other) == count);
        assertThat(active(one)).isEqualTo(count);
      }
      assertThat(registrations.valueCount("lblc.counts")).isEqualTo(2);
    } finally {
      leases.forEach(Lease::close);
      nodes.forEach(ClusteredVertx::close);
    }
  }

  private static int active(LblcService service) {
    return service.status().servers().stream()
        .mapToInt(server -> server.active().cluster())
        .sum();
  }
}
