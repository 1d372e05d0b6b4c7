package dev.lblc.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which servers there shall be, by configuration, discovery and edits. */
final class MembershipTest {
  private final Servers servers = new Servers();
  private final AtomicLong now = new AtomicLong(5_000);
  private final Membership membership = new Membership(servers, now::get);

  @Test
  void edit_ofEachKind_checksWhatIsThere() {
    edit(new ServerEdit.Add(spec("a", 80, 1)));
    assertRefused(new ServerEdit.Add(spec("a", 80, 1)), "server a is there already");
    edit(new ServerEdit.Change("a", 0, null, 4));
    assertThat(servers.spec("a")).isEqualTo(new ServerSpec("a", "192.0.2.1", 80, 0, 0, 4));
    assertRefused(new ServerEdit.Change("a", 1, -1, null), "upper: -1 (expected: 0 or more)");
    assertThat(servers.spec("a")).isEqualTo(new ServerSpec("a", "192.0.2.1", 80, 0, 0, 4));
    assertRefused(
        new ServerEdit.Change("a", null, 3, null),
        "lower: 4 (expected: at most upper, which is 3)");
    edit(new ServerEdit.Remove("a"));
    assertThat(servers.spec("a")).isNull();
    assertRefused(new ServerEdit.Remove("a"), "there is no server a");
    assertRefused(new ServerEdit.Change("a", 1, null, null), "there is no server a");
  }

  @Test
  void edit_configurationAppliedAgain_holds() {
    membership.configure(List.of(spec("a", 80, 100), spec("b", 80, 100)));
    edit(new ServerEdit.Change("a", 7, null, null));
    edit(new ServerEdit.Remove("b"));
    edit(new ServerEdit.Add(spec("c", 80, 1)));
    membership.configure(List.of(spec("a", 80, 100), spec("b", 80, 100)));
    assertServers(spec("a", 80, 7), spec("c", 80, 1));
    membership.configure(List.of(spec("a", 80, 100), spec("b", 80, 100), spec("d", 80, 1)));
    assertServers(spec("a", 80, 7), spec("c", 80, 1), spec("d", 80, 1));
  }

  @Test
  void edit_configurationChangesThatServer_ends() {
    membership.configure(List.of(spec("a", 80, 100), spec("b", 80, 100)));
    edit(new ServerEdit.Change("a", 7, null, null));
    edit(new ServerEdit.Change("b", 7, null, null));
    membership.configure(List.of(spec("a", 80, 50), spec("b", 80, 100)));
    assertServers(spec("a", 80, 50), spec("b", 80, 7));
    membership.configure(List.of(spec("a", 80, 50)));
    assertServers(spec("a", 80, 50));
    membership.configure(List.of(spec("a", 80, 100), spec("b", 80, 100)));
    assertServers(spec("a", 80, 100), spec("b", 80, 100));
  }

  @Test
  void edit_configurationTakesItOver_holdsUntilTheConfigurationChangesAgain() {
    membership.configure(List.of(spec("a", 80, 100)));
    edit(new ServerEdit.Change("a", 7, null, null));
    membership.configure(List.of(spec("a", 80, 7)));
    assertServers(spec("a", 80, 7));
    edit(new ServerEdit.Change("a", 8, null, null));
    membership.configure(List.of(spec("a", 80, 7)));
    assertServers(spec("a", 80, 8));
    membership.configure(List.of(spec("a", 80, 100)));
    assertServers(spec("a", 80, 100));
  }

  @Test
  void removal_thatTheConfigurationTakesOver_endsWhenTheServerIsConfiguredAgain() {
    membership.configure(List.of(spec("a", 80, 100)));
    edit(new ServerEdit.Remove("a"));
    membership.configure(List.of());
    assertServers();
    membership.configure(List.of(spec("a", 80, 100)));
    assertServers(spec("a", 80, 100));
  }

