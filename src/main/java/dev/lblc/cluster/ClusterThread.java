package dev.lblc.cluster;

import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * A thread that calls Hazelcast: one task after the other, so that no state of theirs needs a lock.
 *
 * <p>A task that fails is logged, for nobody waits for it, and those after it run all the same. Once the node has left,
 * failures are expected and logged at DEBUG.
 *
 * <p>May be used from any thread.
 */
final class ClusterThread implements Executor {
  private static final System.Logger LOG = System.getLogger(ClusterThread.class.getName());

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final ScheduledExecutorService executor;
  private final LongSupplier workedMillis;

  /**
   * Over an executor.
   *
   * @param executor has one thread; shut down when the node leaves
   * @param workedMillis for how long that has worked, asked on it
   */
  ClusterThread(ScheduledExecutorService executor, LongSupplier workedMillis) {
    this.executor = executor;
    this.workedMillis = workedMillis;
  }

  /** The same, with the time that the processor has worked for the thread. */
  ClusterThread(ScheduledExecutorService executor) {
    this(
        executor,
        THREADS.isCurrentThreadCpuTimeSupported()
            ? () -> TimeUnit.NANOSECONDS.toMillis(THREADS.getCurrentThreadCpuTime())
            : () -> 0); // then pauses are as short as after no work
  }

  /** Starts the thread, under that name. */
  static ClusterThread start(String name) {
    ThreadFactory threads = task -> {
      Thread thread = new Thread(task, name);
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

  /** Returns for how many milliseconds this thread has worked so far: waiting for a member is no work. On this thread. */
  long workedMillis() {
    return workedMillis.getAsLong();
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(() -> run(task));
  }

  /** Runs a task once, after so many milliseconds. */
  ScheduledFuture<?> schedule(Runnable task, long millis) {
    return executor.schedule(() -> run(task), millis, TimeUnit.MILLISECONDS);
  }

  /**
   * Runs a task again and again.
   *
   * @param pauseMillis the time until the next run, asked before each
   * @return stops it
   */
  Runnable repeat(Runnable task, LongSupplier pauseMillis) {
    AtomicBoolean stopped = new AtomicBoolean();
    repeatLater(task, pauseMillis, stopped);
    return () -> stopped.set(true);
  }

  private void repeatLater(Runnable task, LongSupplier pauseMillis, AtomicBoolean stopped) {
    ScheduledFuture<?> unused = schedule(
        () -> {
          if (!stopped.get()) {
            run(task);
            repeatLater(task, pauseMillis, stopped);
          }
        },
        pauseMillis.getAsLong());
  }

  /** Runs a task once there is an outcome: with its value, or its failure. */
  <T> void whenComplete(CompletionStage<T> outcome, BiConsumer<? super T, ? super Throwable> task) {
    CompletionStage<T> unused = outcome.whenCompleteAsync(
        (value, failure) -> run(() -> task.accept(value, failure)), executor);
  }

  /** Ends the thread as the node leaves: tasks that are queued still run, those that were scheduled do not. */
  void shutdown() {
    executor.shutdown();
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) { // errors too: executors and stages would keep them to themselves
      Level level = executor.isShutdown() ? Level.DEBUG : Level.ERROR;
      LOG.log(level, Thread.currentThread().getName() + ": a task failed; those after it go on", e);
    }
  }
}
