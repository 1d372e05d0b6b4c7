package dev.lblc.health;

import java.util.function.LongSupplier;

/**
 * The clocks of health checks.
 *
 * @param nanoTime monotonic, in nanoseconds
 * @param epochMillis the wall clock, in milliseconds since 1970
 */
public record HealthTime(LongSupplier nanoTime, LongSupplier epochMillis) {}
