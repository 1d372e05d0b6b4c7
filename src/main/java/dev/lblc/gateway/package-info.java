/** The gateway's listeners. */
@NullMarked
package dev.lblc.gateway;

import org.jspecify.annotations.NullMarked;
