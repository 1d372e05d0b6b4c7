package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StuckWatchTest {
  private static final long LIMIT = 20_000;

  private final StuckWatch watch = new StuckWatch(LIMIT, 0);

  @Test
  void mapThatDoesNotAnswer_isLeftAfterTheLimit() {
    assertThat(watch.isDue(19_999, 19_999, 0, true)).isFalse();
    assertThat(watch.isDue(20_000, 20_000, 0, true)).isTrue();
    assertThat(watch.rejoins()).isEqualTo(1);
  }

  @Test
  void limit_isShorterWhereHazelcastDoesNotHelpItself() {
    assertThat(StuckWatch.limitMillis(19_999)).isEqualTo(20_000);
    assertThat(StuckWatch.limitMillis(20_000)).isEqualTo(10_000);
    assertThat(StuckWatch.limitMillis(300_000)).isEqualTo(10_000);
  }

  @Test
  void mapThatWorks_isNot() {
    assertThat(watch.isDue(1_000_000, 0, 0, true)).isFalse();
    assertThat(watch.rejoins()).isZero();
  }

  @Test
  void membershipThatChanges_beginsTheTimeAnew() {
    watch.membershipChanged(10_000);
    assertThat(watch.isDue(29_999, 25_000, 0, true)).isFalse();
    assertThat(watch.isDue(30_000, 25_000, 0, true)).isTrue();
  }

  @Test
  void faultThatGoesOn_isWaitedFor() {
    assertThat(watch.isDue(21_000, 21_000, 0, false)).isFalse();
    assertThat(watch.isDue(40_999, 40_999, 0, true)).isFalse();
    assertThat(watch.isDue(41_000, 41_000, 0, true)).isTrue();
  }

  @Test
  void faultThatDoesNotEnd_isNotWaitedForForEver() {
    assertThat(watch.isDue(59_999, 59_999, 0, false)).isFalse();
    assertThat(watch.isDue(79_998, 79_998, 0, false)).isFalse();
    assertThat(watch.isDue(79_999, 79_999, 0, false)).isTrue();
  }

  @Test
  void memberThatJoinedEarlier_waitsForThoseThatJoinedAfterIt() {
    assertThat(watch.isDue(29_999, 29_999, 2, true)).isFalse();
    assertThat(watch.isDue(30_000, 30_000, 2, true)).isTrue();
  }

  @Test
  void mapThatGoesOnSo_isLeftLessAndLessOften() {
    long now = 0;
    long[] pauses = {20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000};
    for (long pause : pauses) {
      now += pause;
      assertThat(watch.isDue(now - 1, now, 0, true)).as("before %d", now).isFalse();
      assertThat(watch.isDue(now, now, 0, true)).as("at %d", now).isTrue();
    }
    assertThat(watch.rejoins()).isEqualTo(pauses.length);
  }

  @Test
  void mapThatHasWorkedAgain_isLeftAsSoonAsBefore() {
    assertThat(watch.isDue(20_000, 20_000, 0, true)).isTrue();
    assertThat(watch.isDue(60_000, 0, 0, true)).isFalse();
    assertThat(watch.isDue(80_000, 20_000, 0, true)).isTrue();
  }
}
