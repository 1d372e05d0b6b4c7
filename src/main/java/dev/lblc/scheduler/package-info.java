/** The scheduling algorithms (wlc, lblc, lblcr), the servers they choose from and the destination table. Pure: no I/O, no threads, no clock reads. */
@NullMarked
package dev.lblc.scheduler;

import org.jspecify.annotations.NullMarked;
