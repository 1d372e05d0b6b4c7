/**
 * TLS to servers: what a service's {@code tls} says, ready for connections, and why none comes about. And the files of PEM, of servers
 * and of listeners.
 */
@NullMarked
package dev.lblc.tls;

import org.jspecify.annotations.NullMarked;
