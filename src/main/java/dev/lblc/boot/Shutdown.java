package dev.lblc.boot;

import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** The orderly end of a process that runs a gateway. */
public final class Shutdown {
  private Shutdown() {}

  /** On SIGTERM and SIGINT: closes the gateway and ends the process with exit code 0. */
  public static void onSignal(Application gateway) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(gateway), "shutdown"));
  }

  private static void end(Application gateway) {
    LoggerFactory.getLogger(Shutdown.class).info("stopping");
    gateway.close();
    LoggerFactory.getLogger(Shutdown.class).info("stopped");
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logback) {
      logback.stop(); // writes what the asynchronous access log still has
    }
    // Else the code would be 143 or 130, which init systems and scripts take for a failure.
    Runtime.getRuntime().halt(0);
  }
}
