/** Benchmarks of the decision and of the table's memory. */
package dev.lblc.scheduler;
