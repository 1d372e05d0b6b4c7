/** The data path of TCP: from a connection accepted to its end. */
@NullMarked
package dev.lblc.gateway.tcp;

import org.jspecify.annotations.NullMarked;
