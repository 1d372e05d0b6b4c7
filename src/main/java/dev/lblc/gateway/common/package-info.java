/** What the data paths of all protocols share. */
@NullMarked
package dev.lblc.gateway.common;

import org.jspecify.annotations.NullMarked;
