package dev.lblc.health;

/**
 * Is told what is found about the servers of a service.
 *
 * <p>Called on any thread, one call at a time for a service and in the order in which it was found. It must not wait, and takes
 * no lock under which it calls the health of the service itself.
 */
public interface HealthListener {
  /** A server is available from now on, or no longer. */
  void available(String id, boolean available);

  /**
   * A server has that part of its weight from now on.
   *
   * @param permille 1 to 1,000, which is all of it
   */
  void warmed(String id, int permille);

  /** Returns whether a server that is available may get requests: its weight is not 0. */
  boolean isWanted(String id);
}
