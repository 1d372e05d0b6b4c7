package dev.lblc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BodyRateTest {
  private static final long LEAST = 256;
  private static final long STEP_MILLIS = 50;
  private static final long NEVER = -1;

  /** An extreme of the clock: it may be anywhere, and wrap. */
  private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5);

  private final BodyRate rate = new BodyRate();
  private long received;

  /** Sends so many bytes a second, in steps; returns the millisecond at which it was too slow. */
  private long send(long perSecond, long seconds, boolean isAwaited) {
    for (long millis = 0; millis <= seconds * 1000; millis += STEP_MILLIS) {
      long sent = perSecond * millis / 1000;
      if (rate.isTooLow(now, received + sent, LEAST, isAwaited)) {
        return millis;
      }
      now += TimeUnit.MILLISECONDS.toNanos(STEP_MILLIS);
    }
    received += perSecond * seconds;
    return NEVER;
  }

  @ParameterizedTest
  @CsvSource({"0, 20050", "100, 20050", "255, 20050", "256, -1", "1000000, -1"})
  void body_atOneRate_isTooSlowAfterGraceAndWindow(long perSecond, long at) {
    assertThat(send(perSecond, 100, true)).isEqualTo(at);
  }

  @Test
  void body_thatBeginsSlowly_hasTheGrace() {
    assertThat(send(0, 10, true)).isEqualTo(NEVER);
    assertThat(send(260, 60, true)).isEqualTo(NEVER);
  }

  @Test
  void body_thatBecomesSlow_isNoticedWithinTwoWindows() {
    assertThat(send(100_000, 33, true)).isEqualTo(NEVER);
    assertThat(send(10, 60, true)).isBetween(10_000L, 20_100L);
  }

  @Test
  void body_thatIsNotAwaited_isNeverTooSlow() {
    assertThat(send(0, 1000, false)).isEqualTo(NEVER);
    assertThat(send(0, 60, true)).as("then it counts").isBetween(10_000L, 10_100L);
  }

  @Test
  void body_thatIsHeldUpWithinTheGrace_keepsTheRestOfIt() {
    assertThat(send(0, 1, false)).isEqualTo(NEVER);
    assertThat(send(0, 60, true)).isBetween(18_900L, 19_100L);
  }

  @Test
  void body_thatIsHeldUpNowAndThen_isNeverTooSlow() {
    for (int i = 0; i < 20; i++) {
      assertThat(send(0, 9, true)).isEqualTo(NEVER);
      assertThat(send(0, 1, false)).isEqualTo(NEVER);
    }
  }

  @Test
  void body_thatCameWhileTheProcessPaused_isSeenBeforeItsClientIsBlamed() {
    assertThat(send(256, 20, true)).isEqualTo(NEVER);
    now += TimeUnit.SECONDS.toNanos(30);
    assertThat(rate.isTooLow(now, received, LEAST, true)).isFalse();
    now += TimeUnit.MILLISECONDS.toNanos(STEP_MILLIS);
    received += 256 * 31;
    assertThat(rate.isTooLow(now, received, LEAST, true)).isFalse();
  }

  @Test
  void body_withoutALimit_isNeverTooSlow() {
    for (int i = 0; i < 100; i++) {
      assertThat(rate.isTooLow(now, 0, 0, true)).isFalse();
      now += TimeUnit.SECONDS.toNanos(1);
    }
  }

  @Test
  void body_inRandomBurstsAboveTheRate_isNeverTooSlow() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int second = 0; second < 2000; second++) {
      int looks = 1 + random.nextInt(5);
      for (int i = 0; i < looks; i++) {
        assertThat(rate.isTooLow(now, received, LEAST, random.nextInt(50) > 0))
            .as("seed %d", seed)
            .isFalse();
        now += TimeUnit.SECONDS.toNanos(1) / looks;
      }
      received +=
          LEAST * 12 / 10 + random.nextInt(3); // a window may be a look longer than its bursts
    }
  }
}
