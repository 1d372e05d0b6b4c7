package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ClusterThreadTest {
  private final FakeExecutor executor = new FakeExecutor();
  private final ClusterThread tasks = new ClusterThread(executor);
  private final TaskLog log = new TaskLog();
  private final List<@Nullable Object> done = new ArrayList<>();

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void task_thatFails_isToldOf() {
    tasks.execute(() -> fail("now"));
    ScheduledFuture<?> unused = tasks.schedule(() -> fail("later"), 10);
    tasks.whenComplete(CompletableFuture.completedFuture("value"), (value, failure) -> fail(value));
    tasks.whenComplete(
        CompletableFuture.failedFuture(new IllegalStateException("away")),
        (value, failure) -> fail("after a failure"));
    tasks.execute(() -> done.add("the next"));
    executor.runFor(10);
    assertThat(log.failures()).containsExactly("now", "value", "after a failure", "later");
    assertThat(done).containsExactly("the next");
  }

  @Test
  void task_thatFails_isRepeatedAllTheSame() {
    tasks.repeat(() -> fail(String.valueOf(executor.nowMillis())), () -> 10);
    executor.runFor(30);
    assertThat(log.failures()).containsExactly("10", "20", "30");
  }

  @Test
  void outcome_isHandedOn() {
    IllegalStateException away = new IllegalStateException("away");
    tasks.whenComplete(CompletableFuture.completedFuture("value"), this::note);
    tasks.whenComplete(CompletableFuture.failedFuture(away), this::note);
    assertThat(done).as("in tasks of their own").isEmpty();
    executor.runFor(0);
    assertThat(done).containsExactly("value", null, null, away);
    assertThat(log.failures()).isEmpty();
  }

  @Test
  void task_thatFailsAfterTheEnd_isNoNews() {
    tasks.execute(() -> done.add("queued"));
    tasks.execute(() -> fail("stopped"));
    ScheduledFuture<?> unused = tasks.schedule(() -> done.add("scheduled"), 10);
    tasks.shutdown();
    executor.runFor(10);
    assertThat(done).containsExactly("queued");
    assertThat(log.failures()).isEmpty();
  }

  private void note(@Nullable Object value, @Nullable Throwable failure) {
    done.add(value);
    done.add(failure);
  }

  private static void fail(String message) {
    throw new AssertionError(message); // an error, for that is not caught by anybody else
  }
}
