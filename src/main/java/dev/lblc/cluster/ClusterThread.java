package dev.lblc.cluster;

import java.lang.System.Logger.Level;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * What a node does for the cluster, one after the other.
 *
 * <p>A task that fails is logged, for nobody waits for it, and those after it are done all the same. Once the node has
 * left it is no news that something fails.
 *
 * <p>May be used from any thread.
 */
final class ClusterThread implements Executor {
  private static final System.Logger LOG = System.getLogger(ClusterThread.class.getName());

  private final ScheduledExecutorService executor;

  /**
   * On that executor.
   *
   * @param executor of one thread; shut down when the node leaves
   */
  ClusterThread(ScheduledExecutorService executor) {
    this.executor = executor;
  }

  /** On a thread of their own. */
  static ClusterThread onOneThread() {
    ThreadFactory threads = task -> {
      Thread thread = new Thread(task, "lblc-cluster");
      thread.setDaemon(true);
      return thread;
    };
    // What comes after the node has left, from requests that are still going on, is of no use.
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(1, threads, new ThreadPoolExecutor.DiscardPolicy());
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    return new ClusterThread(executor);
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(() -> run(task));
  }

  /** Once, after that. */
  ScheduledFuture<?> schedule(Runnable task, long millis) {
    return executor.schedule(() -> run(task), millis, TimeUnit.MILLISECONDS);
  }

  /** Again and again, with that in between. */
  void repeat(Runnable task, long millis) {
    ScheduledFuture<?> unused =
        executor.scheduleWithFixedDelay(() -> run(task), millis, millis, TimeUnit.MILLISECONDS);
  }

  /** Once there is an outcome: its value, or its failure. */
  <T> void whenComplete(CompletionStage<T> outcome, BiConsumer<? super T, ? super Throwable> task) {
    CompletionStage<T> unused = outcome.whenCompleteAsync(
        (value, failure) -> run(() -> task.accept(value, failure)), executor);
  }

  /** The node leaves: what is queued is still done, what was scheduled is not. */
  void shutdown() {
    executor.shutdown();
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) { // errors too: executors and stages would keep them to themselves
      Level level = executor.isShutdown() ? Level.DEBUG : Level.ERROR;
      LOG.log(level, "a task of this node's part in the cluster failed", e);
    }
  }
}
