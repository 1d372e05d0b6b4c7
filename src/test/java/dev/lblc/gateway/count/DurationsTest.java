package dev.lblc.gateway.count;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class DurationsTest {
  private final Durations durations = new Durations(new LoopCounters(2, 3 + Durations.SIZE), 3);

  @Test
  void bounds_goUpFromAMillisecondToTheLongestTimeLimit() {
    assertThat(durations.histogram().bounds())
        .isSorted()
        .doesNotHaveDuplicates()
        .startsWith(0.001)
        .contains(30.0)
        .endsWith(60.0);
  }

  @Test
  void record_aBoundItself_isInItsBucket() {
    record(1_000_000);
    record(1_001_000);
    assertThat(durations.histogram().counts()).startsWith(1L, 1L, 0L);
  }

  @Test
  void record_onSeveralLoops_isAddedUp() {
    durations.record(0, TimeUnit.SECONDS.toNanos(61));
    durations.record(1, TimeUnit.MILLISECONDS.toNanos(500));
    Histogram histogram = durations.histogram();
    assertThat(histogram.count()).isEqualTo(2);
    assertThat(histogram.sumSeconds()).isEqualTo(61.5);
    assertThat(histogram.counts()).hasSize(histogram.bounds().size() + 1).endsWith(1L);
  }

  /** Durations of less than a microsecond are in the sum as often up as down. */
  @Test
  void record_aPartOfAMicrosecond_isRounded() {
    List.of(400L, 1_400L, 1_600L).forEach(this::record);
    assertThat(durations.histogram().sumSeconds()).isEqualTo(0.000_003);
  }

  private void record(long nanos) {
    durations.record(0, nanos);
  }
}
