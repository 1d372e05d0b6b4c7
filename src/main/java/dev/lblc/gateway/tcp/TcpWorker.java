package dev.lblc.gateway.tcp;

import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.Loop;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The TCP data path of one event loop: both sockets of a session stay on it. To be made and used on that loop; only {@link
 * #accept} may be called from any thread.
 */
public final class TcpWorker {
  private final LongSupplier nanoTime;
  private final Loop loop;
  private final DeadlineRing deadlines = new DeadlineRing();
  private @Nullable Promise<Void> drained;
  private long drainUntilNanos;

  /**
   * On the current event loop.
   *
   * @param nanoTime monotonic clock in nanoseconds
   */
  public TcpWorker(Vertx vertx, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.loop = new Loop(vertx, nanoTime);
    vertx.setPeriodic(DeadlineRing.TICK_MILLIS, timer -> tick());
  }

  /** Lets the sessions end by themselves for a while, then by force; to be called once nothing is accepted any more. */
  public Future<Void> drain(long seconds) {
    Promise<Void> promise = Promise.promise();
    drained = promise;
    drainUntilNanos = nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    tick();
    return promise.future();
  }

  /** Takes over a connection that is accepted and not registered yet; one that cannot be registered is closed. */
  @SuppressWarnings("FutureReturnValueIgnored") // its close future tells
  void accept(TcpListener listener, Channel channel) {
    loop.prepare(channel);
    Opening.begin(new Session(this, listener, channel), channel);
    loop.eventLoop().register(channel);
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

  private static void stop(DeadlineRing.Timed timed) {
    if (timed instanceof SessionLimits limits) {
      limits.session().abort(TcpFailure.STOPPED);
    }
  }

  private void tick() {
    long now = nanoTime();
    deadlines.tick(now);
    Promise<Void> waiting = drained;
    if (waiting == null) {
      return;
    }
    if (now - drainUntilNanos >= 0) {
      deadlines.forEach(TcpWorker::stop);
    }
    if (deadlines.size() == 0) {
      waiting.tryComplete();
    }
  }
}
