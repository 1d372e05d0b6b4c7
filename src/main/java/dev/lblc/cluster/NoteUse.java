package dev.lblc.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.util.Map;

/** Renews entries that were used: a batch of keys at once. Answers whether the entry is there, and is a record. */
final class NoteUse extends EntryChange<HomeRecord, Boolean> {
  private static final long serialVersionUID = 1;

  private long lastUseMillis;
  private long expirationMillis;

  /** For deserialization. */
  NoteUse() {}

  /**
   * A renewal.
   *
   * @param lastUseMillis in cluster time, not later than that of any key of the batch
   * @param expirationMillis how long an unused record lives
   */
  NoteUse(long lastUseMillis, long expirationMillis) {
    this.lastUseMillis = lastUseMillis;
    this.expirationMillis = expirationMillis;
  }

  @Override
  public Boolean process(Map.Entry<String, HomeRecord> entry) {
    HomeRecord there = HomeRecord.in(entry);
    if (there == null || there.isOfTheFuture(lastUseMillis, expirationMillis)) {
      return false;
    }
    PutHomes.set(entry, there.usedAt(lastUseMillis), expirationMillis);
    return true;
  }

  @Override
  public int getClassId() {
    return WrittenForm.NOTE_USE;
  }

  @Override
  void writeFields(ObjectDataOutput out) throws IOException {
    out.writeLong(lastUseMillis);
    out.writeLong(expirationMillis);
  }

  @Override
  void readFields(ObjectDataInput in) throws IOException {
    lastUseMillis = WrittenForm.millis(in);
    expirationMillis = in.readLong();
  }
}
