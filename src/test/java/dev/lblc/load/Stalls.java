package dev.lblc.load;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * For how long a thread of this process, which has next to nothing to do, was not run when it wanted to be: then nobody else on this
 * machine is sure to be run in time either. Counted from a tenth of a second on.
 */
final class Stalls implements AutoCloseable {
  private static final long NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long NOTED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final AtomicLong nanos = new AtomicLong();
  private volatile boolean running = true;

  private Stalls() {}

  /** From now on. */
  static Stalls watch() {
    Stalls stalls = new Stalls();
    Thread thread = new Thread(stalls::run, "stalls");
    thread.setDaemon(true);
    thread.start();
    return stalls;
  }

  /** All of them so far, in milliseconds. */
  long millis() {
    return TimeUnit.NANOSECONDS.toMillis(nanos.get());
  }

  @Override
  public void close() {
    running = false;
  }

  private void run() {
    long before = System.nanoTime();
    while (running) {
      LockSupport.parkNanos(NAP_NANOS);
      long now = System.nanoTime();
      long late = now - before - NAP_NANOS;
      if (late >= NOTED_NANOS) {
        nanos.addAndGet(late);
      }
      before = now;
    }
  }
}
