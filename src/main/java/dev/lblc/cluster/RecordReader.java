package dev.lblc.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.map.IMap;
import com.hazelcast.query.Predicate;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries of a map that anybody may have written to: of any type, and of any bytes. What is not a record under a key of text is
 * {@link Dropped dropped}; no exception of it goes further.
 *
 * <p>May be used from any thread.
 *
 * @param <V> the records
 */
final class RecordReader<V extends SharedRecord> {
  /** Of a destination or of a server's id, in characters; nodes write no longer ones. */
  static final int LONGEST_KEY = 4_096;

  private final Class<V> type;
  private final Dropped.Kind kind;
  private final String map;
  private final Dropped dropped;

  RecordReader(Class<V> type, Dropped.Kind kind, String map, Dropped dropped) {
    this.type = type;
    this.kind = kind;
    this.map = map;
    this.dropped = dropped;
  }

  /** Returns the key of an entry; null: it is none of ours, and was dropped. */
  @Nullable
  String key(Supplier<?> key, @Nullable Member from) {
    try {
      Object found = key.get();
      if (found instanceof String text && text.length() <= LONGEST_KEY) {
        return text;
      }
      drop(
          from,
          found instanceof String text
              ? "a key of " + text.length() + " characters (expected: at most " + LONGEST_KEY + ")"
              : "a key of " + name(found) + " (expected: a text)");
    } catch (RuntimeException e) { // of a class that is not here, or of bytes that are none
      drop(from, "a key that cannot be read: " + e);
    }
    return null;
  }

  /** Returns the record of an entry; null: it is none, and was dropped. */
  @Nullable
  V record(Supplier<?> value, @Nullable Member from) {
    try {
      Object found = value.get();
      String fault = fault(found);
      if (fault == null) {
        return type.cast(found);
      }
      drop(from, fault);
    } catch (RuntimeException e) { // as above
      drop(from, "a value that cannot be read: " + e);
    }
    return null;
  }

  /** Returns the record that an entry had; null: it was none, as was noted when it came. */
  @Nullable
  V known(Supplier<?> value) {
    try {
      Object found = value.get();
      return fault(found) == null ? type.cast(found) : null;
    } catch (RuntimeException e) { // as above
      return null;
    }
  }

  /** Notes a record that says what no node writes. */
  void drop(@Nullable Member from, String why) {
    dropped.dropped(
        kind,
        "map " + map,
        from == null
            ? null
            : "member " + from.getAddress().getHost() + ":" + from.getAddress().getPort(),
        why);
  }

  /**
   * Goes through entries of a map.
   *
   * @param visitor gets each record
   * @param unreadable gets the key of each entry that is none, if it is a text
   */
  void forEach(
      IMap<String, V> entries,
      Predicate<String, V> selected,
      BiConsumer<String, V> visitor,
      Consumer<String> unreadable) {
    Set<String> seen = new HashSet<>();
    boolean isAllSeen = true;
    Collection<? extends Map.Entry<?, ?>> all = entries.entrySet(selected);
    Iterator<? extends Map.Entry<?, ?>> iterator = all.iterator();
    while (iterator.hasNext()) {
      Map.Entry<?, ?> entry;
      try {
        entry = iterator.next();
      } catch (RuntimeException e) { // it makes objects of the bytes, and goes on all the same
        drop(null, "an entry that cannot be read: " + e);
        isAllSeen = false;
        continue;
      }
      String key = key(entry::getKey, null);
      if (key != null) {
        seen.add(key);
        V record = record(entry::getValue, null);
        if (record == null) {
          unreadable.accept(key);
        } else {
          visitor.accept(key, record);
        }
      }
    }
    if (!isAllSeen) {
      keys(entries, selected, key -> {
        if (!seen.contains(key)) {
          unreadable.accept(key);
        }
      });
    }
  }

  /** Goes through the keys of entries that are a text. */
  static void keys(
      IMap<String, ?> entries, Predicate<String, ?> selected, Consumer<String> visitor) {
    @SuppressWarnings("unchecked") // it is of what the map holds, whatever that is
    Collection<?> all = entries.keySet((Predicate) selected);
    Iterator<?> iterator = all.iterator();
    while (iterator.hasNext()) {
      Object key;
      try {
        key = iterator.next();
      } catch (RuntimeException e) { // noted where the entries are read
        continue;
      }
      if (key instanceof String text) {
        visitor.accept(text);
      }
    }
  }

  private @Nullable String fault(@Nullable Object value) {
    if (!type.isInstance(value)) {
      return "a value of " + name(value) + " (expected: a record)";
    }
    return type.cast(value).fault();
  }

  private static String name(@Nullable Object object) {
    return object == null ? "nothing" : object.getClass().getName();
  }
}
