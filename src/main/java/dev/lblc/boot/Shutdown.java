package dev.lblc.boot;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a process that runs a gateway.
 *
 * <pre>
 *   the first SIGTERM or SIGINT     the gateway is closed in order, then exit code 0
 *   a successor that has taken over  the same
 *   a second one                    the process ends at once, with the exit code of a process that the signal has killed
 *   neither, for far too long       the process ends with exit code 1
 * </pre>
 *
 * <p>What ends the process takes no lock and writes no log: whoever reads the log may have stopped to.
 */
public final class Shutdown {
  private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

  /** How much longer than grace and drain the end may take: verticles and services, then leaving the cluster. */
  private static final Duration REST = Duration.ofSeconds(20);

  private static final int KILLED_BY = 128;

  private final Application application;
  private @Nullable Thread end; // guarded by this

  private Shutdown(Application application) {
    this.application = application;
  }

  /** Registers the end of this process, which begins at once if there was a signal. */
  public static void onSignal(Application application, EarlySignals early) {
    Shutdown shutdown = new Shutdown(application);
    handleSignals(shutdown::signalled);
    application.endBy(shutdown::begin);
    // For whatever else ends a JVM, and for signals that could not be handled.
    Runtime.getRuntime().addShutdownHook(new Thread(shutdown::await, "shutdown-hook"));
    early.handOn(shutdown::signalled);
  }

  static void handleSignals(IntConsumer action) {
    for (String signal : List.of("TERM", "INT")) {
      Signals.handle(signal, action);
    }
  }

  /** Ends the process as the signal of a number does that nobody handles. */
  static void endNow(int number) {
    Runtime.getRuntime().halt(KILLED_BY + number);
  }

  private void signalled(int number) {
    if (!begin()) {
      endNow(number);
    }
  }

  private void await() {
    begin();
    try {
      thread().join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized Thread thread() {
    if (end == null) {
      end = new Thread(this::end, "shutdown");
    }
    return end;
  }

  /** Returns false if the end has begun before. */
  private synchronized boolean begin() {
    if (end != null) {
      return false;
    }
    thread().start();
    Thread watch = new Thread(this::endAnyway, "shutdown-watch");
    watch.setDaemon(true);
    watch.start();
    return true;
  }

  private void end() {
    try {
      application.close();
      LOG.info("stopped");
      Logging.flush();
    } finally {
      // Not exit: its code would be 143 or 130, which init systems and scripts take for a failure.
      Runtime.getRuntime().halt(0);
    }
  }

  private void endAnyway() {
    pause(thread(), application.longestDrain().plus(REST).toMillis());
    Runtime.getRuntime().halt(1);
  }

  private static void pause(Thread until, long millis) {
    try {
      TimeUnit.MILLISECONDS.timedJoin(until, millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
