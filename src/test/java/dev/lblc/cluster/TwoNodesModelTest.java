package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.IMap;
import dev.lblc.scheduler.LocalityBased;
import dev.lblc.scheduler.Placement;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Servers;
import dev.lblc.scheduler.Strategy;
import dev.lblc.scheduler.TableReplica;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * All interleavings of two nodes that decide about one destination, the map between them, and what they tell each other beside it. The
 * nodes are made of the parts that a gateway has; only the map and the messages are the model's.
 */
final class TwoNodesModelTest {
  private static final String DESTINATION = "/a";
  private static final int MOST_ROUNDS = 20;

  /** More of either takes minutes. */
  private static final int FAULTS = Integer.getInteger("lblc.model.faults", 1);

  private static final int WAITS = Integer.getInteger("lblc.model.waits", 1);
  private static final Logger DEGRADATION = (Logger) LoggerFactory.getLogger(Degradation.class);

  @BeforeAll
  static void beQuiet() {
    DEGRADATION.setLevel(Level.OFF); // a map that fails is said in each of thousands of worlds
  }

  @AfterAll
  static void speakAgain() {
    DEGRADATION.setLevel(null);
  }

  /** What may happen next; with the number of a node or of a message. */
  private record Step(Kind kind, int which) {}

  private enum Kind {
    /** A node has a request for the destination. */
    DECIDE,
    /** The home that a node knows, and the map has not confirmed, does not answer it any more, and a request comes. */
    MOVE,
    /** A server's answer tells a node that it is the home. */
    LEARN,
    /** A write reaches the map. */
    WRITE,
    /** A write does not, and its node learns that. */
    FAIL,
    /** A write reaches the map, and its node learns of a failure. */
    LOSE_ANSWER,
    /** An answer arrives. */
    ANSWER,
    /** A map event arrives. */
    EVENT,
    /** So much time passes that nodes tell each other what the map has not confirmed. */
    WAIT,
    /** What was told arrives. */
    HINT
  }

  /**
   * How much may happen.
   *
   * @param moves of node 0
   * @param learns by node 0, which decides nothing then
   * @param faults of writes
   * @param waits for the map
   */
  private record Limits(int moves, int learns, int faults, int waits) {}

  @Test
  void mapThatWorks_makesEachNodeChangeAtMostOnce() {
    int states = explore(new Limits(0, 0, 0, 0), world -> {
      assertThat(world.told).as("told beside the map").isZero();
      for (Node node : world.nodes) {
        assertThat(node.adopted).as("changes of %s", node).isLessThanOrEqualTo(1);
      }
    });
    assertThat(states).isGreaterThan(20);
  }

  @Test
  void mapThatFailsOrIsSlow_leavesNodesThatAgreeAndDoNotGoBackAndForth() {
    int states = explore(new Limits(0, 0, FAULTS, WAITS), world -> {
      for (Node node : world.nodes) {
        assertThat(node.adopted).as("changes of %s", node).isLessThanOrEqualTo(2);
      }
    });
    assertThat(states).isGreaterThan(1_000);
  }

  @Test
  void homeThatMoves_whileNothingIsConfirmed_isAgreedOn() {
    int states = explore(new Limits(1, 0, 0, WAITS), world -> {
      for (Node node : world.nodes) {
        assertThat(node.adopted).as("changes of %s", node).isLessThanOrEqualTo(3);
      }
    });
    assertThat(states).isGreaterThan(1_000);
  }

  @Test
  void homeThatAServerTells_isKeptWhateverTheOtherNodeDecidesAtThatTime() {
    int states = explore(new Limits(0, 1, 0, 0), TwoNodesModelTest::assertLearned);
    assertThat(states).isGreaterThan(20);
  }

  @Test
  void homeThatAServerTells_whileTheMapFailsOrIsSlow_isKept() {
    int states = explore(new Limits(0, 1, FAULTS, WAITS), TwoNodesModelTest::assertLearned);
    assertThat(states).isGreaterThan(1_000);
  }

  private static void assertLearned(World world) {
    Node told = world.nodes.get(0);
    if (told.hasLearned) {
      assertThat(told.homes()).isEqualTo(List.of("s3"));
      assertThat(told.lost).as("changes of %s since it was told", told).isZero();
    }
  }

  @Test
  void homesThatServersTellTwoNodes_areAgreedOn() {
    World world = new World();
    world.nodes.get(1).learn("s1");
    world.nodes.get(0).learn("s3");
    world.executor.runFor(0);
    world.take(new Step(Kind.WRITE, 1)); // either may be first
    HomeRecord first = Objects.requireNonNull(world.record);
    world.settle();
    assertThat(Objects.requireNonNull(world.record).homes()).isEqualTo(first.homes());
  }

