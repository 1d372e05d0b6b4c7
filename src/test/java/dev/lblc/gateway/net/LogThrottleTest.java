package dev.lblc.gateway.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LogThrottleTest {
  private final LogThrottle throttle = new LogThrottle(2, 100);

  @Test
  void enter_moreThanFitInAWindow_areLeftOutAndToldWithTheNextOne() {
    long start = Long.MAX_VALUE - 50; // it overflows within the first window
    assertThat(throttle.enter(start)).isZero();
    assertThat(throttle.enter(start + 1)).isZero();
    assertThat(throttle.enter(start + 2)).isEqualTo(-1);
    assertThat(throttle.enter(start + 99)).isEqualTo(-1);
    assertThat(throttle.enter(start + 100)).isEqualTo(2);
    assertThat(throttle.enter(start + 101)).isZero();
    assertThat(throttle.enter(start + 102)).isEqualTo(-1);
    assertThat(throttle.enter(start + 1_000)).isEqualTo(1);
  }

  @Test
  void enter_nowAndThen_isNeverLeftOut() {
    for (int i = 0; i < 10; i++) {
      assertThat(throttle.enter(i * 60L)).isZero();
    }
  }
}