  @Test
  void configuration_thatSwapsWhoIsInUse_leavesNoMomentWithoutAServer() {
    membership.configure(List.of(spec("a", 80, 1), spec("b", 80, 0), spec("c", 80, 0)));
    List<Integer> usable = new ArrayList<>();
    servers.listen(new Servers.Listener() {
      @Override
      public void adding(Server server, ServerSpec spec) {
        usable.add((int) servers.list().stream().filter(s -> s.weight() > 0).count());
      }

      @Override
      public void removed(Server server) {
        usable.add((int) servers.list().stream().filter(s -> s.weight() > 0).count());
      }
    });
    usable.clear();
    membership.configure(List.of(spec("c", 80, 1), spec("d", 80, 0)));
    assertThat(usable).hasSize(3).allMatch(count -> count > 0);
    assertServers(spec("c", 80, 1), spec("d", 80, 0));
  }

  @Test
  void discoveredServer_thatIsConfiguredToo_isAsConfigured() {
    membership.configure(List.of(spec("a", 80, 100)));
    membership.discovered(List.of(spec("a", 81, 5), spec("b", 81, 5)));
    assertServers(spec("a", 80, 100), spec("b", 81, 5));
    membership.configure(List.of());
    assertServers(spec("a", 81, 5), spec("b", 81, 5));
  }

  @Test
  void edit_ofADiscoveredServer_followsItsAddressAndComesBackWithIt() {
    membership.discovered(List.of(spec("a", 80, 100)));
    edit(new ServerEdit.Change("a", 0, null, null));
    membership.discovered(List.of(spec("a", 81, 100)));
    assertServers(spec("a", 81, 0));
    membership.discovered(List.of());
    assertServers();
    membership.discovered(List.of(spec("a", 82, 100)));
    assertServers(spec("a", 82, 0));
    edit(new ServerEdit.Remove("a"));
    membership.discovered(List.of(spec("a", 83, 100)));
    assertServers();
    edit(new ServerEdit.Add(spec("a", 90, 3)));
    membership.discovered(List.of());
    assertServers(spec("a", 90, 3));
  }

  @Test
  void edit_afterTheStoreWasLeft_holdsBesideThoseOfTheStore() {
    SharedEdits store = new SharedEdits();
    membership.configure(List.of(spec("a", 80, 100), spec("b", 80, 100)));
    store.join(membership);
    edit(new ServerEdit.Change("a", 7, null, null));
    store.deliver();
    membership.leaveStore();
    edit(new ServerEdit.Change("b", 8, null, null));
    store.deliver();
    assertServers(spec("a", 80, 7), spec("b", 80, 8));
    assertThat(store.records()).containsOnlyKeys("a");
  }

  @Test
  void edit_ofANodeWithAnotherConfiguration_holdsWhileThisOneDoesNotChangeThatServer() {
    SharedEdits store = new SharedEdits();
    membership.configure(List.of(spec("a", 80, 100)));
    store.join(membership);
    Membership other = new Membership(new Servers(), () -> 0);
    other.configure(List.of(spec("a", 80, 50)));
    store.join(other);
    other.edit(new ServerEdit.Change("a", 7, null, null), null).join();
    store.deliver();
    membership.configure(List.of(spec("a", 80, 100), spec("b", 80, 1)));
    assertServers(spec("a", 80, 7), spec("b", 80, 1));
    membership.configure(List.of(spec("a", 80, 50), spec("b", 80, 1)));
    assertServers(spec("a", 80, 7), spec("b", 80, 1));
    membership.configure(List.of(spec("a", 80, 60)));
    assertServers(spec("a", 80, 60));
  }

  @Test
  void record_ofAnEditThatEnded_isNotAppliedWhenItComesLate() {
    SharedEdits store = new SharedEdits();
    membership.configure(List.of(spec("a", 80, 100)));
    store.join(membership);
    edit(new ServerEdit.Change("a", 7, null, null));
    EditRecord late = Objects.requireNonNull(store.records().get("a"));
    membership.configure(List.of(spec("a", 80, 50)));
    membership.edited("a", late);
    assertServers(spec("a", 80, 50));
  }

