package dev.lblc.plugin;

import dev.lblc.scheduler.PeriodicTimer;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A timer whose tasks run on a worker thread of a context, one after the other: a check of a large table takes longer than an
 * event loop may be kept.
 */
final class WorkerTimer implements PeriodicTimer {
  private static final System.Logger LOG = System.getLogger(WorkerTimer.class.getName());

  private final Vertx vertx;
  private final Context context;

  WorkerTimer(Vertx vertx, Context context) {
    this.vertx = vertx;
    this.context = context;
  }

  @Override
  public Runnable every(Duration period, Runnable task) {
    AtomicBoolean stopped = new AtomicBoolean();
    AtomicBoolean running = new AtomicBoolean();
    long id = vertx.setPeriodic(period.toMillis(), timer -> {
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
    });
    return () -> {
      stopped.set(true);
      vertx.cancelTimer(id);
    };
  }
}
