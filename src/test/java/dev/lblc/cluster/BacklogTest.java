package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BacklogTest {
  private final Backlog backlog = new Backlog();

  @Test
  void destination_addedTwice_waitsOnce() {
    backlog.add("/a");
    backlog.add("/b");
    backlog.add("/a");
    assertThat(backlog.size()).isEqualTo(2);
    assertThat(backlog.poll()).isEqualTo("/a");
    assertThat(backlog.poll()).isEqualTo("/b");
    assertThat(backlog.poll()).isNull();
    assertThat(backlog.isEmpty()).isTrue();
  }

  @Test
  void destination_addedAfterItWasTaken_waitsAgain() {
    backlog.add("/a");
    assertThat(backlog.poll()).isEqualTo("/a");
    assertThat(backlog.contains("/a")).isFalse();
    backlog.add("/a");
    assertThat(backlog.contains("/a")).isTrue();
    assertThat(backlog.poll()).isEqualTo("/a");
  }

  @Test
  void removeIf_selected_leaveNothingBehind() {
    backlog.add("/a");
    backlog.add("/b");
    backlog.removeIf("/a"::equals);
    assertThat(backlog.size()).isEqualTo(1);
    assertThat(backlog.contains("/a")).isFalse();
    assertThat(backlog.poll()).isEqualTo("/b");
    assertThat(backlog.poll()).isNull();
  }
}
