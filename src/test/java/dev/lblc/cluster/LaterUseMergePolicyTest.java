package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LaterUseMergePolicyTest {
  @Test
  void later_ofTwo_isTheOneUsedLaterUnderAVersionThatBothFollow() {
    HomeRecord one = new HomeRecord(List.of("s1"), 7, 5_000);
    HomeRecord other = new HomeRecord(List.of("s2"), 2, 6_000);
    assertThat(LaterUseMergePolicy.later(one, other)).hasToString("[s2] v8 used 6000");
  }

  @Test
  void later_sameHomesAndVersion_isNoNewVersion() {
    HomeRecord one = new HomeRecord(List.of("s1"), 3, 5_000);
    HomeRecord other = new HomeRecord(List.of("s1"), 3, 6_000);
    assertThat(LaterUseMergePolicy.later(one, other)).hasToString("[s1] v3 used 6000");
  }

  @Test
  void later_ofDifferentHomes_isInDispute() {
    HomeRecord one = new HomeRecord(List.of("s1"), 7, 5_000, 1);
    HomeRecord other = new HomeRecord(List.of("s2"), 2, 6_000);
    assertThat(LaterUseMergePolicy.later(one, other).contests()).isEqualTo(3);
  }

  @Test
  void later_ofTwoSets_isOneOfThemAndNoMixture() {
    HomeRecord one = new HomeRecord(List.of("s1", "s2", "s3"), 7, 5_000);
    HomeRecord other = new HomeRecord(List.of("s4", "s1"), 2, 6_000);
    assertThat(LaterUseMergePolicy.later(one, other)).hasToString("[s4, s1] v8 used 6000");
  }

  @Test
  void later_ofTheSameHomesInDispute_leavesTheContestsThatThereAre() {
    HomeRecord disputed = new HomeRecord(List.of("s1"), 2, 5_000, 2);
    for (int version = 1; version <= 2; version++) {
      HomeRecord unmerged = new HomeRecord(List.of("s1"), version, 5_000);
      assertThat(LaterUseMergePolicy.later(unmerged, disputed).contests()).isEqualTo(2);
    }
  }

  @Test
  void later_anyTwo_isTheSameFromEitherSide() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      HomeRecord one = record(random);
      HomeRecord other = record(random);
      HomeRecord winner = LaterUseMergePolicy.later(one, other);
      assertThat(winner)
          .as("seed %d: %s with %s", seed, one, other)
          .hasToString(LaterUseMergePolicy.later(other, one).toString());
      assertThat(winner.lastUseMillis())
          .isEqualTo(Math.max(one.lastUseMillis(), other.lastUseMillis()));
      if (!one.homes().equals(other.homes())) {
        assertThat(winner.version()).isGreaterThan(Math.max(one.version(), other.version()));
      }
    }
  }

  /** Few values, so that many are equal. */
  private static HomeRecord record(Random random) {
    List<String> all = List.of("s0", "s1", "s2");
    int first = random.nextInt(3);
    return new HomeRecord(
        all.subList(first, first + 1 + random.nextInt(3 - first)),
        1 + random.nextInt(3),
        5_000 + random.nextInt(3));
  }
}