  @Test
  void homeThatAServerTells_isAgreedOnWithoutTheMap() {
    World world = new World();
    world.isAway = true;
    world.take(new Step(Kind.DECIDE, 1));
    world.take(new Step(Kind.WAIT, 0));
    world.take(new Step(Kind.LEARN, 0));
    world.waitAndDeliver(3);
    assertThat(world.nodes.get(0).homes())
        .isEqualTo(world.nodes.get(1).homes())
        .isEqualTo(List.of("s3"));
  }

  @Test
  void mapThatIsAway_leavesNodesThatAgreeByWhatTheyTell() {
    for (boolean isFirstFirst : new boolean[] {true, false}) {
      World world = new World();
      world.isAway = true;
      world.take(new Step(Kind.DECIDE, isFirstFirst ? 0 : 1));
      world.take(new Step(Kind.WAIT, 0));
      world.take(new Step(Kind.DECIDE, isFirstFirst ? 1 : 0));
      world.waitAndDeliver(1);
      world.waitAndDeliver(1);
      assertThat(world.nodes.get(0).homes())
          .isEqualTo(world.nodes.get(1).homes())
          .isEqualTo(List.of(isFirstFirst ? "s1" : "s2"));
      world.take(new Step(Kind.MOVE, 0));
      world.waitAndDeliver(2);
      assertThat(world.nodes.get(0).homes())
          .isEqualTo(world.nodes.get(1).homes())
          .isEqualTo(List.of(isFirstFirst ? "s3" : "s1"));
    }
  }

  @Test
  void nodesThatDecideAtOneTime_agreeWithoutTheMap() {
    World world = new World();
    world.isAway = true;
    world.take(new Step(Kind.DECIDE, 0));
    world.take(new Step(Kind.DECIDE, 1));
    world.waitAndDeliver(3);
    assertThat(world.nodes.get(0).homes())
        .isEqualTo(world.nodes.get(1).homes())
        .isEqualTo(List.of("s1"));
  }

  @Test
  void useOfTheFormerHome_undoesNoDecision() {
    World world = new World();
    world.take(new Step(Kind.DECIDE, 0));
    world.settle();
    HomeRecord confirmed = Objects.requireNonNull(world.record);
    world.isAway = true;
    world.take(new Step(Kind.MOVE, 0));
    world.waitAndDeliver(2);
    for (Node node : world.nodes) {
      assertThat(node.homes()).isEqualTo(List.of("s3"));
      node.events.add(confirmed.usedAt(world.executor.nowMillis()));
      node.hear();
      assertThat(node.homes()).as("%s", node).isEqualTo(List.of("s3"));
    }
  }

  private interface Check {
    void of(World world);
  }

  /** Goes through all states, each of which is reached anew from the beginning; returns how many there are. */
  private static int explore(Limits limits, Check check) {
    Set<String> seen = new HashSet<>();
    Deque<List<Step>> todo = new ArrayDeque<>();
    todo.add(List.of());
    while (!todo.isEmpty()) {
      List<Step> path = todo.removeLast();
      World world = new World();
      path.forEach(world::take);
      if (!seen.add(world.state())) {
        continue;
      }
      for (Step next : world.next(limits, path)) {
        List<Step> longer = new ArrayList<>(path);
        longer.add(next);
        todo.add(longer);
      }
      try {
        world.settle();
        check.of(world);
      } catch (AssertionError e) {
        throw new AssertionError("after " + path, e);
      }
    }
    System.out.println("TwoNodesModelTest: " + seen.size() + " states with " + limits);
    return seen.size();
  }

  /** A write on its way to the map. */
  private record Write(
      Node node,
      EntryProcessor<String, HomeRecord, HomeRecord> change,
      CompletableFuture<HomeRecord> answer,
      String text) {}

  /** An answer on its way from the map. */
  private record Answer(Node node, CompletableFuture<HomeRecord> to, HomeRecord record) {}

  private record Told(Node to, List<HomeHint> hints) {}

  /** Two nodes, a map, and what is on its way. */
  private static final class World {
    private final FakeExecutor executor = new FakeExecutor();
    private final List<Write> writes = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private final List<Told> hints = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private @Nullable HomeRecord record;
    private boolean isAway;
    private int told;

    World() {
      nodes.add(new Node(this, 0, "s1"));
      nodes.add(new Node(this, 1, "s2"));
    }

