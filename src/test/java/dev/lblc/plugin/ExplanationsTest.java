package dev.lblc.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.scheduler.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The sentences of explanations. */
final class ExplanationsTest {
  @Test
  void text_strategyWithoutTable_namesNoSet() {
    assertThat(text(Reason.HIT, "s1")).isEqualTo("goes to its home s1");
    assertThat(text(Reason.OVERLOADED, "s1"))
        .isEqualTo("leaves its home, which is overloaded, for s1");
    for (Reason reason : Reason.values()) {
      assertThat(text(reason, "s1")).doesNotContain("[", "null");
    }
  }

  @Test
  void text_oneHomeOrASet_namesThem() {
    assertThat(text(Reason.HIT, "s1", "s1")).isEqualTo("goes to its home s1");
    assertThat(text(Reason.HIT, "s1", "s2", "s1"))
        .isEqualTo("goes to s1, the least loaded of its set [s2, s1]");
    assertThat(text(Reason.QUIESCED, "s1", "s2"))
        .isEqualTo("leaves its home s2, which gets nothing new (weight 0 or drained), for s1");
  }

  @Test
  void text_strategyThatSaysWhatItGoesBy_isNotSaidToGoByTheLoad() {
    assertThat(text(Reason.PLACED, "s1")).isEqualTo("has no home; the least loaded server is s1");
    for (Reason reason : List.of(Reason.PLACED, Reason.EXPIRED)) {
      assertThat(Explanations.text(reason, "s1", List.of(), "Because of its hash."))
          .endsWith("; it gets s1. Because of its hash.");
    }
  }

  private static String text(Reason reason, String server, String... homes) {
    return Explanations.text(reason, server, List.of(homes), "");
  }
}
