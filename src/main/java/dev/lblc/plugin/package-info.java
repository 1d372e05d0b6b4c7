/** The verticle and the faces it gives to any Vert.x application. */
@NullMarked
package dev.lblc.plugin;

import org.jspecify.annotations.NullMarked;
