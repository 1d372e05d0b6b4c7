package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ClusterTimeTest {
  private long localMillis = 1_000;
  private long sharedMillis = 1_700_000_000_000L;

  private final ClusterTime time = new ClusterTime(() -> localMillis, () -> sharedMillis);

  @Test
  void wallClock_thatJumps_movesNothing() {
    long placed = time.toShared(localMillis);
    sharedMillis += 3_600_000;
    localMillis += 5;
    assertThat(time.toShared(localMillis)).isEqualTo(placed + 5);
    assertThat(time.toLocal(placed)).isEqualTo(1_000);
    sharedMillis -= 7_200_000;
    assertThat(time.toShared(localMillis)).isEqualTo(placed + 5);
    assertThat(time.nowMillis()).isEqualTo(1_005);
  }

  @Test
  void adjust_afterAJoin_takesTheDifferenceAnew() {
    sharedMillis += 3_600_000;
    time.adjust();
    assertThat(time.toShared(localMillis)).isEqualTo(sharedMillis);
    assertThat(time.toLocal(sharedMillis - 10)).isEqualTo(localMillis - 10);
  }

  @Test
  void toLocal_ofAnotherNodesFuture_isNow() {
    assertThat(time.toLocal(sharedMillis + 1)).isEqualTo(localMillis);
    assertThat(time.toLocal(Long.MAX_VALUE)).isEqualTo(localMillis);
  }

  @Test
  void toLocal_ofWhatWasShared_isTheSame() {
    assertThat(time.toLocal(time.toShared(900))).isEqualTo(900);
  }
}
