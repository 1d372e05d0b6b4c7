package dev.lblc.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.scheduler.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The sentences of explanations. */
final class ExplanationsTest {
  @Test
  void text_strategyWithoutTable_namesNoSet() {
    assertThat(Explanations.text(Reason.HIT, "s1", List.of())).isEqualTo("goes to its home s1");
    assertThat(Explanations.text(Reason.OVERLOADED, "s1", List.of()))
        .isEqualTo("leaves its home, which is overloaded, for s1");
    for (Reason reason : Reason.values()) {
      assertThat(Explanations.text(reason, "s1", List.of())).doesNotContain("[", "null");
    }
  }

  @Test
  void text_oneHomeOrASet_namesThem() {
    assertThat(Explanations.text(Reason.HIT, "s1", List.of("s1"))).isEqualTo("goes to its home s1");
    assertThat(Explanations.text(Reason.HIT, "s1", List.of("s2", "s1")))
        .isEqualTo("goes to s1, the least loaded of its set [s2, s1]");
    assertThat(Explanations.text(Reason.QUIESCED, "s1", List.of("s2")))
        .isEqualTo("leaves its home s2, which gets nothing new (weight 0 or drained), for s1");
  }
}
