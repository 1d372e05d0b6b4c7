package dev.lblc.boot;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** A thread for what waits for files, one task after another. */
final class BackgroundThread {
  private BackgroundThread() {}

  /** Returns a new one, which does not keep the process. */
  static ScheduledExecutorService named(String name) {
    return Executors.newSingleThreadScheduledExecutor(task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    });
  }
}
