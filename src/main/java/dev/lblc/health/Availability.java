package dev.lblc.health;

import java.lang.System.Logger.Level;
import java.util.function.BiConsumer;

/**
 * The availability of one server: a server is available if its active checks say up and it is not ejected.
 *
 * <p>Only changes are logged and reported to the listener. The lock of this object guards all state and is held while the
 * listener runs, so that the listener sees the changes in their order.
 */
final class Availability {
  private static final System.Logger LOG = System.getLogger(Availability.class.getName());

  private final String service;
  private final String server;
  private final BiConsumer<String, Boolean> listener;
  private boolean up;
  private boolean ejected;
  private boolean stopped;
  private volatile boolean available;

  Availability(String service, String server, boolean up, BiConsumer<String, Boolean> listener) {
    this.service = service;
    this.server = server;
    this.up = up;
    this.available = up;
    this.listener = listener;
  }

  boolean available() {
    return available;
  }

  /** Notes what the active checks say now. */
  synchronized void checked(boolean up, String why) {
    this.up = up;
    report(why);
  }

  /** Notes whether the server is ejected now. */
  synchronized void ejected(boolean ejected, String why) {
    this.ejected = ejected;
    report(why);
  }

  /** Reports nothing from now on. */
  synchronized void stop() {
    stopped = true;
  }

  private void report(String why) {
    boolean now = up && !ejected;
    if (stopped || now == available) {
      return;
    }
    available = now;
    if (now) {
      LOG.log(Level.INFO, what() + " is available again: " + why);
    } else {
      LOG.log(Level.WARNING, what() + " is unavailable: " + why);
    }
    listener.accept(server, now);
  }

  private String what() {
    return "server " + server + " of service " + service;
  }
}
