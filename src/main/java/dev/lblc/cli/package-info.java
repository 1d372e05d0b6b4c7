/** The commands; Main is the composition root. */
@NullMarked
package dev.lblc.cli;

import org.jspecify.annotations.NullMarked;
