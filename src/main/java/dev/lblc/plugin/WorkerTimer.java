package dev.lblc.plugin;

import dev.lblc.scheduler.PeriodicTimer;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A timer whose tasks run on a worker thread of a context, one after the other: a check of a large table takes longer than an
 * event loop may be kept.
 */
final class WorkerTimer implements PeriodicTimer {
  private static final System.Logger LOG = System.getLogger(WorkerTimer.class.getName());

  /** No timer of Vert.x has that id. */
  private static final long NONE = -1;

  private final Vertx vertx;
  private final Context context;

  WorkerTimer(Vertx vertx, Context context) {
    this.vertx = vertx;
    this.context = context;
  }

  @Override
  public Runnable every(Duration period, Runnable task) {
    AtomicBoolean stopped = new AtomicBoolean();
    AtomicLong id = new AtomicLong(NONE);
    AtomicBoolean running = new AtomicBoolean();
    // A timer ends with the verticle on whose context it is set: the caller's may be undeployed
    // long before.
    context.runOnContext(v -> {
      id.set(vertx.setPeriodic(period.toMillis(), timer -> run(task, stopped, running)));
      if (stopped.get()) {
        vertx.cancelTimer(id.get());
      }
    });
    return () -> {
      stopped.set(true);
      vertx.cancelTimer(id.get());
    };
  }

  private void run(Runnable task, AtomicBoolean stopped, AtomicBoolean running) {
    if (running.compareAndSet(false, true)) {
      context
          .executeBlocking(() -> {
            if (!stopped.get()) {
              task.run();
            }
            return null;
          })
          .onComplete(done -> {
            running.set(false);
            if (done.failed()) {
              LOG.log(
                  Level.ERROR,
                  "a periodic check of destinations or leases failed: it runs again after its period",
                  done.cause());
            }
          });
    }
  }
}
