package dev.lblc.gateway.tcp;

import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.Loop;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The TCP data path of one event loop: both sockets of a session stay on it. To be made and used on that loop; only {@link
 * #accept} and {@link #drain} may be called from any thread.
 */
public final class TcpWorker {
  /** The end of the sessions of one listener. */
  private record Drain(TcpServer server, long untilNanos, Promise<Void> drained) {}

  private final LongSupplier nanoTime;
  private final Loop loop;
  private final DeadlineRing deadlines = new DeadlineRing();
  private final List<Drain> drains = new ArrayList<>();

  /**
   * Creates the data path of the current event loop.
   *
   * @param nanoTime monotonic clock in nanoseconds
   * @param loop number of the event loop, from 0
   */
  public TcpWorker(Vertx vertx, LongSupplier nanoTime, int loop) {
    this.nanoTime = nanoTime;
    this.loop = new Loop(vertx, nanoTime, loop);
    vertx.setPeriodic(DeadlineRing.TICK_MILLIS, timer -> tick());
  }

  /** Takes over a connection that is accepted and not registered yet; one that cannot be registered is closed. */
  @SuppressWarnings("FutureReturnValueIgnored") // its close future tells
  void accept(TcpServer server, TcpSettings settings, Channel channel) {
    loop.prepare(channel);
    Opening.begin(new Session(this, server, settings, channel), channel);
    loop.eventLoop().register(channel);
  }

  /** Lets the sessions of a server that accepts no more end by themselves for so long, then by force. */
  Future<Void> drain(TcpServer server, Duration limit) {
    Promise<Void> drained = Promise.promise();
    // Behind the registration of all that was accepted.
    loop.eventLoop().execute(() -> {
      drains.add(new Drain(server, nanoTime() + limit.toNanos(), drained));
      checkDrains(nanoTime());
    });
    return drained.future();
  }

  Loop loop() {
    return loop;
  }

  DeadlineRing deadlines() {
    return deadlines;
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  private void tick() {
    long now = nanoTime();
    deadlines.tick(now);
    if (!drains.isEmpty()) {
      checkDrains(now);
    }
  }

  private void checkDrains(long now) {
    for (Drain drain : List.copyOf(drains)) {
      List<Session> left = sessionsOf(drain.server());
      if (now - drain.untilNanos() >= 0) {
        left.forEach(session -> session.abort(TcpFailure.STOPPED));
        left = List.of();
      }
      if (left.isEmpty()) {
        drains.remove(drain);
        drain.drained().complete();
      }
    }
  }

  private List<Session> sessionsOf(TcpServer server) {
    List<Session> sessions = new ArrayList<>();
    deadlines.forEach(timed -> {
      if (timed instanceof SessionLimits limits && limits.session().acceptedBy() == server) {
        sessions.add(limits.session());
      }
    });
    return sessions;
  }
}
