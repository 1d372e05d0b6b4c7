/** What tests of several packages share. */
@NullMarked
package dev.lblc.testing;

import org.jspecify.annotations.NullMarked;
