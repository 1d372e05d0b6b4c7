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
abstract class RecordListener<V>
    implements EntryAddedListener<String, V>,
        EntryUpdatedListener<String, V>,
        EntryMergedListener<String, V>,
        EntryRemovedListener<String, V> {

  /** Applies a record that was added or changed. */
  abstract void changed(String key, V record);

  /** Applies a removal; null: it is not known which record it was. */
  abstract void removed(String key, @Nullable V gone);

  @Override
  public final void entryAdded(EntryEvent<String, V> event) {
    changed(event.getKey(), event.getValue());
  }

  @Override
  public final void entryUpdated(EntryEvent<String, V> event) {
    changed(event.getKey(), event.getValue());
  }

  @Override
  public final void entryMerged(EntryEvent<String, V> event) {
    changed(event.getKey(), event.getValue());
  }

  @Override
  public final void entryRemoved(EntryEvent<String, V> event) {
    removed(event.getKey(), event.getOldValue());
  }
}