    List<Step> next(Limits limits, List<Step> path) {
      Map<Kind, Integer> done = new HashMap<>();
      path.forEach(step -> done.merge(step.kind(), 1, Integer::sum));
      List<Step> next = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        if (i >= limits.learns() && !path.contains(new Step(Kind.DECIDE, i))) {
          next.add(new Step(Kind.DECIDE, i));
        }
        if (!nodes.get(i).events.isEmpty()) {
          next.add(new Step(Kind.EVENT, i));
        }
      }
      if (done.getOrDefault(Kind.MOVE, 0) < limits.moves() && nodes.get(0).isUnconfirmed()) {
        next.add(new Step(Kind.MOVE, 0));
      }
      if (done.getOrDefault(Kind.LEARN, 0) < limits.learns()) {
        next.add(new Step(Kind.LEARN, 0));
      }
      int faults = done.getOrDefault(Kind.FAIL, 0) + done.getOrDefault(Kind.LOSE_ANSWER, 0);
      for (int i = 0; i < writes.size(); i++) {
        next.add(new Step(Kind.WRITE, i));
        if (faults < limits.faults()) {
          next.add(new Step(Kind.FAIL, i));
          next.add(new Step(Kind.LOSE_ANSWER, i));
        }
      }
      for (int i = 0; i < answers.size(); i++) {
        next.add(new Step(Kind.ANSWER, i));
      }
      for (int i = 0; i < hints.size(); i++) {
        next.add(new Step(Kind.HINT, i));
      }
      if (done.getOrDefault(Kind.WAIT, 0) < limits.waits()) {
        next.add(new Step(Kind.WAIT, 0));
      }
      return next;
    }

    void take(Step step) {
      switch (step.kind()) {
        case DECIDE -> nodes.get(step.which()).decide();
        case LEARN -> nodes.get(step.which()).learn("s3");
        case MOVE -> nodes.get(step.which()).move();
        case WRITE -> {
          Write write = writes.remove(step.which());
          answers.add(new Answer(write.node(), write.answer(), write(write)));
        }
        case FAIL -> fail(writes.remove(step.which()));
        case LOSE_ANSWER -> {
          Write write = writes.remove(step.which());
          HomeRecord unused = write(write);
          fail(write);
        }
        case ANSWER -> {
          Answer answer = answers.remove(step.which());
          answer.to().complete(answer.record());
        }
        case EVENT -> nodes.get(step.which()).hear();
        case WAIT -> {
          executor.runFor(TableHints.INTERVAL_MILLIS);
          for (Node node : nodes) {
            List<HomeHint> due = node.hints.due(10);
            if (!due.isEmpty()) {
              told++;
              hints.add(new Told(nodes.get(1 - node.number), due));
            }
          }
        }
        case HINT -> {
          Told message = hints.remove(step.which());
          message.to().hints.hear(message.hints());
        }
      }
      executor.runFor(0);
      nodes.forEach(Node::look);
    }

    /** What was told and has not arrived stays on its way. */
    void settle() {
      List<Told> late = List.copyOf(hints);
      hints.clear();
      for (int i = 0; i < MOST_ROUNDS && (i == 0 || !isQuiet()); i++) {
        while (!writes.isEmpty()) {
          take(new Step(Kind.WRITE, 0));
        }
        while (!answers.isEmpty()) {
          take(new Step(Kind.ANSWER, 0));
        }
        for (Node node : nodes) {
          while (!node.events.isEmpty()) {
            node.hear();
          }
        }
        waitAndDeliver(1);
        if (isQuiet()) {
          nodes.forEach(node -> node.publisher.review());
          executor.runFor(0);
        }
      }
      assertAgreed("at rest");
      hints.addAll(late);
      while (!hints.isEmpty()) {
        take(new Step(Kind.HINT, 0));
      }
      assertAgreed("after what was told arrived late");
    }

    private boolean isQuiet() {
      return writes.isEmpty()
          && answers.isEmpty()
          && nodes.stream().allMatch(node -> node.publisher.size() == 0 && node.events.isEmpty());
    }

    void waitAndDeliver(int times) {
      for (int i = 0; i < times; i++) {
        take(new Step(Kind.WAIT, 0));
        while (!hints.isEmpty()) {
          take(new Step(Kind.HINT, 0));
        }
      }
    }

    private void assertAgreed(String when) {
      HomeRecord there = record;
      for (Node node : nodes) {
        Placement placement = node.replica.placement(DESTINATION);
        assertThat(placement == null ? null : placement.homes())
            .as("%s has what the map has %s", node, when)
            .isEqualTo(there == null ? null : there.homes());
        assertThat(node.publisher.size()).as("backlog of %s", node).isZero();
      }
    }

    private HomeRecord write(Write write) {
      HomeRecord before = record;
      MapEntry entry = new MapEntry(before);
      HomeRecord after = write.change().process(entry);
      if (entry.getValue() != before) {
        record = entry.getValue();
        nodes.forEach(node -> node.events.add(entry.getValue()));
      }
      return after;
    }

    private static void fail(Write write) {
      write.answer().completeExceptionally(new IllegalStateException("away"));
    }

