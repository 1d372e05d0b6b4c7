package dev.lblc.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EjectionTimesTest {
  private final EjectionTimes times =
      new EjectionTimes(Duration.ofSeconds(10), Duration.ofSeconds(35));

  private long now = -7; // a monotonic clock may be below zero

  @Test
  void ejections_inARow_growByMultiplesUpToTheLimit() {
    assertThat(eject()).hasSeconds(10);
    assertThat(eject()).hasSeconds(20);
    assertThat(eject()).hasSeconds(30);
    assertThat(eject()).hasSeconds(35);
    assertThat(eject()).hasSeconds(35);
  }

  @Test
  void goodTime_makesTheNextOneShorterAgain() {
    eject();
    eject();
    eject();
    later(19);
    assertThat(eject()).as("three in a row, less one, and one more").hasSeconds(30);
    later(20);
    assertThat(eject()).hasSeconds(20);
    later(60);
    assertThat(eject()).hasSeconds(10);
  }

  @Test
  void goodTime_afterManyInARow_isNotOwedForAllOfThem() {
    for (int i = 0; i < 100; i++) {
      eject();
    }
    later(40);
    assertThat(eject()).hasSeconds(10);
  }

  @Test
  void timeOfTheEjectionItself_isNoGoodTime() {
    eject();
    assertThat(eject()).hasSeconds(20);
  }

  @Test
  void limitOfOneEjection_neverGrows() {
    EjectionTimes same = new EjectionTimes(Duration.ofSeconds(5), Duration.ofSeconds(5));
    assertThat(Duration.ofNanos(same.next(0))).hasSeconds(5);
    assertThat(Duration.ofNanos(same.next(1))).hasSeconds(5);
  }

  /** Ejects the server, and has it back at the end. */
  private Duration eject() {
    Duration ejected = Duration.ofNanos(times.next(now));
    now += ejected.toNanos();
    times.back(now);
    return ejected;
  }

  private void later(int seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
  }
}
