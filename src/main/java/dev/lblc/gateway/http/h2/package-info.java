/** HTTP/2 on the channels themselves, with Netty's codec: streams of clients and streams to servers of one event loop. */
@NullMarked
package dev.lblc.gateway.http.h2;

import org.jspecify.annotations.NullMarked;
