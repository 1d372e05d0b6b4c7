package dev.lblc.cluster;

import com.hazelcast.map.ExtendedMapEntry;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Compare-and-set of a destination's homes, run where the entry is: of two nodes that decide at once the first wins, and
 * the other gets the winner's record as its answer.
 *
 * <p>Runs twice without harm, as Hazelcast does after a member's death: what is there already is left as it is.
 */
final class PutHomes extends EntryChange<HomeRecord, HomeRecord> {
  private static final long serialVersionUID = 1;

  private List<String> homes = List.of();
  private int expectedVersion;
  private long lastUseMillis;
  private long expirationMillis;
  private boolean isContest;

  /** For deserialization. */
  PutHomes() {}

  /**
   * A change.
   *
   * @param homes ids of the servers it goes to from now on
   * @param expectedVersion of the record that the decision was made from; 0: none
   * @param lastUseMillis in cluster time
   * @param expirationMillis how long an unused record lives
   * @param isContest whether it is no new decision, but homes that this node held before: a node that used those in
   *     their place later may put them back
   */
  PutHomes(
      List<String> homes,
      int expectedVersion,
      long lastUseMillis,
      long expirationMillis,
      boolean isContest) {
    this.homes = homes.subList(0, Math.min(homes.size(), WrittenForm.MOST_HOMES));
    this.expectedVersion = expectedVersion;
    this.lastUseMillis = lastUseMillis;
    this.expirationMillis = expirationMillis;
    this.isContest = isContest;
  }

  @Override
  public HomeRecord process(Map.Entry<String, HomeRecord> entry) {
    HomeRecord there = HomeRecord.in(entry);
    if (there != null && there.isOfTheFuture(lastUseMillis, expirationMillis)) {
      there = null; // else it would stand for as long as that
    }
    boolean isSame = there != null && there.homes().equals(homes);
    if (there != null && !isSame && there.contests() > 0 && isNewer(there)) {
      return there; // the use was not of these homes, and may be a reason to put others back
    }
    if (there != null && (isSame || isNewer(there))) {
      HomeRecord used = there.usedAt(lastUseMillis);
      set(entry, used, expirationMillis);
      return used;
    }
    int version = there == null ? expectedVersion : Math.max(there.version(), expectedVersion);
    HomeRecord next = next(there, WrittenForm.next(version));
    set(entry, next, expirationMillis);
    return next;
  }

  private HomeRecord next(@Nullable HomeRecord there, int version) {
    if (!isContest || there == null) {
      return new HomeRecord(homes, version, lastUseMillis);
    }
    return there.contests() == 0
        ? HomeRecord.disputed(homes, version, lastUseMillis)
        : new HomeRecord(homes, version, lastUseMillis, there.contests() - 1);
  }

  /** A record past its expiration does not stand in the way, even if Hazelcast has not dropped it yet. */
  private boolean isNewer(HomeRecord there) {
    return there.version() > expectedVersion
        && lastUseMillis - there.lastUseMillis() < expirationMillis;
  }

  /** Hazelcast counts a time to live in whole seconds, and 0 would be for ever. */
  static void set(Map.Entry<String, HomeRecord> entry, HomeRecord record, long expirationMillis) {
    long seconds = Math.max(1, (expirationMillis + 999) / 1_000);
    ((ExtendedMapEntry<String, HomeRecord>) entry).setValue(record, seconds, TimeUnit.SECONDS);
  }

  @Override
  public int getClassId() {
    return WrittenForm.PUT_HOMES;
  }

  @Override
  void writeFields(ObjectDataOutput out) throws IOException {
    out.writeInt(expectedVersion);
    out.writeLong(lastUseMillis);
    out.writeLong(expirationMillis);
    WrittenForm.write(out, homes);
    out.writeBoolean(isContest);
  }

  @Override
  void readFields(ObjectDataInput in) throws IOException {
    expectedVersion = WrittenForm.version(in);
    lastUseMillis = WrittenForm.millis(in);
    expirationMillis = in.readLong();
    homes = WrittenForm.homes(in);
    isContest = in.readBoolean();
  }
}
