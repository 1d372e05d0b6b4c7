package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PutHomesTest {
  private static final long HOUR = 3_600_000;

  @Test
  void put_nothingThere_isTheFirstVersion() {
    MapEntry entry = new MapEntry(null);
    HomeRecord answer = put("s1", 0, 5_000).process(entry);
    assertThat(answer).hasToString("[s1] v1 used 5000");
    assertThat(entry.getValue()).isSameAs(answer);
    assertThat(entry.secondsToLive()).isEqualTo(3_600);
  }

  @Test
  void put_ofTwoThatKnewNothing_theFirstWinsAndTheSecondIsTold() {
    MapEntry entry = new MapEntry(null);
    put("s1", 0, 5_000).process(entry);
    HomeRecord answer = put("s2", 0, 6_000).process(entry);
    assertThat(answer).hasToString("[s1] v1 used 6000");
    assertThat(entry.getValue()).hasToString("[s1] v1 used 6000");
  }

  @Test
  void put_ofTwoThatLeaveTheSameHome_theFirstWins() {
    MapEntry entry = new MapEntry(new HomeRecord(List.of("s1"), 3, 5_000));
    assertThat(put("s2", 3, 6_000).process(entry)).hasToString("[s2] v4 used 6000");
    assertThat(put("s3", 3, 6_100).process(entry)).hasToString("[s2] v4 used 6100");
  }

  @Test
  void put_theSameHomes_isAUseAndNoNewVersion() {
    MapEntry entry = new MapEntry(new HomeRecord(List.of("s1"), 3, 5_000));
    assertThat(put("s1", 3, 6_000).process(entry)).hasToString("[s1] v3 used 6000");
    assertThat(put("s1", 0, 4_000).process(entry)).hasToString("[s1] v3 used 6000");
  }

  @Test
  void put_runTwice_changesNothingMore() {
    MapEntry entry = new MapEntry(new HomeRecord(List.of("s1"), 3, 5_000));
    PutHomes put = put("s2", 3, 6_000);
    put.process(entry);
    assertThat(put.process(entry)).hasToString("[s2] v4 used 6000");
  }

  @Test
  void put_overAnExpiredRecord_winsWithAHigherVersion() {
    MapEntry entry = new MapEntry(new HomeRecord(List.of("s1"), 5, 5_000));
    assertThat(put("s2", 0, 5_000 + HOUR).process(entry))
        .as("higher than what other nodes may still hold")
        .hasToString("[s2] v6 used " + (5_000 + HOUR));
  }

  @Test
  void put_justBeforeTheExpiration_doesNotWin() {
    MapEntry entry = new MapEntry(new HomeRecord(List.of("s1"), 5, 5_000));
    assertThat(put("s2", 0, 5_000 + HOUR - 1).process(entry).homes()).containsExactly("s1");
  }

  @Test
  void contest_ofMergedHomes_putsItsOwnBackAndLeavesOneContestLess() {
    MapEntry entry = new MapEntry(new HomeRecord(List.of("s1"), 5, 5_000, 3));
    PutHomes contest = new PutHomes(List.of("s2"), 5, 6_000, HOUR, true);
    HomeRecord after = contest.process(entry);
    assertThat(after).hasToString("[s2] v6 used 6000");
    assertThat(after.contests()).isEqualTo(2);
    assertThat(put("s3", 6, 7_000).process(entry).contests())
        .as("a new decision ends the dispute")
        .isZero();
  }

  @Test
  void contest_ofHomesThatAreNotInDispute_beginsOneOfAFewContests() {
    MapEntry entry = new MapEntry(new HomeRecord(List.of("s1"), 5, 5_000));
    HomeRecord after = new PutHomes(List.of("s2"), 5, 6_000, HOUR, true).process(entry);
    assertThat(after).hasToString("[s2] v6 used 6000");
    assertThat(after.contests()).isEqualTo(3);
    for (int left = 2; left >= 0; left--) {
      HomeRecord there = entry.getValue();
      String home = there.homes().contains("s1") ? "s2" : "s1";
      PutHomes contest = new PutHomes(List.of(home), there.version(), 6_000, HOUR, true);
      assertThat(contest.process(entry).contests()).isEqualTo(left);
    }
  }

  @Test
  void contest_ofWhatIsThereAlreadyOrNewerOrGone_beginsNoDispute() {
    PutHomes contest = new PutHomes(List.of("s1"), 5, 6_000, HOUR, true);
    assertThat(contest.process(new MapEntry(new HomeRecord(List.of("s1"), 5, 5_000))))
        .hasToString("[s1] v5 used 6000")
        .extracting(HomeRecord::contests)
        .isEqualTo(0);
    assertThat(contest.process(new MapEntry(new HomeRecord(List.of("s2"), 6, 5_000))))
        .hasToString("[s2] v6 used 6000")
        .extracting(HomeRecord::contests)
        .isEqualTo(0);
    assertThat(contest.process(new MapEntry(null)))
        .hasToString("[s1] v6 used 6000")
        .extracting(HomeRecord::contests)
        .isEqualTo(0);
  }

  /** Two sides of a split had s1 and s2, and the merge chose s1: that s2 was used later is said by no use of s1. */
  @Test
  void use_ofOtherHomesThanThoseInDispute_isNotTheirs() {
    HomeRecord merged = new HomeRecord(List.of("s1"), 5, 5_000, 3);
    for (boolean isContest : new boolean[] {true, false}) {
      MapEntry entry = new MapEntry(merged);
      PutHomes late = new PutHomes(List.of("s2"), 4, 6_000, HOUR, isContest);
      assertThat(late.process(entry)).isSameAs(merged);
      assertThat(entry.getValue()).isSameAs(merged);
      assertThat(put("s1", 4, 6_000).process(entry)).hasToString("[s1] v5 used 6000");
    }
    MapEntry entry = new MapEntry(merged);
    assertThat(new NoteUse(6_000, HOUR, 4).process(entry)).isTrue();
    assertThat(entry.getValue()).isSameAs(merged);
    assertThat(new NoteUse(6_000, HOUR, 5).process(entry)).isTrue();
    assertThat(entry.getValue()).hasToString("[s1] v5 used 6000");
  }

  @Test
  void timeToLive_shorterThanASecond_isOneAndNotForEver() {
    MapEntry entry = new MapEntry(null);
    new PutHomes(List.of("s1"), 0, 5_000, 0, false).process(entry);
    assertThat(entry.secondsToLive()).isEqualTo(1);
    new PutHomes(List.of("s1"), 0, 5_000, 1_001, false).process(entry);
    assertThat(entry.secondsToLive()).isEqualTo(2);
  }

  @Test
  void noteUse_ofAnEntry_renewsItAndTellsWhetherItIsThere() {
    MapEntry entry = new MapEntry(new HomeRecord(List.of("s1"), 3, 5_000));
    assertThat(new NoteUse(6_000, HOUR, 0).process(entry)).isTrue();
    assertThat(entry.getValue()).hasToString("[s1] v3 used 6000");
    assertThat(entry.secondsToLive()).isEqualTo(3_600);
    assertThat(new NoteUse(5_500, HOUR, 0).process(entry)).isTrue();
    assertThat(entry.getValue()).as("never earlier").hasToString("[s1] v3 used 6000");
    assertThat(new NoteUse(6_000, HOUR, 0).process(new MapEntry(null))).isFalse();
  }

  @Test
  void removeUnused_ofAnEntryUsedLater_leavesIt() {
    MapEntry entry = new MapEntry(new HomeRecord(List.of("s1"), 3, 5_000));
    assertThat(new RemoveUnused(4_999).process(entry)).isFalse();
    assertThat(entry.getValue()).isNotNull();
    assertThat(new RemoveUnused(5_000).process(entry)).isTrue();
    assertThat(entry.getValue()).isNull();
    assertThat(new RemoveUnused(5_000).process(entry)).isFalse();
  }

  private static PutHomes put(String home, int expectedVersion, long lastUse) {
    return new PutHomes(List.of(home), expectedVersion, lastUse, HOUR, false);
  }
}
