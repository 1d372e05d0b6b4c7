package dev.lblc.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Removes entries that no node used since a time: a batch of keys at once. Answers whether it removed. */
final class RemoveUnused
    implements EntryProcessor<String, HomeRecord, Boolean>, IdentifiedDataSerializable {
  private static final long serialVersionUID = 1;
  private static final byte FORMAT = 1;

  private long unusedSinceMillis;

  /** For deserialization. */
  RemoveUnused() {}

  /**
   * A removal.
   *
   * @param unusedSinceMillis in cluster time; an entry used later stays
   */
  RemoveUnused(long unusedSinceMillis) {
    this.unusedSinceMillis = unusedSinceMillis;
  }

  @Override
  public Boolean process(Map.Entry<String, @Nullable HomeRecord> entry) {
    HomeRecord there = entry.getValue();
    if (there == null || there.lastUseMillis() > unusedSinceMillis) {
      return false;
    }
    entry.setValue(null);
    return true;
  }

  @Override
  public int getFactoryId() {
    return ClusterSerialization.FACTORY;
  }

  @Override
  public int getClassId() {
    return ClusterSerialization.REMOVE_UNUSED;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeByte(FORMAT);
    out.writeLong(unusedSinceMillis);
    ClusterSerialization.writeEnd(out);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    in.readByte();
    unusedSinceMillis = in.readLong();
    ClusterSerialization.passOverRest(in);
  }
}
