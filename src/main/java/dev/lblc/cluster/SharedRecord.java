package dev.lblc.cluster;

import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import org.jspecify.annotations.Nullable;

/**
 * What a map of the cluster holds under a key. A member may have written any bytes: reading them never fails, or else each operation
 * that meets them would, for ever. A record that cannot be says so instead, and counts as absent.
 */
interface SharedRecord extends IdentifiedDataSerializable {
  /** Returns what is wrong with the record; null: nothing. One that has a fault has no value to be asked for. */
  @Nullable
  String fault();
}
