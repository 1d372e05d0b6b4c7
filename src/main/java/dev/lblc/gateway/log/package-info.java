/** The access log: the forms of its lines, and their way to standard output and files. */
@NullMarked
package dev.lblc.gateway.log;

import org.jspecify.annotations.NullMarked;
