package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.load.SteadyLoad.Sample;
import dev.lblc.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rounds of {@link RandomFaults} of three gateways under load. After each round and ten seconds of quiet, twenty where parts of the
 * cluster merged, the nodes have one home for each destination, nothing that the others lack, the connections that the servers hold,
 * and nothing that does not work; and no request failed that had a node to answer it.
 *
 * <p>Runs with {@code -Dlblc.cluster.faults=20}, that many rounds. Round by round the seed goes up by one, so that
 * {@code -Dlblc.cluster.seed} repeats a run, or with one round a single one. What nodes logged in a round that failed is in
 * {@code target/faults}.
 */
@Tag("alone")
final class RandomFaultsIT {
  private static final int ROUNDS = Integer.getInteger("lblc.cluster.faults", 0);
  private static final Duration QUIET = Duration.ofSeconds(10);
  private static final Duration QUIET_AFTER_MERGE = Duration.ofSeconds(20);
  private static final Duration LONGEST = Duration.ofMinutes(3);

  private static final String MERGES = "merges";

  /** What nodes may say of a round, and how it begins to say so. */
  private static final Map<String, String> SAYINGS = Map.of(
      MERGES,
      "is merging",
      "rejoins",
      "leaves the cluster and joins it again",
      "refused",
      "this member was to end because another one refused it",
      "thawed",
      "lets members join again",
      "blocked",
      "has been blocked for");

  private final long firstSeed = Long.getLong("lblc.cluster.seed", new Random().nextInt(1 << 30));
  private final List<String> failures = new ArrayList<>();
  private final List<Held> held = new ArrayList<>();
  private final List<String> failedUses = new ArrayList<>();
  private int placed;
  private String lastFault = "";

  /** A request that is not answered. */
  private record Held(GatewayNode node, HttpSocket socket) {}

  @Test
  void cluster_afterRandomFaultsAndSomeQuiet_hasOneHomeForEachDestinationAndTrueCounts(
      @TempDir Path folder) throws Exception {
    assumeTrue(ROUNDS > 0, "-Dlblc.cluster.faults says how many rounds; none by default");
    try (Stalls stalls = Stalls.watch();
        Namespaces namespaces = namespaces();
        GatewayCluster gateways =
            GatewayCluster.start(folder, namespaces.sites(), namespaces.outside(), 4)) {
      for (int i = 0; i < ROUNDS; i++) {
        round(firstSeed + i, namespaces, gateways, stalls);
      }
    }
    assertThat(failures).as("failures of %d rounds", ROUNDS).isEmpty();
  }

  private static Namespaces namespaces() {
    try {
      return Namespaces.create(3);
    } catch (IOException e) {
      return abort("no network namespaces here: " + e.getMessage());
    }
  }

  private void round(long seed, Namespaces namespaces, GatewayCluster gateways, Stalls stalls)
      throws Exception {
    RandomFaults faults = new RandomFaults(seed, namespaces, gateways.nodes(), this::release);
    Random random = new Random(seed);
    Map<String, Integer> before = said(gateways);
    long stalled = stalls.millis();
    failedUses.clear();
    lastFault = "";
    SteadyLoad load = SteadyLoad.start(SteadyLoad.spread(8, gateways.nodes()), 100, seed);
    List<Sample> samples;
    long begin = System.nanoTime();
    long start;
    try {
      faults.run(() -> use(faults, gateways, random));
      start = System.nanoTime();
      awaitPassing(seed, gateways, () -> assertAgreed(gateways));
    } finally {
      samples = load.stop(); // counts are compared while they do not change
    }
    awaitPassing(seed, gateways, () -> {
      assertAgreed(gateways);
      assertTrueCounts(gateways);
    });
    long whole = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    Map<String, Integer> said = saidSince(before, gateways);
    report("seed %d: %s: whole after %d ms %s, last %s; %d requests; machine stood still for %d ms"
        .formatted(
            seed, faults, whole, said, lastFault, samples.size(), stalls.millis() - stalled));
    List<Sample> failed = samples.stream()
        .filter(Sample::isFailure)
        .filter(sample -> !faults.wasAway(sample.node(), sample.startNanos(), sample.endNanos()))
        .toList();
    Duration limit = said.containsKey(MERGES) ? QUIET_AFTER_MERGE : QUIET;
    if (whole > limit.toMillis() || !failed.isEmpty() || !failedUses.isEmpty()) {
      String failure = "seed %d: whole after %d ms, limit %s; failed %s %s"
          .formatted(seed, whole, limit, described(failed, begin), failedUses);
      failures.add(failure);
      report("FAILED " + failure);
      keepLogs(seed, gateways);
    }
  }

