/** The gateway file: a strict reader that turns JSON into checked records and lists every fault at once. */
@NullMarked
package dev.lblc.config;

import org.jspecify.annotations.NullMarked;
