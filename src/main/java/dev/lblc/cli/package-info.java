/** The commands of the program: each reads its parameters, asks {@code boot} or a running gateway, and prints. */
@NullMarked
package dev.lblc.cli;

import org.jspecify.annotations.NullMarked;
