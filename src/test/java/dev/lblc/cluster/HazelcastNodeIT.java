package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.ClusterState;
import com.hazelcast.cluster.Member;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.partition.impl.InternalPartitionServiceImpl;
import com.hazelcast.internal.server.ServerConnection;
import com.hazelcast.internal.server.ServerConnectionManager;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.IMap;
import com.hazelcast.map.impl.operation.EntryOperation;
import com.hazelcast.map.impl.operation.GetOperation;
import com.hazelcast.spi.impl.operationservice.Operation;
import com.hazelcast.spi.impl.operationservice.impl.Invocation;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import dev.lblc.testing.Ports;
import dev.lblc.testing.UnexpectedLog;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that start beside peers of which nothing comes. */
final class HazelcastNodeIT {
  /** From one look to the next where counts are reported as seldom: longer than a silent elder is waited for. */
  private static final long TICK_MILLIS = 6_000;

  private static final String NAME = UUID.randomUUID().toString();
  private static final List<Pattern> REFUSED =
      List.of(Pattern.compile("ERROR security: .*Cluster state either is locked"));

  @TempDir
  Path folder;

  @Test
  @ExpectedLog("WARN JoinWatch: no answer from 127.0.0.1:\\d+ for 3 s")
  void member_besidePeersThatSayNothing_startsAndIsFoundLaterAndLosesNoCalls() throws Exception {
    List<Integer> ports = Ports.free(3);
    ServerSocket silent =
        new ServerSocket(ports.get(0), 50, InetAddress.getLoopbackAddress()); // nobody accepts
    long begin = System.nanoTime();
    try (HazelcastNode first = HazelcastNode.start(patient(file(ports, 1)), null, false)) {
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
      HazelcastInstance member = instance(first);
      assertThat(member.getCluster().getMembers()).hasSize(1);
      for (String limit : List.of(
          "hazelcast.partition.migration.timeout", "hazelcast.max.join.merge.target.seconds")) {
        assertThat(member.getConfig().getProperty(limit)).isEqualTo("10");
      }
      silent.close();
      MemberWatch watch = watch(member, new Degradation());
      inside(first).reset(); // as a merge that fails leaves it
      watch.mergeFailed();
      watch.tick(0, true);
      Eventually.holds(
          "in a cluster again", () -> inside(first).getClusterService().isJoined());
      try (HazelcastNode later = HazelcastNode.start(patient(file(ports, 0)), null, false)) {
        Eventually.holds(
            "one cluster", () -> instance(later).getCluster().getMembers().size() == 2);
        IMap<String, String> map = instance(later).getMap("m");
        map.put("k", "v"); // so that partitions have owners
        map.put(keyOf(member, instance(later)), "value");
        silentConnectionIsClosed(later, member);
        callIsMadeAgain_onceItsConnectionIsClosed(later, member);
        callThatHasItsAnswer_isNotMadeAgain(later, member);
        callIsMadeAgain_onceThereIsAConnection(later, member);
      }
    } finally {
      silent.close();
    }
  }

  /** While Hazelcast suspects a member already it leaves a connection alone by which nothing comes. */
  private static void silentConnectionIsClosed(HazelcastNode node, HazelcastInstance other)
      throws Exception {
    SilentConnections silent = new SilentConnections(inside(node));
    int looks = SilentConnections.looks(inside(node));
    List<ServerConnection> ways = connections(node).getAllConnections(addressOf(other));
    repeat(looks, silent::look);
    long read = lastRead(node);
    Eventually.holds("a heartbeat", () -> lastRead(node) != read);
    repeat(looks, silent::look);
    assertThat(ways).isNotEmpty().allMatch(ServerConnection::isAlive);
    Eventually.holds("closed", () -> {
      repeat(looks + 1, silent::look); // in which, but for bad luck, no heartbeat comes
      return ways.stream().noneMatch(ServerConnection::isAlive);
    });
  }

