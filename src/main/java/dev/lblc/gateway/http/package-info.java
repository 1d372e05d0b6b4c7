/** HTTP policy: the stages of an exchange and the rules for its messages, without I/O and without Vert.x. */
@NullMarked
package dev.lblc.gateway.http;

import org.jspecify.annotations.NullMarked;
