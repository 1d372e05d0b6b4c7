package dev.lblc.plugin;

import dev.lblc.health.ServerHealth;
import dev.lblc.scheduler.Server;

/** The service of a lease: what a lease tells it. May be called from any thread. */
interface LeaseOwner {
  /** Stops counting an active connection. */
  void release(Server server);

  /** Counts an active connection as inactive from now on. */
  void deactivate(Server server);

  /** Stops counting an inactive connection. */
  void releaseInactive(Server server);

  /** Notes that a lease was closed once more. */
  void releasedAgain();

  /** Notes that a server has turned out to be the home of a destination. */
  void learn(String destination, Server home);

  /** Returns the receiver of the outcomes of connects and requests; for a server that is gone, one that ignores them. */
  ServerHealth health(Server server);
}
