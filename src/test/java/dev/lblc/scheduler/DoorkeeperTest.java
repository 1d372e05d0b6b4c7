package dev.lblc.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class DoorkeeperTest {
  private static final int LIMIT = 1_000;
  private static final int GENERATION = 4 * LIMIT;

  private final Doorkeeper doorkeeper = new Doorkeeper(LIMIT);

  @Test
  void wasSeen_secondTime_isTrue() {
    assertThat(doorkeeper.wasSeen("/a")).isFalse();
    assertThat(doorkeeper.wasSeen("/a")).isTrue();
    assertThat(doorkeeper.wasSeen("/a")).isTrue();
  }

  @Test
  void wasSeen_aGenerationOfOthersLater_isTrue() {
    for (int round = 0; round < 20; round++) {
      assertThat(doorkeeper.wasSeen("/a" + round)).isFalse();
      note("/" + round + "/", GENERATION - 1);
      assertThat(doorkeeper.wasSeen("/a" + round)).isTrue();
    }
  }

  @Test
  void wasSeen_twoGenerationsOfOthersLater_isFalse() {
    doorkeeper.wasSeen("/a");
    note("/", 2 * GENERATION + GENERATION / 20);
    assertThat(doorkeeper.wasSeen("/a")).isFalse();
  }

  @Test
  void wasSeen_neverNoted_isRarelyTrue() {
    int seen = 0;
    int asked = 20 * GENERATION;
    for (int i = 0; i < asked; i++) {
      seen += doorkeeper.wasSeen("/images/" + i + ".jpeg") ? 1 : 0;
    }
    assertThat(seen).isLessThan(asked / 100);
  }

  private void note(String prefix, int count) {
    for (int i = 0; i < count; i++) {
      doorkeeper.wasSeen(prefix + i);
    }
  }
}
