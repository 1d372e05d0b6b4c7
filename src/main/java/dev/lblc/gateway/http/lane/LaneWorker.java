package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.Loop;
import dev.lblc.gateway.route.HttpRoutes;
import io.netty.channel.Channel;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The lane of one event loop: HTTP from a client's channel to a server's and back. Created and used on that loop; Vert.x
 * cancels its timer with the verticle that created it.
 */
public final class LaneWorker {
  private final LaneLoop lane;
  private final boolean isUsable;

  /**
   * Creates the lane of the current event loop.
   *
   * @param nanoTime monotonic clock in nanoseconds
   * @param loop number of the event loop, from 0
   * @param isUsable whether {@link PipelineCheck} was passed; if not, no connection is taken
   * @param http2 makes HTTP/2 for the loop
   */
  public LaneWorker(
      Vertx vertx,
      LongSupplier nanoTime,
      int loop,
      boolean isUsable,
      Function<LaneLoop, Http2> http2) {
    this.lane = new LaneLoop(new Loop(vertx, nanoTime, loop), new DeadlineRing(), http2);
    this.isUsable = isUsable;
    vertx.setPeriodic(DeadlineRing.TICK_MILLIS, timer -> lane.tick());
  }

  /**
   * Takes over a connection that was just accepted, of which nothing was read.
   *
   * @param routes asked at each request
   * @return false if it is not the lane's: its pipeline is another one, or the lane is not usable
   */
  public boolean take(HttpConnection connection, Supplier<HttpRoutes> routes) {
    Channel channel = isUsable ? VertxPipeline.channel(connection) : null;
    if (channel == null) {
      return false;
    }
    VertxPipeline.install(
        channel,
        VertxPipeline.hasNegotiatedHttp2(channel)
            ? lane.http2().serve(channel, connection, routes)
            : new ClientConnection(lane, channel, connection, routes),
        lane.loop());
    return true;
  }

  /** Returns whether the lane takes connections. */
  public boolean isUsable() {
    return isUsable;
  }

  /** Has each answer say from now on that its connection ends. */
  public void announceStop() {
    lane.announceStop();
  }

  /** Closes the idle connections to servers. */
  public void close() {
    lane.pool().close();
    lane.http2().close();
  }
}
