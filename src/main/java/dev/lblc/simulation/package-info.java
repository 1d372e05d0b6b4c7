/** Simulates what a strategy does to servers with caches: the scheduler's own classes on a clock that is not the world's. */
@NullMarked
package dev.lblc.simulation;

import org.jspecify.annotations.NullMarked;
