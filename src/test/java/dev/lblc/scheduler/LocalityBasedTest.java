package dev.lblc.scheduler;

import static dev.lblc.scheduler.TestService.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.scheduler.SchedulerOptions.Ties;
import dev.lblc.scheduler.SchedulerOptions.WhenFull;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the recordings cannot show: our own options, health, and the reasons. */
final class LocalityBasedTest {
  private final TestService service = new TestService().with("a", "b", "c");
  private final Strategy lblc = service.strategy(LocalityBased::new);
  private final DestinationTable table = Objects.requireNonNull(lblc.table());

  @Test
  void choose_sameDestination_sameServer() {
    Choice first = lblc.choose("/x");
    assertThat(first.reason()).isEqualTo(Reason.PLACED);
    for (int i = 0; i < 10; i++) {
      assertThat(lblc.choose("/x")).isEqualTo(Choice.of(first.server(), Reason.HIT));
    }
  }

  @Test
  void choose_homeFailsItsChecks_movesAndStaysMoved() {
    String home = String.valueOf(id(lblc.choose("/x")));
    service.servers.setHealthy(service.server(home), false);
    Choice moved = lblc.choose("/x");
    assertThat(moved.reason()).isEqualTo(Reason.UNAVAILABLE);
    assertThat(id(moved)).isNotEqualTo(home);
    service.servers.setHealthy(service.server(home), true);
    assertThat(lblc.choose("/x")).isEqualTo(Choice.of(moved.server(), Reason.HIT));
  }

  @Test
  void choose_homeQuiesced_movesWithThatReason() {
    String home = String.valueOf(id(lblc.choose("/x")));
    service.servers.editWeight(home, 0);
    assertThat(lblc.choose("/x").reason()).isEqualTo(Reason.QUIESCED);
  }

  @Test
  void choose_homeOverloadedAndAnotherHasRoom_moves() {
    String home = String.valueOf(id(lblc.choose("/x")));
    service.load(home, 100);
    assertThat(lblc.choose("/x").reason()).isEqualTo(Reason.HIT);
    service.load(home, 1);
    assertThat(lblc.choose("/x").reason()).isEqualTo(Reason.OVERLOADED);
  }

  @Test
  void choose_onlyAFailingServerHasRoom_stays() {
    String home = String.valueOf(id(lblc.choose("/x")));
    service.load(home, 101);
    for (Server other : service.servers.list()) {
      if (!other.id().equals(home)) {
        service.servers.setHealthy(other, false);
      }
    }
    assertThat(lblc.choose("/x").reason()).isEqualTo(Reason.HIT);
  }

  @Test
  void choose_tableAtItsHardLimit_placesWithoutRemembering() {
    service.options(Ties.SPREAD, 2, 3).whenFull(WhenFull.REFUSE);
    for (int i = 0; i < 10; i++) {
      assertThat(lblc.choose("/" + i).reason()).isEqualTo(Reason.PLACED);
    }
    assertThat(table.size()).isEqualTo(3);
    assertThat(lblc.choose("/2").reason()).isEqualTo(Reason.HIT);
    assertThat(lblc.choose("/9").reason()).isEqualTo(Reason.PLACED);
    assertThat(service.servers.list()).extracting(Server::homes).containsExactly(1, 1, 1);
  }

  @Test
  void choose_serverRemovedAndAddedAgain_findsItsDestinationsAndConnections() {
    String home = String.valueOf(id(lblc.choose("/x")));
    service.load(home, 2);
    Server removed = service.servers.remove(home);
    service.servers.unbindActive(removed);
    assertThat(removed.available()).isFalse();
    service.add(home, 50);
    assertThat(service.server(home)).isSameAs(removed);
    assertThat(lblc.choose("/x")).isEqualTo(removed.chosenFor(Reason.HIT));
    assertThat(removed.active()).isEqualTo(1);
  }

  @Test
  void choose_serverAddedAgainElsewhere_isAnotherServer() {
    String home = String.valueOf(id(lblc.choose("/x")));
    Server removed = service.servers.remove(home);
    service.servers.add(new ServerSpec(home, "192.0.2.9", 80, 100, 0, 0));
    assertThat(service.server(home)).isNotSameAs(removed);
    assertThat(lblc.choose("/x").reason()).isEqualTo(Reason.UNAVAILABLE);
  }

  @Test
  void homes_countedPerServer_matchTheTableAfterMovesAndExpiry() {
    ExpiryCheck expiry = new ExpiryCheck(table, () -> service.options, () -> service.nowMillis);
    for (int i = 0; i < 90; i++) {
      lblc.choose("/" + i);
    }
    service.servers.editWeight("a", 0);
    for (int i = 0; i < 90; i++) {
      lblc.choose("/" + i);
    }
    assertThat(service.servers.list()).extracting(Server::homes).containsExactly(45, 45, 0);
    service.nowMillis = service.options.expiration().toMillis();
    lblc.choose("/kept");
    for (int i = 0; i < ExpiryCheck.RUNS_TO_FULL_CHECK; i++) {
      expiry.run(entry -> {});
    }
    assertThat(table.size()).isEqualTo(1);
    assertThat(service.servers.list().stream().mapToInt(Server::homes).sum()).isEqualTo(1);
  }

  @Test
  void page_walkedInSteps_givesEveryDestinationOnceEvenIfTheLastOneWent() {
    for (int i = 0; i < 5_000; i++) {
      lblc.choose("/" + i);
    }
    List<DestinationTable.Row> all = table.page(10_000, null);
    assertThat(all)
        .hasSize(5_000)
        .extracting(DestinationTable.Row::destination)
        .doesNotHaveDuplicates();
    String after = null;
    int seen = 0;
    for (List<DestinationTable.Row> page = table.page(7, after);
        !page.isEmpty();
        page = table.page(7, after)) {
      assertThat(page).isEqualTo(all.subList(seen, Math.min(seen + 7, all.size())));
      seen += page.size();
      after = page.get(page.size() - 1).destination();
    }
    assertThat(seen).isEqualTo(5_000);
    String gone = all.get(100).destination();
    table.removeIf(Buckets.of(gone), entry -> entry.destination.equals(gone), entry -> {});
    assertThat(table.page(7, gone)).isEqualTo(all.subList(101, 108));
  }
}
