/** Traces of requests, by the tracer that Vert.x has. */
@NullMarked
package dev.lblc.gateway.trace;

import org.jspecify.annotations.NullMarked;
