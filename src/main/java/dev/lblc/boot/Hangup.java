package dev.lblc.boot;

/** The signal SIGHUP, which reloads the configuration. */
public final class Hangup {
  private Hangup() {}

  /** Has the signal reload the configuration from now on. Where that cannot be, the log says so, and all else works. */
  public static void onSignal(Application application) {
    Signals.handle("HUP", number -> application.reload("SIGHUP")); // which logs how it ends
  }
}
