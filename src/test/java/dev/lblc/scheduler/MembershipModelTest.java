package dev.lblc.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random configurations, discoveries and edits against a naive model: it keeps what each said last, server by server. */
final class MembershipModelTest {
  private static final int ROUNDS = 300;
  private static final int STEPS = 60;
  private static final List<String> IDS = List.of("a", "b", "c");

  /** One server, as one says it who reads the rules aloud. */
  private static final class Model {
    @Nullable
    ServerSpec configured;

    @Nullable
    ServerSpec discovered;

    /** Whether it was edited; the others are of no account before. */
    boolean edited;

    @Nullable
    ServerSpec configuredAtEdit;

    @Nullable
    ServerSpec made;

    boolean wasDiscovered;

    /** Whether an edit said what it is; a drain does not. */
    boolean hasValues;

    boolean drained;

    void configure(@Nullable ServerSpec says) {
      boolean changes = !Objects.equals(configured, says);
      configured = says;
      if (edited && changes && !Objects.equals(says, configuredAtEdit)) {
        edited = Objects.equals(says, made);
        drained &= edited;
        configuredAtEdit = says;
        wasDiscovered = false;
      }
    }

    /** Returns whether the edit can be made. */
    boolean edit(ServerEdit edit) {
      ServerSpec result;
      if (edit instanceof ServerEdit.EndDrain && !drained) {
        return false;
      }
      try {
        result = edit.applyTo(wanted());
      } catch (IllegalArgumentException e) {
        return false;
      }
      if (!edited) {
        configuredAtEdit = configured;
        wasDiscovered = configured == null && discovered != null;
        hasValues = false;
      }
      boolean isOfDrain = edit instanceof ServerEdit.Drain || edit instanceof ServerEdit.EndDrain;
      hasValues |= !isOfDrain;
      drained = edit instanceof ServerEdit.Drain || (drained && edit instanceof ServerEdit.Change);
      wasDiscovered &= !(edit instanceof ServerEdit.Add);
      edited = true;
      made = result;
      return true;
    }

    /** Returns whether there is something to undo. */
    boolean undo() {
      boolean hasEffect = edited && (hasValues || drained);
      if (hasEffect) {
        edited = false;
        drained = false;
      }
      return hasEffect;
    }

    @Nullable
    ServerSpec wanted() {
      ServerSpec given = configured != null ? configured : discovered;
      if (!edited || !hasValues) {
        return given;
      }
      if (made == null || !wasDiscovered) {
        return made;
      }
      return given == null
          ? null
          : new ServerSpec(
              given.id(), given.host(), given.port(), made.weight(), made.upper(), made.lower());
    }
  }

