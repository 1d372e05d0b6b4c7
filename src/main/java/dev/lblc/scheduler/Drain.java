package dev.lblc.scheduler;

import org.jspecify.annotations.Nullable;

/**
 * That a server is being drained: it gets no new destination and no new connection, and those that it has end by themselves.
 *
 * @param sinceMillis when it began, on the clock of the {@link EditStore}
 * @param deadlineMillis when it should be over, on the same clock; null: no such time was set
 */
public record Drain(long sinceMillis, @Nullable Long deadlineMillis) {}
