package dev.lblc.plugin;

import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.Server;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A lease that is closed once. */
final class ServerLease implements Lease {
  private static final int ACTIVE = 0;
  private static final int INACTIVE = 1;
  private static final int CLOSED = 2;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(ServerLease.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final LeaseOwner service;
  private final Server server;
  private final Reason reason;

  @SuppressWarnings("UnusedVariable") // by STATE
  private volatile int state = ACTIVE;

  ServerLease(LeaseOwner service, Server server, Reason reason) {
    this.service = service;
    this.server = server;
    this.reason = reason;
  }

  @Override
  public Server server() {
    return server;
  }

  @Override
  public Reason reason() {
    return reason;
  }

  @Override
  public void connected() {
    service.health(server).connected();
  }

  @Override
  public void connectFailed() {
    service.health(server).connectFailed();
  }

  @Override
  public void answered(int status) {
    service.health(server).answered(status);
  }

  @Override
  public void timedOut() {
    service.health(server).timedOut();
  }

  @Override
  public void learned(String destination) {
    service.learn(destination, server);
  }

  @Override
  public void halfClosed() {
    if (STATE.compareAndSet(this, ACTIVE, INACTIVE)) {
      service.deactivate(server);
    }
  }

  @Override
  public void close() {
    switch ((int) STATE.getAndSet(this, CLOSED)) {
      case ACTIVE -> service.release(server);
      case INACTIVE -> service.releaseInactive(server);
      default -> service.releasedAgain();
    }
  }
}
