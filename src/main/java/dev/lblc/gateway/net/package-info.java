/** Sockets on Vert.x's event loops: what listeners of HTTP and of TCP have in common. */
@NullMarked
package dev.lblc.gateway.net;

import org.jspecify.annotations.NullMarked;
