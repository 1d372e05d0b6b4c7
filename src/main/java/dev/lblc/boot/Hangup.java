package dev.lblc.boot;

import org.jspecify.annotations.Nullable;

/**
 * The signal SIGHUP, which reloads the configuration. May be used from any thread.
 *
 * <p>One that comes while the gateway starts would end the process, and may mean a file that has changed since it was read: it is
 * remembered.
 */
public final class Hangup {
  private @Nullable Application application; // guarded by this
  private boolean isMissed; // guarded by this

  private Hangup() {}

  /** Remembers the signal from now on. Where that cannot be, the log says so, and all else works. */
  public static Hangup remembered() {
    Hangup hangup = new Hangup();
    Signals.handle("HUP", number -> hangup.signalled());
    return hangup;
  }

  /** Has the signal reload the configuration from now on, and at once if it has come already. */
  public synchronized void reloads(Application started) {
    application = started;
    if (isMissed) {
      started.reload("SIGHUP during the start");
    }
  }

  private synchronized void signalled() {
    if (application == null) {
      isMissed = true;
    } else {
      application.reload("SIGHUP"); // which logs how it ends
    }
  }
}
