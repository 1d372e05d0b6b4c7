package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class UnheardMembersTest {
  private static final long LONG = 3_000;
  private static final long START = -5_000;

  private final PeerCounts peers = new PeerCounts(Map::of);
  private final List<String> silent = new ArrayList<>();
  private List<String> others = List.of();
  private Set<String> sharing = Set.of();
  private int asked;
  private final UnheardMembers unheard =
      new UnheardMembers(() -> others, peers, this::askWhoShares, silent::add, LONG, START);

  @Test
  void joining_withoutOthers_isDoneOnceThatIsKnown() {
    tick(0);
    assertThat(unheard.heardAll().isComplete()).isFalse();
    unheard.expect(Set.of());
    tick(50);
    assertThat(unheard.heardAll().succeeded()).isTrue();
  }

  @Test
  void joining_waitsForThoseThatShare_andForNoOther() {
    others = List.of("a", "b", "of another application");
    unheard.expect(Set.of("a", "b"));
    hear("a", 10);
    tick(50);
    assertThat(unheard.heardAll().isComplete()).isFalse();
    others = List.of("a", "of another application");
    tick(100);
    assertThat(unheard.heardAll().succeeded()).as("b left").isTrue();
  }

  @Test
  void joining_waitsNoLongerThanThat() {
    others = List.of("a");
    tick(LONG - 1);
    assertThat(unheard.heardAll().isComplete()).isFalse();
    tick(LONG);
    assertThat(unheard.heardAll().succeeded()).isTrue();
  }

  @Test
  void member_thatSharesAndIsNotHeard_isToldOfTheSecondTimeItIsLookedInto() {
    others = List.of("a", "of another application");
    sharing = Set.of("a");
    tick(0);
    tick(LONG);
    tick(2 * LONG - 1);
    assertThat(asked).isEqualTo(1);
    assertThat(silent).isEmpty();
    tick(2 * LONG);
    assertThat(silent).containsExactly("a");
  }

  @Test
  void member_thatIsHeardBetween_isNoLongerSuspected() {
    others = List.of("a", "b");
    sharing = Set.of("a", "b");
    tick(0);
    tick(LONG);
    hear("a", LONG + 10);
    tick(2 * LONG);
    assertThat(silent).containsExactly("b");
    peers.left("a");
    tick(2 * LONG + 50);
    tick(3 * LONG + 50);
    assertThat(silent).as("looked into for the first time again").containsOnly("b");
    tick(4 * LONG + 50);
    assertThat(silent).contains("a");
  }

  private Future<Set<String>> askWhoShares() {
    asked++;
    return Future.succeededFuture(sharing);
  }

  private void tick(long millis) {
    unheard.tick(START + millis);
  }

  private void hear(String node, long millis) {
    peers.received(new CountReport(node, 1, 1, Map.of()), START + millis);
  }
}
