package dev.lblc.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Removes entries that no node used since a time, and what is no record: a batch of keys at once. Answers whether it removed a
 * record.
 */
final class RemoveUnused extends EntryChange<HomeRecord, Boolean> {
  private static final long serialVersionUID = 1;

  /** Instead of a time: removes what is no record, and nothing else. */
  private static final long NO_RECORDS = Long.MIN_VALUE;

  private long unusedSinceMillis;
  private long latestMillis = Long.MAX_VALUE;

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

  /**
   * Removes what is no record when it is met, and records of the future: a sound one that was put in their place stays.
   *
   * @param latestMillis the latest last use that there can be, in cluster time
   */
  static RemoveUnused spoilt(long latestMillis) {
    RemoveUnused removal = new RemoveUnused(NO_RECORDS);
    removal.latestMillis = latestMillis;
    return removal;
  }

  /** Returns how many records the answers say were removed. */
  static int count(Map<String, Boolean> removed) {
    return (int) removed.values().stream().filter(Boolean::booleanValue).count();
  }

  @Override
  public Boolean process(Map.Entry<String, @Nullable HomeRecord> entry) {
    HomeRecord there = HomeRecord.in(entry);
    if (there != null
        && there.lastUseMillis() > unusedSinceMillis
        && there.lastUseMillis() <= latestMillis) {
      return false;
    }
    if (entry.getValue() != null) {
      entry.setValue(null);
    }
    return there != null;
  }

  @Override
  public int getClassId() {
    return WrittenForm.REMOVE_UNUSED;
  }

  @Override
  void writeFields(ObjectDataOutput out) throws IOException {
    out.writeLong(unusedSinceMillis);
  }

  @Override
  void readFields(ObjectDataInput in) throws IOException {
    unusedSinceMillis = in.readLong();
  }

  @Override
  byte[] addedFields() {
    return latestMillis == Long.MAX_VALUE
        ? new byte[0]
        : ByteBuffer.allocate(Long.BYTES).putLong(latestMillis).array();
  }

  @Override
  void readAddedFields(byte[] added) {
    if (added.length >= Long.BYTES) {
      latestMillis = ByteBuffer.wrap(added).getLong();
    }
  }
}
