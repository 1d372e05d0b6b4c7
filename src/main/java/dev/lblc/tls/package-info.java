/** TLS to servers: what a service's {@code tls} says, ready for connections, and why none comes about. */
@NullMarked
package dev.lblc.tls;

import org.jspecify.annotations.NullMarked;
