/**
 * The composition root: reads a gateway file, opens the folder of plugins, and starts and stops the parts of a gateway in
 * this process. Internal: no interface for applications.
 */
@NullMarked
package dev.lblc.boot;

import org.jspecify.annotations.NullMarked;
