package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.ExchangeContext;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.Loop;

/** What the connections of one event loop share. Confined to the loop. */
final class LaneLoop {
  private final Loop loop;
  private final DeadlineRing deadlines;
  private final HeadBuffers requests = new HeadBuffers(true);
  private final HeadBuffers responses = new HeadBuffers(false);
  private final PlanWriter headers = new PlanWriter();
  private final HeadOut out = new HeadOut();
  private final ServerPool pool;
  private long lastTickNanos;
  private final ExchangeContext<ServerConnection> context;
  private boolean isStopping;

  LaneLoop(Loop loop, DeadlineRing deadlines) {
    this.loop = loop;
    this.deadlines = deadlines;
    this.pool = new ServerPool(this);
    this.context = new ExchangeContext<>(pool, deadlines, loop.nanoTime());
  }

  /** Has all time limits checked. To be called every {@link DeadlineRing#TICK_MILLIS}. */
  void tick() {
    lastTickNanos = nanoTime();
    deadlines.tick(lastTickNanos);
  }

  /** Returns the time of the last tick: the time now to within {@link DeadlineRing#TICK_MILLIS}, for nothing. */
  long lastTickNanos() {
    return lastTickNanos;
  }

  /** Has each answer say from now on that its connection ends. */
  void announceStop() {
    isStopping = true;
  }

  /** Returns whether no connection of a client is kept any more. */
  boolean isStopping() {
    return isStopping;
  }

  long nanoTime() {
    return loop.nanoTime().getAsLong();
  }

  Loop loop() {
    return loop;
  }

  DeadlineRing deadlines() {
    return deadlines;
  }

  HeadBuffers requests() {
    return requests;
  }

  HeadBuffers responses() {
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

  ExchangeContext<ServerConnection> context() {
    return context;
  }
}
