package dev.lblc.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.impl.LazyMapEntry;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A change of one entry of a map, sent to where the entry is and run there.
 *
 * <p>It is written in the midst of something of Hazelcast's: the format, the fields, and the length of what a later
 * format adds after them, which this one passes over, so that what comes next is read from where it starts.
 *
 * @param <V> the map's values
 * @param <R> the answer
 */
abstract class EntryChange<V, R extends @Nullable Object>
    implements EntryProcessor<String, V, R>, IdentifiedDataSerializable {
  private static final long serialVersionUID = 1;
  private static final byte FORMAT = 1;

  abstract void writeFields(ObjectDataOutput out) throws IOException;

  abstract void readFields(ObjectDataInput in) throws IOException;

  /** Returns the fields that this format adds to the first one; empty: none that has a value. */
  byte[] addedFields() throws IOException {
    return new byte[0];
  }

  /** Reads the fields that a format has added to the first one. */
  void readAddedFields(byte[] added) throws IOException {
    // There are none in the first format.
  }

  @Override
  public final int getFactoryId() {
    return WrittenForm.FACTORY;
  }

  @Override
  public final void writeData(ObjectDataOutput out) throws IOException {
    out.writeByte(FORMAT);
    writeFields(out);
    byte[] added = addedFields();
    out.writeInt(added.length);
    out.write(added);
  }

  @Override
  public final void readData(ObjectDataInput in) throws IOException {
    WrittenForm.format(in);
    try {
      readFields(in);
      readAdded(in);
    } catch (IllegalArgumentException e) { // as of a server that cannot be
      throw new IOException("a change that cannot be: " + e.getMessage(), e);
    }
  }

  private void readAdded(ObjectDataInput in) throws IOException {
    byte[] added =
        new byte[WrittenForm.number(in, "bytes of added fields", 0, WrittenForm.LONGEST_ADDED)];
    in.readFully(added);
    readAddedFields(added);
  }

  /** Returns the record of an entry; null: there is none, or something else, which any record takes the place of. */
  static <R extends SharedRecord> @Nullable R record(Map.Entry<String, ?> entry, Class<R> type) {
    try {
      return sound(entry.getValue(), type);
    } catch (
        RuntimeException e) { // its bytes are of no object; nodes drop it when they are told of it
      if (entry instanceof LazyMapEntry<?, ?> lazy) {
        lazy.remove(); // setting a value would read this one
      }
      return null;
    }
  }

  /** Returns what one side of a merge holds; null as of {@link #record(Map.Entry, Class)}. */
  static <R extends SharedRecord> @Nullable R record(Supplier<?> side, Class<R> type) {
    try {
      return sound(side.get(), type);
    } catch (RuntimeException e) { // as above
      return null;
    }
  }

  private static <R extends SharedRecord> @Nullable R sound(@Nullable Object value, Class<R> type) {
    return type.isInstance(value) && type.cast(value).fault() == null ? type.cast(value) : null;
  }
}
