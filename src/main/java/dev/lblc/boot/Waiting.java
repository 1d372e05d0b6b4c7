package dev.lblc.boot;

import dev.lblc.plugin.BrokenPluginException;
import dev.lblc.transport.SocketError;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The waits of the thread that starts or stops a gateway. */
final class Waiting {
  private static final Logger LOG = LoggerFactory.getLogger(Waiting.class);

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);

  private Waiting() {}

  /**
   * Returns what a part's start gives.
   *
   * @param what names the part in the message of a failure
   */
  static <T> T started(String what, Supplier<Future<T>> start) throws StartException {
    try {
      return start.get().await();
    } catch (Throwable e) { // await throws what the future failed with
      throw new StartException(what + ": " + reason(e), e);
    }
  }

  /** A step of the start. */
  interface Step {
    void run() throws StartException;
  }

  /** Takes a step again and again until it succeeds, or the time for it is over. */
  static void retried(Duration limit, Step step) throws StartException {
    long begun = System.nanoTime();
    while (true) {
      try {
        step.run();
        return;
      } catch (StartException e) {
        if (System.nanoTime() - begun > limit.toNanos()) {
          throw e;
        }
        LOG.debug("tried again", e);
        pause(BETWEEN_TRIES);
      }
    }
  }

  /** Waits for nothing else. */
  static void pause(Duration time) {
    try {
      TimeUnit.MILLISECONDS.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns why a part failed, in its own words if it has any. */
  static String reason(Throwable failure) {
    return failure instanceof Exception && failure.getMessage() != null
        ? SocketError.words(failure.getMessage())
        : BrokenPluginException.reason(failure);
  }

  /** Waits for a part's stop, and logs a part that does not stop: the others have to be stopped, too. */
  static void stopped(long seconds, String what, Future<?> stop) {
    try {
      stop.await(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      LOG.warn("{} did not stop within {} s and is left as it is", what, seconds);
    } catch (Throwable e) { // a plugin may throw anything
      LOG.warn("{} did not stop properly: {}", what, e.toString());
    }
  }
}
