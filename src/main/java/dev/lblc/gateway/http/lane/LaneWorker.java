package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.Loop;
import dev.lblc.gateway.route.HttpRoutes;
import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lane of one event loop: HTTP/1.1 from a client's channel to a server's and back. Created and used on that loop; Vert.x
 * cancels its timer with the verticle that created it.
 */
public final class LaneWorker {
  private static final Logger LOG = LoggerFactory.getLogger(LaneWorker.class);
  private static final AtomicBoolean IS_WARNED = new AtomicBoolean();

  private final Vertx vertx;
  private final LaneLoop lane;
  private boolean isUsable;

  /**
   * Creates the lane of the current event loop.
   *
   * @param nanoTime monotonic clock in nanoseconds
   */
  public LaneWorker(Vertx vertx, LongSupplier nanoTime) {
    this.vertx = vertx;
    this.lane = new LaneLoop(new Loop(vertx, nanoTime), new DeadlineRing());
    vertx.setPeriodic(DeadlineRing.TICK_MILLIS, timer -> lane.tick());
  }

  /**
   * Finds out whether the lane can work with this version of Vert.x; if not, that is logged, and no connection is taken. To be
   * called once, before the first connection.
   */
  public Future<Void> check() {
    return PipelineCheck.run(vertx).transform(checked -> {
      isUsable = checked.succeeded();
      if (checked.failed() && IS_WARNED.compareAndSet(false, true)) {
        LOG.warn(
            "this version of Vert.x does not read HTTP as expected: all requests take the slower engine",
            checked.cause());
      }
      return Future.succeededFuture();
    });
  }

  /**
   * Takes over a connection that was just accepted, of which nothing was read.
   *
   * @param routes asked at each request
   * @param handOver run before the connection is given back to Vert.x, for a request that is not the lane's
   * @return false if it is not the lane's: it speaks HTTP/2, or {@link #check} has failed
   */
  public boolean take(HttpConnection connection, Supplier<HttpRoutes> routes, Runnable handOver) {
    Channel channel = isUsable ? VertxPipeline.channel(connection) : null;
    if (channel == null) {
      return false;
    }
    VertxPipeline.install(
        channel, new ClientConnection(lane, channel, connection, routes, handOver), lane.loop());
    return true;
  }

  /** Closes the idle connections to servers. */
  public void close() {
    lane.pool().close();
  }
}
