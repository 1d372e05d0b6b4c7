package dev.lblc.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The numbers of what nodes write for each other. They are for ever: nodes of other releases know them. */
final class WrittenForm {
  static final int FACTORY = 0x4c42_4c43;
  static final int HOME_RECORD = 1;
  static final int PUT_HOMES = 2;
  static final int NOTE_USE = 3;
  static final int REMOVE_UNUSED = 4;
  static final int LATER_USE_MERGE = 5;
  static final int SERVER_RECORD = 6;
  static final int EDIT_SERVER = 7;
  static final int LATER_EDIT_MERGE = 8;

  private WrittenForm() {}

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
