package dev.lblc.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import com.hazelcast.spi.merge.MergingValue;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * After a split of the cluster, of two records for one destination the one used later wins.
 *
 * <p>Its version becomes higher than either side's, so that every node's copy follows, whichever side it was on. Records
 * tell of uses late, by a quarter of the expiration: where homes differ, a node that used its own later than the record
 * says puts them back ({@link TableSubscriber}), a few times at most, or sides that both go on would never end.
 * A dispute that a node began before the records met goes on.
 */
final class LaterUseMergePolicy
    implements SplitBrainMergePolicy<HomeRecord, MergingValue<HomeRecord>, HomeRecord>,
        IdentifiedDataSerializable {

  /** Any order will do between two of the same time, as long as both sides find the same. */
  private static final Comparator<HomeRecord> LATER = Comparator.comparingLong(
          HomeRecord::lastUseMillis)
      .thenComparingInt(HomeRecord::version)
      .thenComparing(home -> String.join(" ", home.homes()));

  @Override
  @SuppressWarnings("deprecation") // what replaces getValue is not in Hazelcast 5.3
  public @Nullable HomeRecord merge(
      MergingValue<HomeRecord> merging, @Nullable MergingValue<HomeRecord> existing) {
    HomeRecord theirs = EntryChange.record(merging::getValue, HomeRecord.class);
    HomeRecord ours =
        existing == null ? null : EntryChange.record(existing::getValue, HomeRecord.class);
    return theirs == null ? ours : ours == null ? theirs : later(theirs, ours);
  }

  static HomeRecord later(HomeRecord one, HomeRecord other) {
    HomeRecord later = LATER.compare(one, other) > 0 ? one : other;
    int version = Math.max(one.version(), other.version());
    if (!one.homes().equals(other.homes())) {
      return HomeRecord.disputed(later.homes(), WrittenForm.next(version), later.lastUseMillis());
    }
    return new HomeRecord(
        later.homes(),
        one.version() == other.version() ? version : WrittenForm.next(version),
        later.lastUseMillis(),
        Math.max(one.contests(), other.contests()));
  }

  @Override
  public int getFactoryId() {
    return WrittenForm.FACTORY;
  }

  @Override
  public int getClassId() {
    return WrittenForm.LATER_USE_MERGE;
  }

  @Override
  public void writeData(ObjectDataOutput out) {
    // No state.
  }

  @Override
  public void readData(ObjectDataInput in) {
    // No state.
  }
}