  @Test
  void drain_givesNothingNewUntilItEnds() {
    membership.configure(List.of(spec("a", 80, 100)));
    edit(new ServerEdit.Drain("a", Duration.ofMillis(500)));
    assertDrained("a", 0, 500L);
    assertServers(spec("a", 80, 100));
    now.addAndGet(700);
    assertDrained("a", 700, -200L);
    edit(new ServerEdit.Drain("a", null));
    assertDrained("a", 700, null);
    assertThat(membership.draining()).containsOnlyKeys("a");
    edit(new ServerEdit.EndDrain("a"));
    assertUsed("a", 100);
    assertThat(membership.draining()).isEmpty();
    assertRefused(new ServerEdit.EndDrain("a"), "server a is not drained");
    assertRefused(new ServerEdit.Drain("z", null), "there is no server z");
  }

  @Test
  void drain_outlivesChangesAndTheSameConfiguration_endsWhenThatServerIsConfiguredOtherwise() {
    membership.configure(List.of(spec("a", 80, 100)));
    edit(new ServerEdit.Drain("a", null));
    edit(new ServerEdit.Change("a", 7, null, null));
    membership.configure(List.of(spec("a", 80, 100), spec("b", 80, 1)));
    assertDrained("a", 0, null);
    membership.configure(List.of(spec("a", 80, 7), spec("b", 80, 1)));
    assertDrained("a", 0, null);
    membership.configure(List.of(spec("a", 80, 9)));
    assertUsed("a", 9);
  }

  @Test
  void drain_ofARemovedServer_isOver() {
    membership.configure(List.of(spec("a", 80, 100)));
    edit(new ServerEdit.Drain("a", null));
    edit(new ServerEdit.Remove("a"));
    assertThat(membership.draining()).isEmpty();
    edit(new ServerEdit.Add(spec("a", 80, 5)));
    assertUsed("a", 5);
  }

  @Test
  void drain_ofADiscoveredServer_leavesItsValuesToDiscovery() {
    membership.discovered(List.of(spec("a", 80, 100)));
    edit(new ServerEdit.Drain("a", null));
    membership.discovered(List.of(spec("a", 81, 40)));
    assertDrained("a", 0, null);
    assertServers(spec("a", 81, 40));
    edit(new ServerEdit.EndDrain("a"));
    assertUsed("a", 40);
    membership.discovered(List.of(spec("a", 81, 50)));
    assertUsed("a", 50);
    assertThat(standing("a").source()).isEqualTo(Membership.Source.DISCOVERY);
  }

  @Test
  void drainedServer_atAnotherAddress_isDrainedFromTheStart() {
    membership.discovered(List.of(spec("a", 80, 100)));
    edit(new ServerEdit.Drain("a", null));
    List<Integer> weights = new ArrayList<>();
    servers.listen(new Servers.Listener() {
      @Override
      public void adding(Server server, ServerSpec spec) {}

      @Override
      public void removed(Server server) {
        weights.add(server.weight());
      }
    });
    membership.discovered(List.of(spec("a", 81, 100)));
    membership.discovered(List.of());
    assertThat(weights).containsExactly(0, 0);
  }

  @Test
  void undo_ofEachKind_goesBackToWhatIsConfigured() {
    membership.configure(List.of(spec("a", 80, 100), spec("b", 80, 100)));
    assertNotUndone("a", null, "server a is not edited");
    edit(new ServerEdit.Change("a", 7, null, null));
    edit(new ServerEdit.Drain("a", null));
    edit(new ServerEdit.Remove("b"));
    edit(new ServerEdit.Add(spec("c", 80, 1)));
    for (String id : List.of("a", "b", "c")) {
      membership.undo(id, null).join();
    }
    assertServers(spec("a", 80, 100), spec("b", 80, 100));
    assertUsed("a", 100);
    edit(new ServerEdit.Change("a", 8, null, null));
    assertUsed("a", 8);
  }

  @Test
  void edit_ofAVersionThatIsNoLonger_isRefused() {
    membership.configure(List.of(spec("a", 80, 100)));
    String first = standing("a").version();
    membership.edit(new ServerEdit.Change("a", 7, null, null), first).join();
    String second = standing("a").version();
    assertThat(second).isNotEqualTo(first);
    assertThatThrownBy(() -> membership.edit(new ServerEdit.Remove("a"), first).join())
        .hasCauseInstanceOf(EditConflictException.class);
    assertNotUndone("a", first, "server a was changed at the same time by another");
    membership.undo("a", second).join();
    membership.configure(List.of(spec("a", 80, 90)));
    assertThat(standing("a").version()).isNotEqualTo(first);
  }

