/** Benchmarks of what nodes share. */
package dev.lblc.cluster;
