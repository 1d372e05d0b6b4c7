package dev.lblc.cluster;

import com.hazelcast.internal.serialization.DataSerializerHook;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells Hazelcast how to make our objects from bytes; found by the service loader, so that it works in any instance,
 * an application's own included. Numbers are for ever: nodes of other releases know them.
 */
public final class ClusterSerialization implements DataSerializerHook {
  static final int FACTORY = 0x4c42_4c43;
  static final int HOME_RECORD = 1;
  static final int PUT_HOMES = 2;
  static final int NOTE_USE = 3;
  static final int REMOVE_UNUSED = 4;
  static final int LATER_USE_MERGE = 5;
  static final int SERVER_RECORD = 6;
  static final int EDIT_SERVER = 7;
  static final int LATER_EDIT_MERGE = 8;

  @Override
  public int getFactoryId() {
    return FACTORY;
  }

  @Override
  public DataSerializableFactory createFactory() {
    return ClusterSerialization::create;
  }

  private static IdentifiedDataSerializable create(int classId) {
    return switch (classId) {
      case HOME_RECORD -> new HomeRecord();
      case PUT_HOMES -> new PutHomes();
      case NOTE_USE -> new NoteUse();
      case REMOVE_UNUSED -> new RemoveUnused();
      case LATER_USE_MERGE -> new LaterUseMergePolicy();
      case SERVER_RECORD -> new ServerRecord();
      case EDIT_SERVER -> new EditServer();
      case LATER_EDIT_MERGE -> new LaterEditMergePolicy();
      default ->
        throw new IllegalArgumentException(
            "class id " + classId + " (expected: 1 to " + LATER_EDIT_MERGE + ")");
    };
  }

  static void write(ObjectDataOutput out, List<String> strings) throws IOException {
    out.writeInt(strings.size());
    for (String string : strings) {
      out.writeString(string);
    }
  }

  static List<String> read(ObjectDataInput in) throws IOException {
    int size = in.readInt();
    List<String> strings = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      strings.add(String.valueOf(in.readString()));
    }
    return List.copyOf(strings);
  }
}
