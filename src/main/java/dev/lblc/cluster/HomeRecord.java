package dev.lblc.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import dev.lblc.scheduler.Placement;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster's map holds for a destination.
 *
 * <p>Immutable once read or made. The written form begins with its format; a later format may only add fields at the
 * end, which this one then passes over, so that nodes of two releases work side by side.
 */
final class HomeRecord implements SharedRecord {
  private static final byte FORMAT = 1;

  /** One for each of two sides, and one more. */
  private static final int MOST_CONTESTS = 3;

  /** Clocks of machines go wrong by as much and more; a record that is used so late cannot be waited for. */
  private static final long WRONG_MILLIS = 7 * 24 * 3_600_000L;

  private List<String> homes = List.of();
  private int version;
  private long lastUseMillis;
  private int contests;
  private @Nullable String fault;

  /** For deserialization. */
  HomeRecord() {}

  /**
   * A record.
   *
   * @param homes ids of servers, the newest first
   * @param version counts the changes of the homes, from 1
   * @param lastUseMillis in cluster time
   */
  HomeRecord(List<String> homes, int version, long lastUseMillis) {
    this(homes, version, lastUseMillis, 0);
  }

  /**
   * A record of homes that may be in dispute: two sides of a split had different ones.
   *
   * @param contests 0: they are not; how often a node that used its own later may still put them in the place of these
   */
  HomeRecord(List<String> homes, int version, long lastUseMillis, int contests) {
    this.homes = List.copyOf(homes);
    this.version = version;
    this.lastUseMillis = lastUseMillis;
    this.contests = contests;
  }

  List<String> homes() {
    return homes;
  }

  int version() {
    return version;
  }

  long lastUseMillis() {
    return lastUseMillis;
  }

  int contests() {
    return contests;
  }

  /** A record of homes that others have not had their say about: the dispute begins. */
  static HomeRecord disputed(List<String> homes, int version, long lastUseMillis) {
    return new HomeRecord(homes, version, lastUseMillis, MOST_CONTESTS);
  }

  /** The same homes, used at that time if it is later. */
  HomeRecord usedAt(long millis) {
    return new HomeRecord(homes, version, Math.max(lastUseMillis, millis), contests);
  }

  /** The same as nodes hold it, on this node's clock. */
  Placement placement(String destination, ClusterTime time) {
    return new Placement(destination, homes, version, time.toLocal(lastUseMillis));
  }

  @Override
  public int getFactoryId() {
    return WrittenForm.FACTORY;
  }

  @Override
  public int getClassId() {
    return WrittenForm.HOME_RECORD;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeByte(FORMAT);
    out.writeInt(version);
    out.writeLong(lastUseMillis);
    WrittenForm.write(out, homes);
    out.writeInt(contests);
  }

  @Override
  public void readData(ObjectDataInput in) {
    try {
      WrittenForm.format(in);
      version = WrittenForm.version(in);
      lastUseMillis = WrittenForm.millis(in);
      homes = WrittenForm.homes(in);
      contests = Math.max(0, Math.min(in.readInt(), MOST_CONTESTS));
    } catch (IOException | RuntimeException e) {
      homes = List.of();
      fault = WrittenForm.fault(e);
    }
  }

  @Override
  public @Nullable String fault() {
    return fault;
  }

  /**
   * Returns whether the last use is so much later than now that no clock of a node can have said it.
   *
   * @param nowMillis in cluster time, or a use of a little while ago
   * @param expirationMillis how long an unused record lives
   */
  boolean isOfTheFuture(long nowMillis, long expirationMillis) {
    return lastUseMillis > latestMillis(nowMillis, expirationMillis);
  }

  /** Returns the latest last use that is not of the future. */
  static long latestMillis(long nowMillis, long expirationMillis) {
    return nowMillis + WRONG_MILLIS + expirationMillis;
  }

  /** Returns the record of an entry; null: there is none, or something else than a record. */
  static @Nullable HomeRecord in(Map.Entry<String, ?> entry) {
    return EntryChange.record(entry, HomeRecord.class);
  }

  @Override
  public String toString() {
    return homes + " v" + version + " used " + lastUseMillis;
  }
}
