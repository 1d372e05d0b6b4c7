/** How the process' sockets reach the kernel of Linux: Vert.x's native transports, with what they lack. */
@NullMarked
package dev.lblc.transport;

import org.jspecify.annotations.NullMarked;
