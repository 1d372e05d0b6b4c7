package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ClaimTest {
  @Test
  void order_isByVersionThenByDecisionThenByWhoWasFirst() {
    List<Claim> ascending = List.of(
        Claim.ofRecord(0),
        new Claim(0, 1, 200, "a"),
        new Claim(0, 1, 100, "b"),
        new Claim(0, 1, 100, "a"),
        new Claim(0, 2, 300, "b"),
        Claim.ofRecord(1),
        new Claim(1, 1, 400, "b"));
    for (int i = 0; i < ascending.size(); i++) {
      for (int j = 0; j < ascending.size(); j++) {
        assertThat(Integer.signum(ascending.get(i).compareTo(ascending.get(j))))
            .as("%s and %s", ascending.get(i), ascending.get(j))
            .isEqualTo(Integer.compare(i, j));
      }
    }
  }

  @Test
  void next_isHigherWheneverItIsMade() {
    Claim known = new Claim(3, 2, 100, "a");
    assertThat(known.next(50, "b")).isGreaterThan(known).isLessThan(Claim.ofRecord(4));
    assertThat(Claim.ofRecord(3).next(0, "a").isProvisional()).isTrue();
    assertThat(Claim.ofRecord(3).isProvisional()).isFalse();
  }
}
