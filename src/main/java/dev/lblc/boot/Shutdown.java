package dev.lblc.boot;

import org.slf4j.LoggerFactory;

/** The orderly end of a process that runs a gateway. */
public final class Shutdown {
  private Shutdown() {}

  /** Registers the end: on SIGTERM and SIGINT the gateway is closed, and the process ends with exit code 0. */
  public static void onSignal(Application application) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(application), "shutdown"));
  }

  private static void end(Application application) {
    LoggerFactory.getLogger(Shutdown.class)
        .info("stopping: accepts no new connections, waits for requests in flight");
    application.close();
    LoggerFactory.getLogger(Shutdown.class).info("stopped");
    Logging.flush();
    // Without it the exit code would be 143 or 130, which init systems and scripts take for a
    // failure.
    Runtime.getRuntime().halt(0);
  }
}
