package dev.lblc.gateway.http;

import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.trace.Tracing;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the exchanges of one event loop and engine share.
 *
 * @param upstreams gets connections to servers
 * @param deadlines checks time limits
 * @param nanoTime monotonic clock in nanoseconds
 * @param loop number of the event loop, from 0, for what it counts
 * @param onLoop runs a task on the event loop, later; from any thread
 * @param tracing is told of each exchange; null: there is no tracer
 */
public record ExchangeContext<S extends ServerSide>(
    Upstreams<S> upstreams,
    DeadlineRing deadlines,
    LongSupplier nanoTime,
    int loop,
    Executor onLoop,
    @Nullable Tracing tracing) {}
