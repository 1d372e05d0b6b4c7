/** HTTP/1.1 on the channels themselves: the requests of clients and the connections to servers of one event loop. */
@NullMarked
package dev.lblc.gateway.http.lane;

import org.jspecify.annotations.NullMarked;
