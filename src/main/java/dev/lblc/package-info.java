/** The mark of the public interface. */
@NullMarked
package dev.lblc;

import org.jspecify.annotations.NullMarked;