  /** Each has seen the same, and the store hears of one after the other. */
  @Test
  void edits_ofOneVersionByTwoNodesAtOnce_areNotBothMade() {
    SharedEdits store = new SharedEdits();
    Membership other = new Membership(new Servers(), () -> 0);
    for (Membership node : List.of(membership, other)) {
      node.configure(List.of(spec("a", 80, 100)));
      store.join(node);
    }
    String seen = standing("a").version();
    membership.edit(new ServerEdit.Change("a", 7, null, null), seen).join();
    assertThatThrownBy(
            () -> other.edit(new ServerEdit.Change("a", 8, null, null), seen).join())
        .hasCauseInstanceOf(EditConflictException.class);
    store.deliver();
    assertThat(other.standing("a")).isEqualTo(standing("a"));
  }

  @Test
  void source_isWhoSaysWhatTheServerIs() {
    membership.configure(List.of(spec("a", 80, 100)));
    membership.discovered(List.of(spec("b", 80, 100)));
    edit(new ServerEdit.Add(spec("c", 80, 100)));
    edit(new ServerEdit.Drain("a", null));
    assertThat(standing("a").source()).isEqualTo(Membership.Source.FILE);
    assertThat(standing("b").source()).isEqualTo(Membership.Source.DISCOVERY);
    assertThat(standing("c").source()).isEqualTo(Membership.Source.EDIT);
    edit(new ServerEdit.Change("a", 7, null, null));
    edit(new ServerEdit.Change("b", 7, null, null));
    assertThat(standing("a").source()).isEqualTo(Membership.Source.EDIT);
    assertThat(standing("b").source()).isEqualTo(Membership.Source.EDIT);
    membership.configure(List.of(spec("a", 80, 7)));
    assertThat(standing("a").source()).as("taken over").isEqualTo(Membership.Source.FILE);
  }

  @Test
  void drain_afterTheStoreWasLeft_hasTheTimeThatItHad() {
    SharedEdits store = new SharedEdits();
    membership.configure(List.of(spec("a", 80, 100)));
    store.join(membership);
    edit(new ServerEdit.Drain("a", Duration.ofMillis(500)));
    Membership.Draining before = membership.draining().get("a");
    membership.leaveStore();
    assertThat(membership.draining().get("a")).isEqualTo(before);
    now.addAndGet(100);
    assertDrained("a", 100, 400L);
  }

  private Membership.Standing standing(String id) {
    return Objects.requireNonNull(membership.standing(id));
  }

  private void assertDrained(String id, long forMillis, @Nullable Long remainingMillis) {
    assertThat(standing(id).draining())
        .isEqualTo(new Membership.Draining(forMillis, remainingMillis));
    Server server = Objects.requireNonNull(servers.find(id));
    assertThat(server.draining()).isTrue();
    assertThat(server.weight()).isZero();
  }

  private void assertUsed(String id, int weight) {
    assertThat(standing(id).draining()).isNull();
    Server server = Objects.requireNonNull(servers.find(id));
    assertThat(server.draining()).isFalse();
    assertThat(server.weight()).isEqualTo(weight);
  }

  private void assertNotUndone(String id, @Nullable String version, String message) {
    assertThatThrownBy(() -> membership.undo(id, version).join())
        .cause()
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private void edit(ServerEdit edit) {
    membership.edit(edit, null).join();
  }

  private void assertRefused(ServerEdit edit, String message) {
    assertThatThrownBy(() -> membership.edit(edit, null).join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private void assertServers(ServerSpec... expected) {
    List<@Nullable ServerSpec> specs = new ArrayList<>();
    servers.list().forEach(server -> specs.add(servers.spec(server.id())));
    assertThat(specs).containsExactlyInAnyOrder(expected);
  }

  private static ServerSpec spec(String id, int port, int weight) {
    return new ServerSpec(id, "192.0.2.1", port, weight, 0, 0);
  }
}
