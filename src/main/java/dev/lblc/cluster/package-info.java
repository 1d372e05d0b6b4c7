/** Makes the tables and the connection counts of several nodes agree: a Hazelcast map and the event bus. */
@NullMarked
package dev.lblc.cluster;

import org.jspecify.annotations.NullMarked;