  /** What became of each of these, where, and when, in milliseconds since the round began. */
  private static List<String> described(List<Sample> samples, long begin) {
    return samples.stream()
        .map(sample -> "%s at %s from %d to %d ms"
            .formatted(
                sample.outcome(),
                sample.node(),
                TimeUnit.NANOSECONDS.toMillis(sample.startNanos() - begin),
                TimeUnit.NANOSECONDS.toMillis(sample.endNanos() - begin)))
        .toList();
  }

  private static void report(String line) {
    System.out.println("RandomFaultsIT: " + line);
  }

  private static void awaitPassing(long seed, GatewayCluster gateways, ThrowingCallable assertions)
      throws Exception {
    try {
      Eventually.passes("seed " + seed, LONGEST, assertions);
    } catch (AssertionError e) {
      keepLogs(seed, gateways);
      throw e;
    }
  }

  private void use(RandomFaults faults, GatewayCluster gateways, Random random) throws Exception {
    List<GatewayNode> present = faults.present();
    if (!present.isEmpty()) {
      GatewayNode node = present.get(random.nextInt(present.size()));
      try {
        gateways.serverOf(node, "/placed" + placed++);
        gateways.serverOf(node, "/placed" + random.nextInt(placed));
        if (random.nextInt(20) == 0) {
          held.add(new Held(node, gateways.hold(node, "/hold" + placed)));
        }
      } catch (IOException | AssertionError e) {
        failedUses.add(node + ": " + e);
      }
    }
    if (held.size() > 30) {
      held.remove(random.nextInt(held.size())).socket().close();
    }
    TimeUnit.MILLISECONDS.sleep(20);
  }

  private void release(GatewayNode node) {
    held.stream().filter(one -> one.node() == node).forEach(one -> {
      try {
        one.socket().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    held.removeIf(one -> one.node() == node);
  }

  private void assertAgreed(GatewayCluster gateways) throws Exception {
    remembering(gateways::assertWhole);
    remembering(gateways::assertSameHomes);
  }

  private void assertTrueCounts(GatewayCluster gateways) throws Exception {
    remembering(() -> assertThat(gateways.assertTrueCounts()).isEqualTo(gateways.holding()));
  }

  private void remembering(RandomFaults.Action check) throws Exception {
    try {
      check.run();
    } catch (AssertionError e) {
      lastFault = String.valueOf(e.getMessage()).strip().lines().findFirst().orElse("");
      throw e;
    }
  }

  /** How often each process has said each of these so far. */
  private static Map<String, Integer> said(GatewayCluster gateways) {
    Map<String, Integer> said = new HashMap<>();
    for (GatewayNode node : gateways.nodes()) {
      SAYINGS.forEach((what, text) ->
          said.put(what + " of " + node.process(), node.lines(text).size()));
    }
    return said;
  }

  /** How often something was said in this round, by its name; empty: never. */
  private static Map<String, Integer> saidSince(
      Map<String, Integer> before, GatewayCluster gateways) {
    Map<String, Integer> since = new TreeMap<>();
    said(gateways).forEach((key, count) -> {
      int more = count - before.getOrDefault(key, 0);
      if (more > 0) {
        since.merge(key.substring(0, key.indexOf(' ')), more, Integer::sum);
      }
    });
    return since;
  }

  private static void keepLogs(long seed, GatewayCluster gateways) throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "faults"));
    for (GatewayNode node : gateways.nodes()) {
      Files.write(folder.resolve(seed + "-" + node.host() + ".log"), node.lines(""));
    }
  }
}
