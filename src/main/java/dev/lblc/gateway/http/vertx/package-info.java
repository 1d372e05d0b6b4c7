/** The engine on Vert.x: its HTTP server and client behind the ports of {@code gateway.http}. */
@NullMarked
package dev.lblc.gateway.http.vertx;

import org.jspecify.annotations.NullMarked;
