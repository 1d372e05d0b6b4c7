package dev.lblc.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.HealthConfig;
import dev.lblc.config.HealthConfig.Fault;
import dev.lblc.testing.Race;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ServerHealthTest {
  private final List<String> reached = new ArrayList<>();

  @Test
  void failedConnects_inARow_reachTheLimit() {
    ServerHealth health = health(Fault.CONNECT);
    fail(health, 2);
    health.connected();
    fail(health, 2);
    assertThat(reached).isEmpty();
    fail(health, 1);
    assertThat(reached).containsExactly("3 failed connects in a row");
  }

  @Test
  void limit_reached_isToldAgainOfEachFailureMore() {
    ServerHealth health = health(Fault.CONNECT);
    fail(health, 5);
    assertThat(reached).hasSize(3);
    health.forget();
    fail(health, 2);
    assertThat(reached).hasSize(3);
  }

  @Test
  void failedAnswers_ofBothKinds_areOneRun() {
    ServerHealth health = health(Fault.CONNECT, Fault.TIMEOUT, Fault.ANSWER);
    health.answered(500);
    health.timedOut();
    assertThat(reached).isEmpty();
    health.answered(599);
    assertThat(reached).containsExactly("3 answers of 5xx or not in time in a row");
  }

  @Test
  void connects_thatWork_doNotEndTheRunOfFailedAnswers() {
    ServerHealth health = health(Fault.CONNECT, Fault.ANSWER);
    for (int i = 0; i < 3; i++) {
      health.connected();
      health.answered(503);
    }
    assertThat(reached).containsExactly("3 answers of 5xx in a row");
  }

  @Test
  void answers_thatAreNotTheServersFault_endTheRun() {
    ServerHealth health = health(Fault.ANSWER);
    for (int good : new int[] {101, 200, 302, 404, 499, 501, 505}) {
      health.answered(500);
      health.answered(500);
      health.answered(good);
    }
    assertThat(reached).isEmpty();
  }

  @Test
  void failures_thatDoNotCount_reachNothing() {
    ServerHealth timeouts = health(Fault.TIMEOUT);
    fail(timeouts, 9);
    for (int i = 0; i < 9; i++) {
      timeouts.answered(500);
    }
    ServerHealth answers = health(Fault.ANSWER);
    for (int i = 0; i < 9; i++) {
      answers.timedOut();
    }
    assertThat(reached).isEmpty();
  }

  @Test
  void anAnswerOf5xx_whereOnlyTimeoutsCount_isInTime() {
    ServerHealth health = health(Fault.TIMEOUT);
    health.timedOut();
    health.timedOut();
    health.answered(500);
    health.timedOut();
    assertThat(reached).isEmpty();
  }

  private record Counted(ServerHealth health, AtomicInteger told) {
    static Counted ofTwo() {
      AtomicInteger told = new AtomicInteger();
      return new Counted(
          new ServerHealth(config(2, Fault.CONNECT), run -> told.incrementAndGet()), told);
    }
  }

  @Test
  void failures_atTheSameTime_reachTheLimitOnce() throws Exception {
    Race.run(
        Counted::ofTwo,
        state -> assertThat(state.told).hasValue(1),
        state -> state.health.connectFailed(),
        state -> state.health.connectFailed());
  }

  private ServerHealth health(Fault... on) {
    return new ServerHealth(config(3, on), run -> reached.add(run.toString()));
  }

  private static HealthConfig.Passive config(int failures, Fault... on) {
    return new HealthConfig.Passive(
        failures, EnumSet.copyOf(List.of(on)), Duration.ofSeconds(10), Duration.ofMinutes(5), 50);
  }

  private static void fail(ServerHealth health, int times) {
    for (int i = 0; i < times; i++) {
      health.connectFailed();
    }
  }
}
