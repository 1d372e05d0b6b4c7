package dev.lblc.boot;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The way of log lines to standard output, for which nobody who logs ever waits: a thread of its own writes them. While the reader
 * of the output stops, lines wait in a queue; what does not fit is dropped and counted, and a line says so once the reader goes on.
 *
 * <p>An event loop that waited for a log would stop serving its connections. Logback's own asynchronous appender does not count what it
 * drops, and its end waits for the thread that writes.
 */
public final class StandardOutput extends OutputStreamAppender<ILoggingEvent> {
  private static final int DEFAULT_QUEUE = 1_024;
  private static final long END_MILLIS = 1_000;

  private final OutputStream target;
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong untold = new AtomicLong();
  private BlockingQueue<Runnable> waiting = new ArrayBlockingQueue<>(DEFAULT_QUEUE);

  /** Creates an appender; called by logback. */
  public StandardOutput() {
    this(System.out);
  }

  /** Creates an appender to another stream than standard output. */
  StandardOutput(OutputStream target) {
    this.target = target;
  }

  /** Sets how many lines may wait; called by logback, before the start. */
  public void setQueueSize(int most) {
    waiting = new ArrayBlockingQueue<>(most);
  }

  @Override
  public void start() {
    setOutputStream(target);
    super.start();
    if (isStarted()) {
      Thread writer = new Thread(this::write, "log " + getName());
      writer.setDaemon(true);
      writer.start();
    }
  }

  /** Stops taking lines. Those that wait are written if the reader takes them within a second. */
  @Override
  public void stop() {
    started = false;
    if (flush(Duration.ofMillis(END_MILLIS))) {
      super.stop(); // would wait for the thread that writes
    }
  }

  /** Returns how many lines were dropped since the start. */
  long dropped() {
    return dropped.get();
  }

  /** Waits until all lines are written that are logged by now. Returns false if that takes longer than {@code limit}. */
  boolean flush(Duration limit) {
    CountDownLatch written = new CountDownLatch(1);
    long endNanos = System.nanoTime() + limit.toNanos();
    try {
      return waiting.offer(written::countDown, limit.toNanos(), TimeUnit.NANOSECONDS)
          && written.await(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (!isStarted()) {
      return;
    }
    event.prepareForDeferredProcessing();
    if (!waiting.offer(() -> subAppend(event))) {
      untold.incrementAndGet();
      dropped.incrementAndGet();
    }
  }

  private void write() {
    try {
      while (true) {
        Runnable next = waiting.take();
        try {
          next.run();
          long lost = untold.getAndSet(0);
          if (lost > 0) {
            subAppend(notice(lost));
          }
        } catch (RuntimeException | LinkageError e) { // the next line may do better
          addError("a line of the log cannot be written", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does that
    }
  }

  private ILoggingEvent notice(long lost) {
    LoggingEvent notice = new LoggingEvent();
    notice.setLoggerContext((LoggerContext) getContext());
    notice.setLoggerName(StandardOutput.class.getName());
    notice.setLevel(Level.WARN);
    notice.setThreadName(Thread.currentThread().getName());
    notice.setTimeStamp(System.currentTimeMillis());
    notice.setMessage(
        lost
            + " lines of the log were dropped before this one: what reads standard output did not take them");
    return notice;
  }
}
