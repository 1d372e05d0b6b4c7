package dev.lblc.gateway;

import dev.lblc.gateway.http.h2.Http2Worker;
import dev.lblc.gateway.http.lane.LaneWorker;
import dev.lblc.gateway.http.vertx.HttpWorker;
import dev.lblc.gateway.tcp.TcpWorker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The data paths of one event loop, HTTP and TCP. All listeners use the same workers, so that listeners may come and go.
 * Confined to its loop, except {@link #call}.
 */
final class Worker extends VerticleBase {
  private final LongSupplier nanoTime;
  private final int loop;
  private final boolean isLaneUsable;
  private final Supplier<Future<Void>> beforeStop;
  private @Nullable HttpWorker http;
  private @Nullable LaneWorker lane;
  private @Nullable TcpWorker tcp;

  /**
   * Creates a worker that is to be deployed.
   *
   * @param nanoTime monotonic clock in nanoseconds
   * @param loop number of its event loop among those of the gateway, from 0
   * @param isLaneUsable whether this version of Vert.x lets the lane work
   * @param beforeStop is run, and waited for, before the worker stops: a stop cuts off requests in flight
   */
  Worker(LongSupplier nanoTime, int loop, boolean isLaneUsable, Supplier<Future<Void>> beforeStop) {
    this.nanoTime = nanoTime;
    this.loop = loop;
    this.isLaneUsable = isLaneUsable;
    this.beforeStop = beforeStop;
  }

  @Override
  public Future<?> start() {
    http = new HttpWorker(vertx, nanoTime, loop);
    lane = new LaneWorker(vertx, nanoTime, loop, isLaneUsable, Http2Worker::new);
    tcp = new TcpWorker(vertx, nanoTime, loop);
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    return beforeStop.get().onComplete(done -> lane().close());
  }

  /** Has each answer say from now on that its connection ends. */
  Future<Void> announceStop() {
    return call(() -> {
      http().announceStop();
      lane().announceStop();
      return Future.succeededFuture();
    });
  }

  /** Runs an action on the event loop; the future has its outcome. */
  <T> Future<T> call(Supplier<Future<T>> action) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(
        v -> Future.succeededFuture().compose(ignored -> action.get()).onComplete(promise));
    return promise.future();
  }

  HttpWorker http() {
    return started(http);
  }

  LaneWorker lane() {
    return started(lane);
  }

  TcpWorker tcp() {
    return started(tcp);
  }

  private static <T> T started(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("the worker is not started");
    }
    return part;
  }
}
