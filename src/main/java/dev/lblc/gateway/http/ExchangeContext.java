package dev.lblc.gateway.http;

import dev.lblc.gateway.net.DeadlineRing;
import java.util.function.LongSupplier;

/**
 * What the exchanges of one event loop and engine share.
 *
 * @param upstreams gets connections to servers
 * @param deadlines checks time limits
 * @param nanoTime monotonic clock in nanoseconds
 * @param loop number of the event loop, from 0, for what it counts
 */
public record ExchangeContext<S extends ServerSide>(
    Upstreams<S> upstreams, DeadlineRing deadlines, LongSupplier nanoTime, int loop) {}
