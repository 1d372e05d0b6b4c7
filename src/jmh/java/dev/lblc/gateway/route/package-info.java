/** Benchmarks of routes. */
package dev.lblc.gateway.route;
