package dev.lblc.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RiseFallTest {
  private final RiseFall state = new RiseFall(2, 3, true);

  @Test
  void up_failuresBrokenByAPass_staysUp() {
    assertThat(run("FFPFF")).isEqualTo(".....");
    assertThat(state.up()).isTrue();
  }

  @Test
  void up_fallFailuresInARow_goesDownAtTheLast() {
    assertThat(run("PFFFF")).isEqualTo("...x.");
    assertThat(state.up()).isFalse();
  }

  @Test
  void down_risePassesInARow_comesBackAtTheLast() {
    assertThat(run("FFF")).isEqualTo("..x");
    assertThat(run("PFPP")).isEqualTo("...x");
    assertThat(state.up()).isTrue();
  }

  @Test
  void back_fails_needsAllFailuresAgain() {
    run("FFFPP");
    assertThat(run("FFF")).isEqualTo("..x");
  }

  /** Feeds P(ass) and F(ail); x where the state changed. */
  private String run(String results) {
    StringBuilder changes = new StringBuilder();
    results.chars().forEach(c -> changes.append(state.record(c == 'P') ? 'x' : '.'));
    return changes.toString();
  }
}
