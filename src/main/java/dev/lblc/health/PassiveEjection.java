package dev.lblc.health;

import dev.lblc.config.HealthConfig;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The passive ejection of one server: after a number of failed connects in a row the server gets no requests for a while.
 *
 * <pre>
 * counting(n) --connected-------&gt; counting(0)
 * counting(n) --connectFailed---&gt; counting(n + 1), or ejected if n + 1 = failures
 * ejected     --eject elapsed---&gt; counting(0)
 * </pre>
 *
 * <p>While the server is ejected no outcome counts: a connect that ends then began before the ejection. May be used from any
 * thread.
 */
final class PassiveEjection {
  private static final int EJECTED = -1;

  /** Runs a task once, after a delay. */
  interface Timer {
    void after(Duration delay, Runnable task);
  }

  /** Is called when the server is ejected and when it is back; one call at a time, in order. */
  interface Listener {
    void ejected(boolean ejected, String why);
  }

  private final HealthConfig.Passive config;
  private final Timer timer;
  private final Listener listener;
  private final AtomicInteger state = new AtomicInteger();

  PassiveEjection(HealthConfig.Passive config, Timer timer, Listener listener) {
    this.config = config;
    this.timer = timer;
    this.listener = listener;
  }

  void connected() {
    int failed = state.get();
    while (failed > 0 && !state.compareAndSet(failed, 0)) {
      failed = state.get();
    }
  }

  void connectFailed() {
    int before = state.getAndUpdate(failed ->
        failed == EJECTED ? EJECTED : failed + 1 >= config.failures() ? EJECTED : failed + 1);
    if (before != EJECTED && before + 1 >= config.failures()) {
      listener.ejected(true, (before + 1) + " failed connects in a row");
      timer.after(config.eject(), this::readmit);
    }
  }

  private void readmit() {
    listener.ejected(
        false, "it was ejected for " + config.eject().toMillis() + " ms, which are over");
    state.set(0);
  }
}
