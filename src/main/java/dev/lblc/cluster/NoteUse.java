package dev.lblc.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/** Renews entries that were used: a batch of keys at once. Answers whether the entry is there, and is a record. */
final class NoteUse extends EntryChange<HomeRecord, Boolean> {
  private static final long serialVersionUID = 1;

  private long lastUseMillis;
  private long expirationMillis;
  private int version;

  /** For deserialization. */
  NoteUse() {}

  /**
   * A renewal.
   *
   * @param lastUseMillis in cluster time, not later than that of any key of the batch
   * @param expirationMillis how long an unused record lives
   * @param version of the records whose homes were used: one that was in dispute since may have others, whose use it was not; 0: of any
   */
  NoteUse(long lastUseMillis, long expirationMillis, int version) {
    this.lastUseMillis = lastUseMillis;
    this.expirationMillis = expirationMillis;
    this.version = version;
  }

  @Override
  public Boolean process(Map.Entry<String, HomeRecord> entry) {
    HomeRecord there = HomeRecord.in(entry);
    if (there == null || there.isOfTheFuture(lastUseMillis, expirationMillis)) {
      return false;
    }
    if (version > 0 && there.contests() > 0 && there.version() > version) {
      return true; // whoever used others will hear of it, and put them back
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

  @Override
  byte[] addedFields() {
    return ByteBuffer.allocate(Integer.BYTES).putInt(version).array();
  }

  @Override
  void readAddedFields(byte[] added) {
    if (added.length >= Integer.BYTES) {
      version = ByteBuffer.wrap(added).getInt();
    }
  }
}
