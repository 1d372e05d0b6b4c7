package dev.lblc.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which servers there shall be, by configuration, discovery and edits. */
final class MembershipTest {
  private final Servers servers = new Servers();
  private final Membership membership = new Membership(servers, () -> 0);

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
