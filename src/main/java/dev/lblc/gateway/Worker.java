package dev.lblc.gateway;

import dev.lblc.gateway.http.vertx.HttpWorker;
import dev.lblc.gateway.tcp.TcpWorker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's share of a gateway: the data paths of both protocols, which all listeners use. It lives as long as the
 * gateway, so that listeners may come and go. Confined to its loop but for {@link #call}.
 */
final class Worker extends VerticleBase {
  private final LongSupplier nanoTime;
  private final Supplier<Future<Void>> beforeStop;
  private @Nullable HttpWorker http;
  private @Nullable TcpWorker tcp;

  /**
   * Creates one that is to be deployed.
   *
   * @param nanoTime monotonic clock in nanoseconds
   * @param beforeStop is waited for before it stops, since that cuts off requests in flight and their connections to servers
   */
  Worker(LongSupplier nanoTime, Supplier<Future<Void>> beforeStop) {
    this.nanoTime = nanoTime;
    this.beforeStop = beforeStop;
  }

  @Override
  public Future<?> start() {
    http = new HttpWorker(vertx, nanoTime);
    tcp = new TcpWorker(vertx, nanoTime);
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    return beforeStop.get();
  }

  /** Calls this on the event loop. */
  <T> Future<T> call(Supplier<Future<T>> action) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(
        v -> Future.succeededFuture().compose(ignored -> action.get()).onComplete(promise));
    return promise.future();
  }

  HttpWorker http() {
    return started(http);
  }

  TcpWorker tcp() {
    return started(tcp);
  }

  private static <T> T started(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("asked for before the start");
    }
    return part;
  }
}
