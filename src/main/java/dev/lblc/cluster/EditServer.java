package dev.lblc.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import dev.lblc.scheduler.EditRecord;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An edit of a server, run where its record is: of edits made at once on several nodes one comes after the other. Answers
 * the record after it; null: the edit cannot be made, and nothing was changed.
 */
final class EditServer extends EntryChange<ServerRecord, @Nullable ServerRecord> {
  private static final long serialVersionUID = 1;
  private static final byte ADD = 1;
  private static final byte CHANGE = 2;
  private static final byte REMOVE = 3;
  private static final int UNCHANGED = -1;

  /** The first of the added fields: a discovered server follows. */
  private static final byte ADDED_DISCOVERED = 1;

  @SuppressWarnings("serial") // never written by Java's own serialization
  private @Nullable ServerEdit edit;

  @SuppressWarnings("serial")
  private @Nullable ServerSpec configured;

  @SuppressWarnings("serial")
  private @Nullable ServerSpec discovered;

  private long editedMillis;

  /** For deserialization. */
  EditServer() {}

  /**
   * An edit.
   *
   * @param configured what this node's configuration says of the server; null: it has none
   * @param discovered what this node's discovery says of it; null: nothing
   * @param editedMillis now, in cluster time
   */
  EditServer(
      ServerEdit edit,
      @Nullable ServerSpec configured,
      @Nullable ServerSpec discovered,
      long editedMillis) {
    this.edit = edit;
    this.configured = configured;
    this.discovered = discovered;
    this.editedMillis = editedMillis;
  }

  @Override
  public @Nullable ServerRecord process(Map.Entry<String, ServerRecord> entry) {
    @Nullable ServerRecord there = entry.getValue();
    if (there != null && isDone(there.edits())) {
      return there;
    }
    EditRecord next;
    try {
      next = EditRecord.after(
          Objects.requireNonNull(edit),
          there == null ? null : there.edits(),
          configured,
          discovered,
          editedMillis);
    } catch (IllegalArgumentException e) {
      return null; // the node that asked says why
    }
    ServerRecord record = new ServerRecord(next);
    entry.setValue(record);
    return record;
  }

  /** Hazelcast runs it again after a member's death. */
  private boolean isDone(EditRecord there) {
    return edit instanceof ServerEdit.Remove
        ? there.server() == null
        : edit instanceof ServerEdit.Add add && add.server().equals(there.server());
  }

  @Override
  public int getClassId() {
    return WrittenForm.EDIT_SERVER;
  }

  @Override
  void writeFields(ObjectDataOutput out) throws IOException {
    out.writeLong(editedMillis);
    ServerRecord.write(out, configured);
    ServerEdit written = Objects.requireNonNull(edit);
    if (written instanceof ServerEdit.Add add) {
      out.writeByte(ADD);
      ServerRecord.write(out, add.server());
    } else if (written instanceof ServerEdit.Change change) {
      out.writeByte(CHANGE);
      out.writeString(change.id());
      out.writeInt(Objects.requireNonNullElse(change.weight(), UNCHANGED));
      out.writeInt(Objects.requireNonNullElse(change.upper(), UNCHANGED));
      out.writeInt(Objects.requireNonNullElse(change.lower(), UNCHANGED));
    } else {
      out.writeByte(REMOVE);
      out.writeString(written.id());
    }
  }

  @Override
  void readFields(ObjectDataInput in) throws IOException {
    editedMillis = in.readLong();
    configured = ServerRecord.read(in);
    byte kind = in.readByte();
    edit = switch (kind) {
      case ADD -> new ServerEdit.Add(Objects.requireNonNull(ServerRecord.read(in)));
      case CHANGE ->
        new ServerEdit.Change(String.valueOf(in.readString()), number(in), number(in), number(in));
      case REMOVE -> new ServerEdit.Remove(String.valueOf(in.readString()));
      default -> throw new IOException("edit of kind " + kind + " (expected: 1 to 3)");
    };
  }

  @Override
  byte[] addedFields() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ServerSpec spec = discovered;
    if (spec != null) {
      try (DataOutputStream out = new DataOutputStream(bytes)) {
        out.writeByte(ADDED_DISCOVERED);
        out.writeUTF(spec.id());
        out.writeUTF(spec.host());
        out.writeInt(spec.port());
        out.writeInt(spec.weight());
        out.writeInt(spec.upper());
        out.writeInt(spec.lower());
      }
    }
    return bytes.toByteArray();
  }

  @Override
  void readAddedFields(byte[] added) throws IOException {
    if (added.length > 0 && added[0] == ADDED_DISCOVERED) {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(added, 1, added.length));
      discovered = new ServerSpec(
          in.readUTF(), in.readUTF(), in.readInt(), in.readInt(), in.readInt(), in.readInt());
    }
  }

  private static @Nullable Integer number(ObjectDataInput in) throws IOException {
    int number = in.readInt();
    return number == UNCHANGED ? null : number;
  }
}
