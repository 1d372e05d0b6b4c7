package dev.lblc.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Closes a stream that is silent for too long, so that whoever reads it does not wait for a machine that is gone. Used by the thread that
 * reads; {@link #close} ends the watch and leaves the stream as it is.
 */
final class SilenceLimit implements AutoCloseable {
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(run -> {
    Thread thread = new Thread(run, "silence");
    thread.setDaemon(true);
    return thread;
  });

  private final Closeable stream;
  private final Duration limit;
  private volatile boolean isReached;
  private ScheduledFuture<?> due;

  /** Watches a stream from now on. */
  SilenceLimit(Closeable stream, Duration limit) {
    this.stream = stream;
    this.limit = limit;
    this.due = begun();
  }

  /** Notes that something has come. */
  void moved() {
    due.cancel(false);
    due = begun();
  }

  /** Returns whether the stream was closed. */
  boolean isReached() {
    return isReached;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  private ScheduledFuture<?> begun() {
    return timer.schedule(this::reached, limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void reached() {
    isReached = true;
    try {
      stream.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
