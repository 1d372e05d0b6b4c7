/** Benchmarks of the access log. */
package dev.lblc.gateway.log;
