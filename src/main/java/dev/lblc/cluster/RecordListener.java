package dev.lblc.cluster;

import com.hazelcast.core.EntryEvent;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryMergedListener;
import com.hazelcast.map.listener.EntryRemovedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import org.jspecify.annotations.Nullable;

/**
 * Hears what became of a map's records, on Hazelcast's threads, and has to be short. That the map let one expire it does
 * not hear of.
 *
 * @param <V> the records
 */
abstract class RecordListener<V>
    implements EntryAddedListener<String, V>,
        EntryUpdatedListener<String, V>,
        EntryMergedListener<String, V>,
        EntryRemovedListener<String, V> {

  /** A record is there that was not, or not so. */
  abstract void changed(String key, V record);

  /** A record was taken out; null: it is not known which one. */
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