  /** What a closed connection has lost Hazelcast waits for until its time limit. */
  private static void callIsMadeAgain_onceItsConnectionIsClosed(
      HazelcastNode node, HazelcastInstance other) throws Exception {
    IMap<String, String> map = instance(node).getMap("m");
    String key = keyOf(other, instance(node));
    assertThat(map.get(key)).isEqualTo("value"); // so that there is a connection
    Held held = new Held("owner", false);
    CompletableFuture<String> call = map.submitToKey(key, held).toCompletableFuture();
    try {
      assertThat(held.gate().begun.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      close(connections(node), other);
      LostCalls lost = new LostCalls(inside(node));
      int looks = LostCalls.looksWithoutAnswer(inside(node));
      Eventually.holds("made again", () -> {
        repeat(looks, lost::look); // in which, but for bad luck, no heartbeat comes
        String told = underWay(node, EntryOperation.class);
        return !told.isEmpty() && !told.contains("invokeCount=1,");
      });
    } finally {
      held.gate().open.countDown();
    }
    assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo("value");
    assertThat(held.gate().begun.tryAcquire(20, TimeUnit.SECONDS))
        .as("it ran again")
        .isTrue();
  }

  /** It waits for its backup alone, and Hazelcast has a time limit for that. */
  private static void callThatHasItsAnswer_isNotMadeAgain(
      HazelcastNode node, HazelcastInstance other) throws Exception {
    IMap<String, String> map = instance(node).getMap("m");
    String key = keyOf(other, instance(node));
    Held held = new Held("backup", true);
    CompletableFuture<String> call = map.submitToKey(key, held).toCompletableFuture();
    try {
      assertThat(held.gate().begun.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      Eventually.holds("an answer", () -> {
        String told = underWay(node, EntryOperation.class);
        return !told.isEmpty() && !told.contains("pendingResponse={VOID}");
      });
      close(connections(node), other);
      LostCalls lost = new LostCalls(inside(node));
      int looks = LostCalls.looksWithoutAnswer(inside(node));
      AtomicInteger rounds = new AtomicInteger(); // another try begins on a thread of Hazelcast's
      Eventually.holds("looked at, with a connection", () -> {
        repeat(looks, lost::look);
        assertThat(underWay(node, EntryOperation.class)).contains("invokeCount=1,");
        return connections(node).get(addressOf(other), 0) != null && rounds.incrementAndGet() > 9;
      });
    } finally {
      held.gate().open.countDown();
    }
    assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo("value");
  }

  /** Hazelcast drops a call for which it finds no connection within 1.5 s, and tells nobody. */
  private static void callIsMadeAgain_onceThereIsAConnection(
      HazelcastNode node, HazelcastInstance other) throws Exception {
    IMap<String, String> map = instance(node).getMap("m");
    String key = keyOf(other, instance(node));
    LostCalls lost = new LostCalls(inside(node));
    CompletableFuture<String> call;
    synchronized (connections(node)) { // it lets in no other one meanwhile
      close(connections(node), other);
      call = map.getAsync(key).toCompletableFuture();
      long begin = System.nanoTime();
      Eventually.holds(
          "it has been dropped",
          () -> System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(2_500));
      repeat(LostCalls.TOO_LATE, lost::look);
      assertThat(underWay(node, GetOperation.class))
          .as("what cannot be sent keeps its time limit")
          .contains("invokeCount=1,");
    }
    Eventually.holds("made again", () -> {
      lost.look();
      return call.isDone();
    });
    assertThat(call.get()).isEqualTo("value");
  }

  /** Takes as long as the test likes, at the owner of the key, or at its backup. */
  private record Held(String name, boolean atBackup)
      implements EntryProcessor<String, String, String> {
    private static final Map<String, Gate> GATES = new ConcurrentHashMap<>();

    /**
     * What those of a name wait at, in both members.
     *
     * @param begun has a permit for each that came
     */
    private record Gate(Semaphore begun, CountDownLatch open) {}

    private Gate gate() {
      return GATES.computeIfAbsent(name, made -> new Gate(new Semaphore(0), new CountDownLatch(1)));
    }

    @Override
    public String process(Map.Entry<String, String> entry) {
      if (!atBackup) {
        hold();
      }
      return entry.getValue();
    }

    @Override
    public @Nullable EntryProcessor<String, String, String> getBackupProcessor() {
      return atBackup
          ? entry -> {
            hold();
            return entry.getValue();
          }
          : null;
    }

    private void hold() {
      gate().begun.release();
      try {
        gate().open.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Returns what Hazelcast tells of a call; empty: it is over. */
  private static String underWay(HazelcastNode node, Class<? extends Operation> kind) {
    for (Invocation<?> call :
        inside(node).getNodeEngine().getOperationService().getInvocationRegistry()) {
      if (kind.isInstance(call.op)) {
        return call.toString();
      }
    }
    return "";
  }

  private static void repeat(int times, Runnable what) {
    for (int i = 0; i < times; i++) {
      what.run();
    }
  }

  private static ServerConnectionManager connections(HazelcastNode node) {
    return inside(node).getServer().getConnectionManager(EndpointQualifier.MEMBER);
  }

  private static void close(ServerConnectionManager connections, HazelcastInstance other) {
    connections
        .getAllConnections(addressOf(other))
        .forEach(connection -> connection.close("it is lost", null));
  }

  private static Address addressOf(HazelcastInstance member) {
    return member.getCluster().getLocalMember().getAddress();
  }

  /** Returns a key whose partition is the other member's. */
  private static String keyOf(HazelcastInstance other, HazelcastInstance member) {
    UUID owner = other.getCluster().getLocalMember().getUuid();
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(String::valueOf)
        .filter(key -> {
          Member of = member.getPartitionService().getPartition(key).getOwner();
          return of != null && of.getUuid().equals(owner);
        })
        .findFirst()
        .orElseThrow();
  }

  @Test
  @ExpectedLog({
    "ERROR security: .*Before join check failed node is going to shutdown now",
    "ERROR security: .*Cluster state either is locked",
    "WARN LastingMember: this member was to end because another one refused it",
    "WARN Degradation: the cluster's member does not work; .*this node is in no cluster, and goes"
        + " on trying",
  })
  void member_thatIsRefusedWhileItMerges_goesOnAndIsLetInLater() throws Exception {
    List<Integer> ports = Ports.free(2);
    HazelcastNode node = HazelcastNode.start(file(ports, 0), null, false);
    HazelcastInstance other = stock(List.of(ports.get(1)));
    try (node) {
      Degradation degradation = new Degradation();
      MemberWatch watch = watch(instance(node), degradation);
      other.getCluster().changeClusterState(ClusterState.FROZEN);
      Address address = addressOf(other);
      new Thread(() -> inside(node).getClusterService().merge(address)).start();
      Eventually.holds("refused", () -> UnexpectedLog.missing(REFUSED).isEmpty());
      assertThat(instance(node).getLifecycleService().isRunning()).isTrue();
      watch.tick(MemberWatch.LONG_MILLIS, true);
      assertThat(degradation.parts()).containsExactly("member");
      other.getCluster().changeClusterState(ClusterState.ACTIVE);
      Eventually.holds(
          "one cluster",
          () -> instance(node).getCluster().getMembers().size() == 2
              && inside(node).getClusterService().isJoined()); // which comes behind the list
      watch.tick(MemberWatch.LONG_MILLIS + 1_000, true);
      assertThat(degradation.parts()).isEmpty();
    } finally {
      other.getLifecycleService().terminate();
    }
  }

  @Test
  @ExpectedLog("WARN MemberWatch: the cluster has let nobody join for 60000 ms")
  void member_thatWasToMergeAndDoesNot_refusesNobodyAndLetsThemInLater() throws Exception {
    List<Integer> ports = Ports.free(2);
    CompletableFuture<HazelcastInstance> starting = new CompletableFuture<>();
    try (HazelcastNode node = HazelcastNode.start(file(ports, 0), null, false)) {
      MemberWatch watch = watch(instance(node), new Degradation());
      instance(node).getCluster().changeClusterState(ClusterState.FROZEN);
      starting.completeAsync(() -> stock(List.of(ports.get(1), ports.get(0))));
      AtomicLong first = new AtomicLong();
      Eventually.holds("it asked for longer than a second", () -> {
        long read = lastRead(node);
        first.compareAndSet(0, read);
        return read - first.get() > 1_500; // it asks every second
      });
      assertThat(starting).isNotDone();
      assertThat(HazelcastNode.isFault(
              catchThrowable(() -> instance(node).getMap("m").get("k"))))
          .as("no partition has an owner, and none gets one")
          .isTrue();
      watch.tick(MemberWatch.FROZEN_MILLIS, true);
      assertThat(starting.get(20, TimeUnit.SECONDS).getCluster().getMembers()).hasSize(2);
    } finally {
      starting.join().getLifecycleService().terminate();
    }
  }

  @Test
  @ExpectedLog({
    "WARN MemberWatch: no member that is older than this one has sent a heartbeat",
    "WARN PromotionWatch: Hazelcast has not taken over the partitions of a member that went for 15000 ms",
  })
  void member_whoseElderIsGoneAndWasOverlooked_goesOnWithoutItAndHasItsPartitions()
      throws Exception {
    List<Integer> ports = Ports.free(2);
    HazelcastInstance elder = stock(List.of(ports.get(1)));
    try (HazelcastNode node = HazelcastNode.start(file(ports, 0), null, false)) {
      HazelcastInstance member = instance(node);
      member.getMap("homes").put("/cats", "cache-1"); // so that partitions have owners
      Eventually.holds("backups", () -> elder.getPartitionService().isClusterSafe());
      leavePromotionHalfDone(node);
      MemberWatch watch = watch(member, new Degradation());
      setClaiming(node, true);
      elder.getLifecycleService().terminate();
      Eventually.holds("no heartbeat for long", () -> {
        long heard = inside(node)
            .getClusterService()
            .getClusterHeartbeatManager()
            .getLastHeartbeatTime(member.getCluster().getMembers().iterator().next());
        return member.getCluster().getClusterTime() - heard > 5_000;
      });
      setClaiming(node, false);
      watch.tick(0, true);
      assertThat(member.getCluster().getMembers()).hasSize(2);
      whileLocked(node, () -> watch.tick(TICK_MILLIS, true));
      Eventually.holds("without it", () -> member.getCluster().getMembers().size() == 1);
      for (int second = 7; second < 20; second++) {
        watch.tick(second * 1_000L, true);
      }
      assertThat(ownsAll(member)).isFalse();
      watch.tick(20_000, true);
      Eventually.holds("all partitions are its own", () -> ownsAll(member));
      inside(node).getClusterService().resetJoinState(); // as in the midst of a merge
      node.abandon();
      assertThat(member.getLifecycleService().isRunning()).isFalse();
    } finally {
      elder.getLifecycleService().terminate();
    }
  }

  /** Holds what a promotion holds between its stages, as one does of which Hazelcast has dropped a stage. */
  private static void leavePromotionHalfDone(HazelcastNode node) {
    InternalPartitionServiceImpl partitions =
        (InternalPartitionServiceImpl) inside(node).getPartitionService();
    assertThat(partitions.getMigrationManager().acquirePromotionPermit()).isTrue();
    for (int partition = 0; partition < partitions.getPartitionCount(); partition++) {
      assertThat(partitions.getPartitionStateManager().trySetMigratingFlag(partition))
          .isTrue();
    }
  }

  private static boolean ownsAll(HazelcastInstance member) {
    return member.getPartitionService().getPartitions().stream()
        .allMatch(partition -> member.getCluster().getLocalMember().equals(partition.getOwner()));
  }

  /** Says that it looks already whom it may go on with: it does not begin to, when its elder is suspected. */
  private static void setClaiming(HazelcastNode node, boolean claiming) throws Exception {
    Object joins = inside(node).getClusterService().getClusterJoinManager();
    Field field = joins.getClass().getDeclaredField("joinInProgress");
    field.setAccessible(true);
    field.setBoolean(joins, claiming);
  }

  /** Runs what must not wait, as an event loop, while Hazelcast is busy with its members. */
  private static void whileLocked(HazelcastNode node, Runnable task) throws Exception {
    Object cluster = inside(node).getClusterService();
    Field field = cluster.getClass().getDeclaredField("clusterServiceLock");
    field.setAccessible(true);
    Lock lock = (Lock) field.get(cluster);
    lock.lock();
    try {
      CompletableFuture.runAsync(task).get(20, TimeUnit.SECONDS);
    } finally {
      lock.unlock();
    }
  }

  private static MemberWatch watch(HazelcastInstance member, Degradation degradation) {
    return new MemberWatch(member, new Members(member, ""), degradation, () -> 0, TICK_MILLIS, 0);
  }

  private static Node inside(HazelcastNode node) {
    return HazelcastNode.nodeOf(instance(node));
  }

  /** When something came from another member, or what wants to be one; 0: nothing has. */
  private static long lastRead(HazelcastNode node) {
    return connections(node).getConnections().stream()
        .mapToLong(ServerConnection::lastReadTimeMillis)
        .max()
        .orElse(0);
  }

  /** Starts a member with nothing of ours; it knows those ports, the first of them its own. */
  private HazelcastInstance stock(List<Integer> ports) {
    try {
      return Hazelcast.newHazelcastInstance(HazelcastFile.read(Files.readAllBytes(file(ports, 0))));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static HazelcastInstance instance(HazelcastNode node) {
    return ((HazelcastClusterManager) node.clusterManager()).getHazelcastInstance();
  }

  /** For a member that does not give up another one that is silent, nor what has no backup yet. */
  private static Path patient(Path file) throws Exception {
    return Files.writeString(
        file,
        Files.readString(file)
            .replaceFirst("(?<=max.no.heartbeat.seconds: ).*", "60")
            .replaceFirst(
                "(?<=\n  properties:\n)",
                "    hazelcast.operation.backup.timeout.millis: 60000\n"));
  }

  private Path file(List<Integer> ports, int own) throws Exception {
    String list = ports.stream()
        .map(port -> "\"127.0.0.1:" + port + "\"")
        .collect(Collectors.joining(", ", "[", "]"));
    String yaml = Files.readString(Path.of("cluster", "hazelcast.yaml"))
        .replaceFirst("(?<=\n  cluster-name: ).*", NAME)
        .replaceFirst("(?<=\n      port: ).*", String.valueOf(ports.get(own)))
        .replaceFirst("(?<=\n        member-list: ).*", Matcher.quoteReplacement(list))
        .replaceFirst("\n    hazelcast.partition.migration.timeout: .*", "");
    return Files.writeString(folder.resolve("hazelcast-" + own + ".yaml"), yaml);
  }
}
