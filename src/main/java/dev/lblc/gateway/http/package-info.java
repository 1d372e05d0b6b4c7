/** The HTTP data path: match a route, make the destination, take a lease, forward, release. */
@NullMarked
package dev.lblc.gateway.http;

import org.jspecify.annotations.NullMarked;
