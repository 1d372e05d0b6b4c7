/** Counters that event loops write without waiting for each other, and whoever asks adds up. */
@NullMarked
package dev.lblc.gateway.count;

import org.jspecify.annotations.NullMarked;
