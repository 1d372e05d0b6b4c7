package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StuckWatchTest {
  private static final long LIMIT = 20_000;

  private final StuckWatch watch = new StuckWatch(LIMIT, 0);

  @Test
  void mapThatDoesNotAnswer_isLeftAfterTheLimit() {
    assertThat(watch.isDue(19_999, 19_999, 0)).isFalse();
    assertThat(watch.isDue(20_000, 20_000, 0)).isTrue();
    assertThat(watch.rejoins()).isEqualTo(1);
  }

  @Test
  void mapThatWorks_isNot() {
    assertThat(watch.isDue(1_000_000, 0, 0)).isFalse();
    assertThat(watch.rejoins()).isZero();
  }

  @Test
  void membershipThatChanges_beginsTheTimeAnew() {
    watch.membershipChanged(10_000);
    assertThat(watch.isDue(29_999, 25_000, 0)).isFalse();
    assertThat(watch.isDue(30_000, 25_000, 0)).isTrue();
  }

  @Test
  void memberThatJoinedEarlier_waitsForThoseThatJoinedAfterIt() {
    assertThat(watch.isDue(59_999, 59_999, 2)).isFalse();
    assertThat(watch.isDue(60_000, 60_000, 2)).isTrue();
  }

  @Test
  void mapThatGoesOnSo_isLeftLessAndLessOften() {
    long now = 0;
    long[] pauses = {20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000};
    for (long pause : pauses) {
      now += pause;
      assertThat(watch.isDue(now - 1, now, 0)).as("before %d", now).isFalse();
      assertThat(watch.isDue(now, now, 0)).as("at %d", now).isTrue();
    }
    assertThat(watch.rejoins()).isEqualTo(pauses.length);
  }

  @Test
  void mapThatHasWorkedAgain_isLeftAsSoonAsBefore() {
    assertThat(watch.isDue(20_000, 20_000, 0)).isTrue();
    assertThat(watch.isDue(60_000, 0, 0)).isFalse();
    assertThat(watch.isDue(80_000, 20_000, 0)).isTrue();
  }
}
