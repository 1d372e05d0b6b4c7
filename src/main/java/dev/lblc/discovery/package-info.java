/** Where servers are: names that are asked for again and again, and lists of servers that name servers give. */
@NullMarked
package dev.lblc.discovery;

import org.jspecify.annotations.NullMarked;