  @Test
  void oneNode_anyOrder_wantsWhatTheModelWants() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      Servers servers = new Servers();
      Membership membership = new Membership(servers, () -> 0);
      Map<String, Model> model = model();
      List<String> story = new ArrayList<>();
      for (int step = 0; step < STEPS; step++) {
        step(random, model, List.of(membership), story);
        assertThat(servers(servers)).as("seed %d: %s", seed, story).isEqualTo(wanted(model));
      }
    }
  }

  /** Has three nodes join, each with servers of its own. */
  private static void join(SharedEdits store, List<Servers> servers, List<Membership> nodes) {
    for (int i = 0; i < 3; i++) {
      servers.add(new Servers());
      nodes.add(new Membership(servers.get(i), () -> 0));
      store.join(nodes.get(i));
    }
  }

  /** Nodes hear late and lose events, join, and restart; all get each configuration, one after the other. */
  @Test
  void severalNodes_anyOrder_endWithWhatTheModelWants() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      SharedEdits store = new SharedEdits();
      List<Servers> servers = new ArrayList<>();
      List<Membership> nodes = new ArrayList<>();
      join(store, servers, nodes);
      Map<String, Model> model = model();
      List<String> story = new ArrayList<>();
      for (int step = 0; step < STEPS; step++) {
        // A change of configuration is a point in time: edits under way are through before and
        // after it.
        store.deliver();
        step(random, model, nodes, story);
        for (int i = random.nextInt(5); i > 0; i--) {
          store.deliverSome(random);
        }
        if (random.nextInt(8) == 0) {
          store.loseAndPull(nodes.get(random.nextInt(3)));
        }
        if (random.nextInt(8) == 0) {
          restart(random.nextInt(3), store, servers, nodes, model);
          story.add("restart");
        }
      }
      store.deliver();
      for (Servers one : servers) {
        assertThat(servers(one)).as("seed %d: %s", seed, story).isEqualTo(wanted(model));
      }
    }
  }

  /** Edits meet configurations that not all nodes have heard of: who wins is open, but all nodes agree in the end. */
  @Test
  void severalNodes_thatHearLate_agreeInTheEnd() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      SharedEdits store = new SharedEdits();
      List<Servers> servers = new ArrayList<>();
      List<Membership> nodes = new ArrayList<>();
      join(store, servers, nodes);
      List<String> story = new ArrayList<>();
      List<ServerSpec> configured = List.of();
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(5)) {
          case 0 -> {
            configured = IDS.stream()
                .filter(id -> random.nextBoolean())
                .map(id -> spec(random, id))
                .toList();
            nodes.get(random.nextInt(3)).configure(configured); // the others have it later
            story.add("configure " + configured);
          }
          case 1 -> store.deliverSome(random);
          case 2 -> {
            String id = IDS.get(random.nextInt(IDS.size()));
            story.add("undo " + id);
            var unused = nodes.get(random.nextInt(3)).undo(id, null);
          }
          default -> {
            ServerEdit edit = edit(random, IDS.get(random.nextInt(IDS.size())));
            story.add(edit.toString());
            var unused = nodes.get(random.nextInt(3)).edit(edit, null);
          }
        }
      }
      List<ServerSpec> last = configured;
      nodes.forEach(node -> node.configure(last));
      store.deliver();
      nodes.forEach(store::loseAndPull); // as every few seconds after a fault
      store.deliver();
      Map<String, String> first = servers(servers.get(0));
      for (Servers one : servers) {
        assertThat(servers(one)).as("seed %d: %s", seed, story).isEqualTo(first);
      }
    }
  }

  private static void restart(
      int number,
      SharedEdits store,
      List<Servers> servers,
      List<Membership> nodes,
      Map<String, Model> model) {
    store.leave(nodes.get(number));
    servers.set(number, new Servers());
    nodes.set(number, new Membership(servers.get(number), () -> 0));
    nodes.get(number).configure(specs(model, true));
    store.join(nodes.get(number));
    nodes.get(number).discovered(specs(model, false));
  }

  private static void step(
      Random random, Map<String, Model> model, List<Membership> nodes, List<String> story) {
    switch (random.nextInt(6)) {
      case 0 -> {
        for (String id : IDS) {
          if (random.nextInt(2) == 0) {
            of(model, id).configure(random.nextInt(3) == 0 ? null : spec(random, id));
          }
        }
        List<ServerSpec> specs = specs(model, true);
        story.add("configure " + specs);
        nodes.forEach(node -> node.configure(specs));
      }
      case 1 -> {
        for (String id : IDS) {
          if (random.nextInt(2) == 0) {
            of(model, id).discovered = random.nextInt(2) == 0 ? null : spec(random, id);
          }
        }
        List<ServerSpec> specs = specs(model, false);
        story.add("discover " + specs);
        nodes.forEach(node -> node.discovered(specs));
      }
      case 2 -> {
        String id = IDS.get(random.nextInt(IDS.size()));
        story.add("undo " + id);
        boolean isUndone =
            !nodes.get(random.nextInt(nodes.size())).undo(id, null).isCompletedExceptionally();
        assertThat(isUndone).as("%s", story).isEqualTo(of(model, id).undo());
      }
      default -> {
        ServerEdit edit = edit(random, IDS.get(random.nextInt(IDS.size())));
        story.add(edit.toString());
        boolean isMade =
            !nodes.get(random.nextInt(nodes.size())).edit(edit, null).isCompletedExceptionally();
        assertThat(isMade).as("%s", story).isEqualTo(of(model, edit.id()).edit(edit));
      }
    }
  }

  private static ServerEdit edit(Random random, String id) {
    return switch (random.nextInt(6)) {
      case 0 -> new ServerEdit.Add(spec(random, id));
      case 1 -> new ServerEdit.Remove(id);
      case 2 -> new ServerEdit.Drain(id, null);
      case 3 -> new ServerEdit.EndDrain(id);
      default -> new ServerEdit.Change(id, random.nextInt(3), null, null);
    };
  }

  private static Model of(Map<String, Model> model, String id) {
    return Objects.requireNonNull(model.get(id));
  }

  private static Map<String, Model> model() {
    Map<String, Model> model = new TreeMap<>();
    IDS.forEach(id -> model.put(id, new Model()));
    return model;
  }

  private static List<ServerSpec> specs(Map<String, Model> model, boolean configured) {
    return model.values().stream()
        .map(server -> configured ? server.configured : server.discovered)
        .filter(Objects::nonNull)
        .toList();
  }

  private static Map<String, String> wanted(Map<String, Model> model) {
    Map<String, String> wanted = new HashMap<>();
    model.forEach((id, server) -> {
      ServerSpec spec = server.wanted();
      if (spec != null) {
        wanted.put(id, spec + (server.drained ? " drained" : ""));
      }
    });
    return wanted;
  }

  private static Map<String, String> servers(Servers servers) {
    Map<String, String> specs = new HashMap<>();
    servers
        .list()
        .forEach(server -> specs.put(
            server.id(), servers.spec(server.id()) + (server.draining() ? " drained" : "")));
    return specs;
  }

  private static ServerSpec spec(Random random, String id) {
    return new ServerSpec(id, "192.0.2.1", 80 + random.nextInt(2), random.nextInt(3), 0, 0);
  }
}
