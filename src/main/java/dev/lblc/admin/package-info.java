/** The HTTP view of a running node: health, metrics, services, destinations, explain. */
@NullMarked
package dev.lblc.admin;

import org.jspecify.annotations.NullMarked;
