/** Which servers answer: active checks and passive ejection. */
@NullMarked
package dev.lblc.health;

import org.jspecify.annotations.NullMarked;
