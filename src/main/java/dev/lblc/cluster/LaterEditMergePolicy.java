package dev.lblc.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import com.hazelcast.spi.merge.MergingValue;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import dev.lblc.scheduler.EditRecord;
import org.jspecify.annotations.Nullable;

/**
 * After a split of the cluster, of two edits of one server the later one wins.
 *
 * <p>Its version becomes higher than either side's, so that every node follows, whichever side it was on.
 */
final class LaterEditMergePolicy
    implements SplitBrainMergePolicy<ServerRecord, MergingValue<ServerRecord>, ServerRecord>,
        IdentifiedDataSerializable {

  @Override
  @SuppressWarnings("deprecation") // what replaces getValue is not in Hazelcast 5.3
  public @Nullable ServerRecord merge(
      MergingValue<ServerRecord> merging, @Nullable MergingValue<ServerRecord> existing) {
    ServerRecord theirs = EntryChange.record(merging::getValue, ServerRecord.class);
    ServerRecord ours =
        existing == null ? null : EntryChange.record(existing::getValue, ServerRecord.class);
    return theirs == null ? ours : ours == null ? theirs : later(theirs, ours);
  }

  static ServerRecord later(ServerRecord one, ServerRecord other) {
    EditRecord first = one.edits();
    EditRecord second = other.edits();
    EditRecord later = first.editedMillis() > second.editedMillis() ? first : second;
    if (first.editedMillis() == second.editedMillis() && first.version() == second.version()) {
      return new ServerRecord(later); // no edit since the split
    }
    return new ServerRecord(new EditRecord(
        Math.max(first.version(), second.version()) + 1,
        later.editedMillis(),
        later.configured(),
        later.server(),
        later.isOfDiscovered(),
        later.hasValues(),
        later.drain()));
  }

  @Override
  public int getFactoryId() {
    return WrittenForm.FACTORY;
  }

  @Override
  public int getClassId() {
    return WrittenForm.LATER_EDIT_MERGE;
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
