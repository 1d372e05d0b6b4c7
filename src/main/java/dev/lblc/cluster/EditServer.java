package dev.lblc.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import dev.lblc.scheduler.EditBasis;
import dev.lblc.scheduler.EditRecord;
import dev.lblc.scheduler.EditStamp;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
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

  /*
   * What begins the parts of the added fields, in this order; the first release that knows any reads no other one than
   * the first. A drain is written as a change of the weight, to 0 or back, for those that do not know it.
   */
  private static final byte ADDED_DISCOVERED = 1;
  private static final byte ADDED_EXPECTED = 2;
  private static final byte ADDED_DRAIN = 3;
  private static final byte ADDED_END_OF_DRAIN = 4;
  private static final byte ADDED_MAX = 5;

  @SuppressWarnings("serial") // never written by Java's own serialization
  private @Nullable ServerEdit edit;

  @SuppressWarnings("serial")
  private EditBasis basis = new EditBasis(null, null, null);

  private long editedMillis;
  private int weight;

  /** For deserialization. */
  EditServer() {}

  /**
   * An edit.
   *
   * @param basis what this node knows of the server
   * @param editedMillis now, in cluster time
   * @param weight that the server has but for a drain, as this node knows it
   */
  EditServer(ServerEdit edit, EditBasis basis, long editedMillis, int weight) {
    this.edit = edit;
    this.basis = basis;
    this.editedMillis = editedMillis;
    this.weight = weight;
  }

  @Override
  public @Nullable ServerRecord process(Map.Entry<String, ServerRecord> entry) {
    ServerRecord there = record(entry, ServerRecord.class);
    if (there != null && isDone(there.edits())) {
      return there;
    }
    EditRecord next;
    try {
      next = EditRecord.after(
          Objects.requireNonNull(edit), there == null ? null : there.edits(), basis, editedMillis);
    } catch (IllegalArgumentException e) {
      return null; // the node that asked says why
    }
    ServerRecord record = new ServerRecord(next);
    entry.setValue(record);
    return record;
  }

  /** Hazelcast runs it again after a member's death. */
  private boolean isDone(EditRecord there) {
    if (edit instanceof ServerEdit.EndDrain) {
      return there.drain() == null;
    }
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
    ServerRecord.write(out, basis.configured());
    ServerEdit written = Objects.requireNonNull(edit);
    if (written instanceof ServerEdit.Add add) {
      out.writeByte(ADD);
      ServerRecord.write(out, add.server());
    } else if (written instanceof ServerEdit.Change change) {
      write(out, change);
    } else if (written instanceof ServerEdit.Drain) {
      write(out, new ServerEdit.Change(written.id(), 0, null, null));
    } else if (written instanceof ServerEdit.EndDrain) {
      write(out, new ServerEdit.Change(written.id(), weight, null, null));
    } else {
      out.writeByte(REMOVE);
      out.writeString(written.id());
    }
  }

  @Override
  void readFields(ObjectDataInput in) throws IOException {
    editedMillis = WrittenForm.millis(in);
    basis = new EditBasis(ServerRecord.read(in), null, null);
    byte kind = in.readByte();
    edit = switch (kind) {
      case ADD -> new ServerEdit.Add(added(in));
      case CHANGE ->
        new ServerEdit.Change(WrittenForm.name(in), number(in), number(in), number(in));
      case REMOVE -> new ServerEdit.Remove(WrittenForm.name(in));
      default -> throw new IOException("edit of kind " + kind + " (expected: 1 to 3)");
    };
  }

  @Override
  byte[] addedFields() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      ServerSpec spec = basis.discovered();
      if (spec != null) {
        out.writeByte(ADDED_DISCOVERED);
        out.writeUTF(spec.id());
        out.writeUTF(spec.host());
        out.writeInt(spec.port());
        out.writeInt(spec.weight());
        out.writeInt(spec.upper());
        out.writeInt(spec.lower());
      }
      EditStamp expected = basis.expected();
      if (expected != null) {
        out.writeByte(ADDED_EXPECTED);
        out.writeInt(expected.version());
        out.writeLong(expected.editedMillis());
      }
      if (edit instanceof ServerEdit.Drain drain) {
        Duration deadline = drain.deadline();
        out.writeByte(ADDED_DRAIN);
        out.writeLong(deadline == null ? UNCHANGED : deadline.toMillis());
      } else if (edit instanceof ServerEdit.EndDrain) {
        out.writeByte(ADDED_END_OF_DRAIN);
      }
      int configured = ServerRecord.max(basis.configured());
      int discovered = ServerRecord.max(spec);
      int edited = max();
      if (configured != 0 || discovered != 0 || edited != UNCHANGED) {
        out.writeByte(ADDED_MAX);
        out.writeInt(configured);
        out.writeInt(discovered);
        out.writeInt(edited);
      }
    }
    return bytes.toByteArray();
  }

  @Override
  void readAddedFields(byte[] added) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(added));
    ServerSpec configured = basis.configured();
    ServerSpec discovered = null;
    EditStamp expected = null;
    boolean isKnown = true;
    while (in.available() > 0 && isKnown) {
      switch (in.readByte()) {
        case ADDED_DISCOVERED ->
          discovered = new ServerSpec(
              in.readUTF(), in.readUTF(), in.readInt(), in.readInt(), in.readInt(), in.readInt());
        case ADDED_EXPECTED -> expected = new EditStamp(in.readInt(), in.readLong());
        case ADDED_DRAIN -> {
          long millis = in.readLong();
          edit = new ServerEdit.Drain(id(), millis < 0 ? null : Duration.ofMillis(millis));
        }
        case ADDED_END_OF_DRAIN -> edit = new ServerEdit.EndDrain(id());
        case ADDED_MAX -> {
          configured = ServerRecord.withMax(configured, in.readInt());
          discovered = ServerRecord.withMax(discovered, in.readInt());
          edit = withMax(Objects.requireNonNull(edit), in.readInt());
        }
        default -> isKnown = false; // of a later format, and so is what follows
      }
    }
    basis = new EditBasis(configured, discovered, expected);
  }

  /** Returns the limit of connections that the edit sets; {@link #UNCHANGED}: it sets none. */
  private int max() {
    if (edit instanceof ServerEdit.Add add && add.server().max() != 0) {
      return add.server().max();
    }
    return edit instanceof ServerEdit.Change change
        ? Objects.requireNonNullElse(change.max(), UNCHANGED)
        : UNCHANGED;
  }

  private static ServerEdit withMax(ServerEdit edit, int max) {
    if (max != UNCHANGED && edit instanceof ServerEdit.Add add) {
      return new ServerEdit.Add(add.server().withMax(max));
    }
    if (max != UNCHANGED && edit instanceof ServerEdit.Change change) {
      return new ServerEdit.Change(
          change.id(), change.weight(), change.upper(), change.lower(), max);
    }
    return edit;
  }

  private static ServerSpec added(ObjectDataInput in) throws IOException {
    ServerSpec server = ServerRecord.read(in);
    if (server == null) {
      throw new IOException("no server (expected: one to be added)");
    }
    return server;
  }

  private String id() {
    return Objects.requireNonNull(edit).id();
  }

  private static void write(ObjectDataOutput out, ServerEdit.Change change) throws IOException {
    out.writeByte(CHANGE);
    out.writeString(change.id());
    out.writeInt(Objects.requireNonNullElse(change.weight(), UNCHANGED));
    out.writeInt(Objects.requireNonNullElse(change.upper(), UNCHANGED));
    out.writeInt(Objects.requireNonNullElse(change.lower(), UNCHANGED));
  }

  private static @Nullable Integer number(ObjectDataInput in) throws IOException {
    int number = in.readInt();
    return number == UNCHANGED ? null : number;
  }
}
