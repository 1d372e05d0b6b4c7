/** Matches and destinations: how a request or a connection finds its service. No I/O. */
@NullMarked
package dev.lblc.gateway.route;

import org.jspecify.annotations.NullMarked;
