package dev.lblc.cluster;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** An executor without a thread, whose time passes only when the test says so. */
final class FakeExecutor extends AbstractExecutorService implements ScheduledExecutorService {
  private final Queue<Task> tasks = new PriorityQueue<>();
  private long nowMillis;
  private long scheduled;
  private boolean shutDown;

  long nowMillis() {
    return nowMillis;
  }

  /** Runs what is due until then, in its order. */
  void runFor(long millis) {
    long untilMillis = nowMillis + millis;
    while (!tasks.isEmpty() && tasks.element().dueMillis <= untilMillis) {
      Task task = tasks.remove();
      nowMillis = Math.max(nowMillis, task.dueMillis);
      task.run();
    }
    nowMillis = Math.max(nowMillis, untilMillis);
  }

  /** Has that time pass within a task, which waits for something. */
  void pass(long millis) {
    nowMillis += millis;
  }

  @Override
  public void execute(Runnable command) {
    ScheduledFuture<?> unused = schedule(command, 0, TimeUnit.MILLISECONDS);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    Task task = new Task(command, nowMillis + unit.toMillis(delay), scheduled++);
    if (!shutDown) {
      tasks.add(task);
    }
    return task;
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    Runnable once = () -> {
      command.run(); // the last time, if it fails
      ScheduledFuture<?> unused = scheduleWithFixedDelay(command, delay, delay, unit);
    };
    return schedule(once, initialDelay, unit);
  }

  @Override
  public void shutdown() {
    shutDown = true;
    tasks.removeIf(task -> task.dueMillis > nowMillis);
  }

  @Override
  public List<Runnable> shutdownNow() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isShutdown() {
    return shutDown;
  }

  @Override
  public boolean isTerminated() {
    return shutDown && tasks.isEmpty();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return isTerminated();
  }

  /** Keeps what it throws, as those of a real executor do. */
  private final class Task extends FutureTask<Void> implements ScheduledFuture<Void> {
    private static final Comparator<Task> ORDER = Comparator.<Task>comparingLong(
            task -> task.dueMillis)
        .thenComparingLong(task -> task.number);

    private final long dueMillis;
    private final long number;

    Task(Runnable command, long dueMillis, long number) {
      super(command, null);
      this.dueMillis = dueMillis;
      this.number = number;
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
      tasks.remove(this);
      return super.cancel(mayInterrupt);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueMillis - nowMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return ORDER.compare(this, (Task) other);
    }
  }
}
