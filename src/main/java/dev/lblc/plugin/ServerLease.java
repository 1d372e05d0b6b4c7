package dev.lblc.plugin;

import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.Server;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A lease of a {@link ScheduledService}. */
final class ServerLease implements Lease {
  private static final VarHandle CLOSED;

  static {
    try {
      CLOSED = MethodHandles.lookup().findVarHandle(ServerLease.class, "closed", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final ScheduledService service;
  private final Server server;
  private final Reason reason;

  @SuppressWarnings("UnusedVariable") // by CLOSED
  private volatile boolean closed;

  ServerLease(ScheduledService service, Server server, Reason reason) {
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
  public void close() {
    if (CLOSED.compareAndSet(this, false, true)) {
      service.release(server);
    } else {
      service.releasedAgain();
    }
  }
}
