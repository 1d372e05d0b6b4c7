package dev.lblc.plugin;

import dev.lblc.health.ServerHealth;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.Service;

/** Of leases that do nothing but end: then the queue goes on. */
record QueueOwner(Service service, ServiceQueue queue) implements LeaseOwner {
  @Override
  public void release(Server server) {
    service.release(server);
    queue.serve();
  }

  @Override
  public void deactivate(Server server) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void releaseInactive(Server server) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void learn(String destination, Server home) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void releasedAgain() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ServerHealth health(Server server) {
    throw new UnsupportedOperationException();
  }
}
