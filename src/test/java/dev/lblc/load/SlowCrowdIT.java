package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.load.RawCrowd.Member;
import dev.lblc.load.SteadyLoad.Sample;
import dev.lblc.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that send their heads or bodies a byte at a time, or nothing, beside others that want to be served. {@code
 * -Dlblc.slow.clients=2000 -Dlblc.slow.seconds=26} has more of them, of each kind alone as well, on one engine after the other, and
 * waits until bodies are too slow, which takes 20 s.
 */
@Tag("alone")
@EnabledIfSystemProperty(
    named = "lblc.slow.clients",
    matches = "\\d+",
    disabledReason = "it says how many clients; -Plong sets it")
final class SlowCrowdIT {
  private static final int CLIENTS = Integer.getInteger("lblc.slow.clients", 100);
  private static final int SECONDS = Integer.getInteger("lblc.slow.seconds", 2);
  private static final boolean IS_LONG = SECONDS > 22;
  private static final int HEADER_SECONDS = IS_LONG ? 10 : 1;
  private static final int BODY_SECONDS = 20;
  private static final double LATEST = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int EVERY_MILLIS = 500;

  /** In the first seconds compilers are at work in all processes; who waits for slow clients waits longer than this, too. */
  private static final double P99_MILLIS = IS_LONG ? 250 : 1_000;

  /** By how much others may be slower than before, if the machine has more to do than it can. */
  private static final double P99_FACTOR = 3;

  private enum Kind {
    SLOW_BODY,
    SLOW_HEAD,
    IDLE
  }

  @Test
  void others_besideSlowClients_areServed(@TempDir Path folder) throws Exception {
    JsonObject timeouts = new JsonObject().put("header", HEADER_SECONDS + "s").put("idle", "10m");
    String compiler = "-XX:TieredStopAtLevel=" + (IS_LONG ? 4 : 1); // that is done sooner
    try (LoadScene scene = new LoadScene(folder, timeouts, compiler)) {
      scene.get("/warm", 100);
      if (IS_LONG) {
        for (String engine : LoadScene.ENGINES) {
          for (Kind kind : Kind.values()) {
            areServed(scene, List.of(engine), EnumSet.of(kind));
          }
          areServed(scene, List.of(engine), EnumSet.allOf(Kind.class));
        }
      } else {
        areServed(scene, LoadScene.ENGINES, EnumSet.allOf(Kind.class));
      }
      assertThat(scene.gateway.lines("WARN")).isEmpty();
      assertThat(scene.gateway.lines("ERROR")).isEmpty();
    }
  }

  private static void areServed(LoadScene scene, List<String> engines, Set<Kind> kinds)
      throws Exception {
    SteadyLoad others = SteadyLoad.start(
        SteadyLoad.spread(2 * engines.size(), engines.stream().map(scene::node).toList()),
        100,
        new Random().nextLong());
    List<RawCrowd> crowds = new ArrayList<>();
    try {
      long before = System.nanoTime();
      pass(1);
      long start = System.nanoTime();
      Map<RawCrowd, Map<Kind, List<Member>>> members = new LinkedHashMap<>();
      for (String engine : engines) {
        RawCrowd crowd = new RawCrowd(scene.node(engine).web());
        crowds.add(crowd);
        Map<Kind, List<Member>> byKind = new EnumMap<>(Kind.class);
        for (Kind kind : kinds) {
          byKind.put(kind, open(kind, crowd));
          if (kind == Kind.SLOW_BODY) {
            areHeld(scene, CLIENTS * crowds.size(), engines.size());
          }
        }
        members.put(crowd, byKind);
      }
      pass(SECONDS);
      for (RawCrowd crowd : crowds) {
        for (Map.Entry<Kind, List<Member>> ofKind : members.get(crowd).entrySet()) {
          check(ofKind.getKey(), ofKind.getValue(), crowd);
        }
      }
      long end = System.nanoTime();
      List<Sample> samples = others.stop();
      double p99Before = SteadyLoad.p99Millis(samples, before, start);
      double p99 = SteadyLoad.p99Millis(samples, start, end);
      crowds.forEach(RawCrowd::leave);
      Eventually.passes("they are gone", PATIENCE, () -> {
        assertThat(scene.counted()).isZero();
        assertThat(scene.held()).isZero();
      });
      System.out.printf(
          "SlowCrowdIT: %s, %d each of %s, %d s: p99 %.1f ms, %.1f before; %s%n",
          engines, CLIENTS, kinds, SECONDS, p99, p99Before, SteadyLoad.outcomes(samples));
      assertThat(SteadyLoad.outcomes(samples)).containsOnlyKeys(SteadyLoad.OK);
      assertThat(p99).isLessThan(Math.max(P99_MILLIS, P99_FACTOR * p99Before));
    } finally {
      crowds.forEach(RawCrowd::close);
    }
  }

  /** Before other kinds come: on a slow machine that takes so long that the first of these are refused. */
  private static void areHeld(LoadScene scene, int slow, int engines) throws Exception {
    Eventually.passes("held", PATIENCE, () -> {
      assertThat(scene.held()).as("at the server").isEqualTo(slow);
      assertThat(scene.active()).as("at the gateway").isBetween(slow, slow + 2 * engines);
    });
  }

  private static void pass(int seconds) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    Eventually.holds("time", Duration.ofSeconds(seconds + 5), () -> System.nanoTime() - until >= 0);
  }

  private static List<Member> open(Kind kind, RawCrowd crowd) throws Exception {
    switch (kind) {
      case SLOW_BODY -> {
        List<Member> members = crowd.open(
            CLIENTS, "POST /hold HTTP/1.1\r\nHost: load.test\r\nContent-Length: 100000\r\n\r\n");
        crowd.dribble(members, "b", EVERY_MILLIS);
        return members;
      }
      case SLOW_HEAD -> {
        List<Member> members = crowd.open(CLIENTS, "GET / HTTP/1.1\r\nHost: load.test\r\nX-A: ");
        crowd.dribble(members, "a", EVERY_MILLIS);
        return members;
      }
      case IDLE -> {
        List<Member> members =
            crowd.open(CLIENTS, "GET /first HTTP/1.1\r\nHost: load.test\r\n\r\n");
        crowd.await(members, "HTTP/1.1 200 ");
        return members;
      }
    }
    throw new IllegalStateException(kind.name());
  }

  private static void check(Kind kind, List<Member> members, RawCrowd crowd) throws Exception {
    switch (kind) {
      case SLOW_BODY -> {
        if (IS_LONG) {
          areRefused(members, BODY_SECONDS, "request body too slow");
        } else {
          assertThat(members).noneMatch(Member::isOver);
        }
      }
      case SLOW_HEAD -> {
        areRefused(members, HEADER_SECONDS, "request head timed out");
        Eventually.holds("closed", () -> members.stream().allMatch(Member::isOver));
      }
      case IDLE -> {
        crowd.send(members, "GET /last HTTP/1.1\r\nHost: load.test\r\n\r\n");
        Eventually.holds(
            "second answers",
            () -> members.stream().allMatch(member -> member.received().lastIndexOf("HTTP/") > 0));
      }
    }
  }

  private static void areRefused(List<Member> members, int seconds, String reason)
      throws Exception {
    Eventually.holds(
        "refused", () -> members.stream().allMatch(member -> member.received().contains(reason)));
    for (Member member : members) {
      assertThat(member.received()).startsWith("HTTP/1.1 408 ").contains(reason);
      assertThat(member.answeredAfterSeconds()).isBetween(seconds - 0.1, seconds + LATEST);
    }
  }
}
