/** HTTP policy: what becomes of a request and its response, whatever moves their bytes. No Vert.x. */
@NullMarked
package dev.lblc.gateway.http;

import org.jspecify.annotations.NullMarked;
