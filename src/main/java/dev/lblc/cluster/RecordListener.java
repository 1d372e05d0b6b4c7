package dev.lblc.cluster;

import com.hazelcast.core.EntryEvent;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryMergedListener;
import com.hazelcast.map.listener.EntryRemovedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import org.jspecify.annotations.Nullable;

/**
 * A listener for changes of a map's records, called on Hazelcast's threads: it must not wait. Expired records are not
 * reported.
 *
 * @param <V> the records
 */
abstract class RecordListener<V extends SharedRecord>
    implements EntryAddedListener<String, V>,
        EntryUpdatedListener<String, V>,
        EntryMergedListener<String, V>,
        EntryRemovedListener<String, V> {
  private final RecordReader<V> reader;

  RecordListener(RecordReader<V> reader) {
    this.reader = reader;
  }

  /** Applies a record that was added or changed. */
  abstract void changed(String key, V record);

  /** Notes that what stands under a key now is no record: it was dropped. */
  abstract void spoilt(String key);

  /** Applies a removal; null: it was no record. */
  abstract void removed(String key, @Nullable V gone);

  @Override
  public final void entryAdded(EntryEvent<String, V> event) {
    apply(event);
  }

  @Override
  public final void entryUpdated(EntryEvent<String, V> event) {
    apply(event);
  }

  @Override
  public final void entryMerged(EntryEvent<String, V> event) {
    apply(event);
  }

  @Override
  public final void entryRemoved(EntryEvent<String, V> event) {
    EntryEvent<?, ?> any = event;
    String key = reader.key(any::getKey, any.getMember());
    if (key != null) {
      removed(key, reader.known(any::getOldValue));
    }
  }

  /** An event makes objects of the bytes when it is asked: they may be of anything. */
  private void apply(EntryEvent<String, V> event) {
    EntryEvent<?, ?> any = event;
    String key = reader.key(any::getKey, any.getMember());
    if (key == null) {
      return;
    }
    V record = reader.record(any::getValue, any.getMember());
    if (record == null) {
      spoilt(key);
    } else {
      changed(key, record);
    }
  }
}
