package dev.lblc.scheduler;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What a part of a weight means to the rules: a server in a slow start counts as one with that smaller weight. */
class SlowStartTest {
  private final Service service = new Service(
      "images",
      LocalityBased::new,
      SchedulerOptions.DEFAULTS,
      () -> 0,
      false,
      RandomGenerator::getDefault);
  private final Servers servers = service.servers();

  @Test
  void weight_ofAPart_isRoundedUpAndNeverNothing() {
    Server server = add("a", 64);
    servers.warm(server, 1);
    assertThat(server.weight()).isEqualTo(1);
    servers.warm(server, 500);
    assertThat(server.weight()).isEqualTo(32);
    servers.warm(server, Servers.FULL_WARMTH);
    assertThat(server.weight()).isEqualTo(64);
    assertThat(server.fullWeight()).isEqualTo(64);
  }

  @Test
  void weight_edited_keepsThePart() {
    Server server = add("a", 64);
    servers.warm(server, 250);
    servers.editWeight("a", 100);
    assertThat(server.weight()).isEqualTo(25);
    assertThat(requireNonNull(servers.spec("a")).weight()).isEqualTo(100);
    servers.editWeight("a", 0);
    assertThat(server.weight()).isZero();
    servers.warm(server, 1);
    assertThat(server.weight()).as("quiesced").isZero();
  }

  @Test
  void largestWeight_ofAPart_doesNotOverflow() {
    Server server = add("a", ServerSpec.MAX_WEIGHT);
    servers.warm(server, 999);
    assertThat(server.weight()).isEqualTo(999_000);
  }

  @Test
  void serverThatReturns_getsNoMoreThanItsPresentShare() {
    Server a = add("a", 100);
    Server b = add("b", 100);
    Server c = add("c", 100);
    servers.setHealthy(c, false);
    acquire(60, "before-");
    assertThat(List.of(a.active(), b.active())).containsExactly(30, 30);
    servers.warm(c, 100); // a weight of 10
    servers.setHealthy(c, true);
    acquire(60, "after-");
    assertThat(c.active()).as("10 of 210 parts of 120").isBetween(5, 6);
    servers.warm(c, Servers.FULL_WARMTH);
    acquire(120, "whole-");
    assertThat(c.active()).as("a third of 240").isEqualTo(80);
  }

  @Test
  void homes_onAServerThatReturns_areLeftAboveItsPresentWeight() {
    Server a = add("a", 4);
    Server b = add("b", 4);
    for (int i = 0; i < 4; i++) {
      service.acquire("hot", Set.of());
    }
    Server home = a.active() == 4 ? a : b;
    assertThat(home.active()).isEqualTo(4);
    assertThat(service.explain("hot").choice().server()).isSameAs(home);
    servers.warm(home, 250);
    assertThat(service.explain("hot").choice().reason()).isEqualTo(Reason.OVERLOADED);
  }

  private Server add(String id, int weight) {
    return servers.add(new ServerSpec(id, "127.0.0.1", 9, weight, 0, 0));
  }

  private void acquire(int requests, String prefix) {
    for (int i = 0; i < requests; i++) {
      service.acquire(prefix + i, Set.of());
    }
  }
}
