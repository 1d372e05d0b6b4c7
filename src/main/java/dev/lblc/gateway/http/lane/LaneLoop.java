package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.ExchangeContext;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.Loop;
import java.util.function.Function;

/** What the connections of one event loop share. Confined to the loop. */
public final class LaneLoop {
  private final Loop loop;
  private final DeadlineRing deadlines;
  private final HeadBuffers requests = new HeadBuffers(true);
  private final HeadBuffers responses = new HeadBuffers(false);
  private final PlanWriter headers = new PlanWriter();
  private final HeadOut out = new HeadOut();
  private final ServerPool pool;
  private final Http2 http2;
  private long lastTickNanos;
  private final ExchangeContext<LaneServer> context;
  private boolean isStopping;

  LaneLoop(Loop loop, DeadlineRing deadlines, Function<LaneLoop, Http2> http2) {
    this.loop = loop;
    this.deadlines = deadlines;
    this.pool = new ServerPool(this);
    this.http2 = http2.apply(this);
    this.context = new ExchangeContext<>(
        new ByVersion(pool, this.http2.servers()),
        deadlines,
        loop.nanoTime(),
        loop.number(),
        loop.eventLoop(),
        loop.tracing());
  }

  /** Has all time limits checked. To be called every {@link DeadlineRing#TICK_MILLIS}. */
  void tick() {
    lastTickNanos = nanoTime();
    deadlines.tick(lastTickNanos);
  }

  /** Returns the time of the last tick: the time now to within {@link DeadlineRing#TICK_MILLIS}, for nothing. */
  public long lastTickNanos() {
    return lastTickNanos;
  }

  /** Has each answer say from now on that its connection ends. */
  void announceStop() {
    isStopping = true;
    http2.announceStop();
  }

  /** Returns whether no connection of a client is kept any more. */
  public boolean isStopping() {
    return isStopping;
  }

  /** Returns the time now, in nanoseconds of a monotonic clock. */
  public long nanoTime() {
    return loop.nanoTime().getAsLong();
  }

  /** Returns what the event loop offers. */
  public Loop loop() {
    return loop;
  }

  /** Returns the time limits of the loop. */
  public DeadlineRing deadlines() {
    return deadlines;
  }

  /** Returns the buffers for heads of requests. */
  public HeadBuffers requests() {
    return requests;
  }

  /** Returns the buffers for heads of answers. */
  public HeadBuffers responses() {
    return responses;
  }

  PlanWriter headers() {
    return headers;
  }

  /** Returns what the next head is written into. */
  HeadOut out() {
    return out.begin();
  }

  ServerPool pool() {
    return pool;
  }

  Http2 http2() {
    return http2;
  }

  /** Returns what all exchanges of the loop share. */
  public ExchangeContext<LaneServer> context() {
    return context;
  }
}