    String state() {
      StringBuilder state = new StringBuilder().append(executor.nowMillis()).append(record);
      TreeSet<String> messages = new TreeSet<>(); // in whatever order they were sent
      writes.forEach(write -> messages.add("W" + write.node().number + write.text()));
      answers.forEach(answer -> messages.add("A" + answer.node() + answer.record()));
      hints.forEach(hint -> messages.add("H" + hint.to().number + hint.hints()));
      state.append(messages);
      nodes.forEach(node -> state
          .append('N')
          .append(node.replica.placement(DESTINATION))
          .append(node.events)
          .append(node.publisher.isPending(DESTINATION))
          .append(node.decisions)
          .append(node.adopted)
          .append(node.lost));
      return state.toString();
    }
  }

  /** What a gateway has of a shared table. */
  private static final class Node {
    private final int number;
    private final Servers servers = new Servers();
    private final Strategy strategy;
    private final TableReplica replica;
    private final TablePublisher publisher;
    private final TableHints hints;
    private final TableSubscriber subscriber;
    private final Queue<HomeRecord> events = new ArrayDeque<>();
    private List<String> last = List.of();

    /** How often it had homes of another node in the place of its own. */
    private int adopted;

    private int decisions;
    private boolean hasLearned;

    /** How often it had other homes than a server had told. */
    private int lost;

    Node(World world, int number, String preferred) {
      this.number = number;
      for (String id : List.of("s1", "s2", "s3")) {
        Server server = servers.add(new ServerSpec(id, "192.0.2.1", 80, 1, 0, 0));
        int busy = id.equals(preferred) ? 0 : id.equals("s3") ? 1 : 2;
        for (int i = 0; i < busy; i++) {
          servers.bind(server);
        }
      }
      strategy = new LocalityBased(new Strategy.Context(
          servers,
          () -> SchedulerOptions.DEFAULTS,
          world.executor::nowMillis,
          true,
          () -> new Random(1)));
      replica = new TableReplica(Objects.requireNonNull(strategy.table()), servers);
      ClusterTime time = new ClusterTime(world.executor::nowMillis, world.executor::nowMillis);
      NodeContext context = new NodeContext(
          "node " + number, 1, time, new ClusterThread(world.executor), new Degradation());
      IMap<String, HomeRecord> map = map(world);
      publisher = new TablePublisher(
          "table",
          map,
          replica,
          () -> SchedulerOptions.DEFAULTS,
          context,
          world.executor,
          (destination, record) -> adopt(record));
      hints =
          new TableHints(context.node(), replica, publisher, () -> SchedulerOptions.DEFAULTS, time);
      subscriber = new TableSubscriber(
          map,
          List.of("any"),
          replica,
          () -> SchedulerOptions.DEFAULTS,
          time,
          publisher,
          hints,
          new RecordReader<>(HomeRecord.class, Dropped.Kind.HOMES, "homes", context.dropped()));
      replica.onDecision(publisher::decided);
    }

    void decide() {
      strategy.choose(DESTINATION);
      decided();
    }

    void move() {
      servers.setHealthy(Objects.requireNonNull(servers.find(homes().get(0))), false);
      strategy.choose(DESTINATION);
      decided();
    }

    void learn(String server) {
      strategy.learn(DESTINATION, Objects.requireNonNull(servers.find(server)));
      hasLearned = true;
      decided();
    }

    void hear() {
      HomeRecord next = events.remove();
      subscriber.changed(DESTINATION, next);
      look();
    }

    void look() {
      if (!last.isEmpty() && !homes().equals(last)) {
        adopted++;
        lost += hasLearned ? 1 : 0;
      }
      last = homes();
    }

    boolean isUnconfirmed() {
      Placement placement = replica.placement(DESTINATION);
      return placement != null && placement.version() == 0;
    }

    List<String> homes() {
      Placement placement = replica.placement(DESTINATION);
      return placement == null ? List.of() : placement.homes();
    }

    @Override
    public String toString() {
      return "node " + number;
    }

    private void decided() {
      decisions++;
      last = homes();
    }

    private void adopt(HomeRecord record) {
      subscriber.adopt(DESTINATION, record);
    }

    @SuppressWarnings("unchecked")
    private IMap<String, HomeRecord> map(World world) {
      return (IMap<String, HomeRecord>) Proxy.newProxyInstance(
          IMap.class.getClassLoader(),
          new Class<?>[] {IMap.class},
          (proxy, method, arguments) -> switch (method.getName()) {
            case "size" -> world.record == null ? 0 : 1;
            case "submitToKey" -> {
              CompletableFuture<HomeRecord> answer = new CompletableFuture<>();
              Placement sent = replica.placement(DESTINATION);
              if (!world.isAway) {
                world.writes.add(new Write(
                    this,
                    (EntryProcessor<String, HomeRecord, HomeRecord>) arguments[1],
                    answer,
                    String.valueOf(sent)));
              }
              yield answer;
            }
            default -> throw new UnsupportedOperationException(method.getName());
          });
    }
  }
}
