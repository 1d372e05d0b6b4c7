package dev.lblc.cluster;

import com.hazelcast.internal.serialization.DataSerializerHook;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;

/**
 * The factory by which Hazelcast makes this package's objects from bytes. Found by the service loader, so that it works in any
 * instance, an application's own included.
 */
public final class ClusterSerialization implements DataSerializerHook {
  @Override
  public int getFactoryId() {
    return WrittenForm.FACTORY;
  }

  @Override
  public DataSerializableFactory createFactory() {
    return ClusterSerialization::create;
  }

  private static IdentifiedDataSerializable create(int classId) {
    return switch (classId) {
      case WrittenForm.HOME_RECORD -> new HomeRecord();
      case WrittenForm.PUT_HOMES -> new PutHomes();
      case WrittenForm.NOTE_USE -> new NoteUse();
      case WrittenForm.REMOVE_UNUSED -> new RemoveUnused();
      case WrittenForm.LATER_USE_MERGE -> new LaterUseMergePolicy();
      case WrittenForm.SERVER_RECORD -> new ServerRecord();
      case WrittenForm.EDIT_SERVER -> new EditServer();
      case WrittenForm.LATER_EDIT_MERGE -> new LaterEditMergePolicy();
      case WrittenForm.CLASS_PROBE -> new ClassProbe();
      default ->
        throw new IllegalArgumentException(
            "class id " + classId + " (expected: 1 to " + WrittenForm.CLASS_PROBE + ")");
    };
  }
}
