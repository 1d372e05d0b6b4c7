package dev.lblc.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import dev.lblc.scheduler.Drain;
import dev.lblc.scheduler.EditRecord;
import dev.lblc.scheduler.ServerSpec;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An {@link EditRecord} as the cluster's map holds it. Times are cluster time.
 *
 * <p>Immutable once read or made. The written form begins with its format; a later format may only add fields at the end.
 * Format 2 says whether the edited server came from discovery, and is written only if it did. Format 3 says that the
 * server is drained, or that no edit gave it values, and is written only then: a node that does not know it sees weight 0.
 * Format 4 has the limits of connections, and is written only if there is one.
 */
final class ServerRecord implements SharedRecord {
  private static final byte FORMAT = 1;
  private static final byte FORMAT_OF_DISCOVERED = 2;
  private static final byte FORMAT_OF_DRAINED = 3;
  private static final byte FORMAT_OF_LIMITED = 4;

  @SuppressWarnings("NullAway.Init") // set once made or read
  private EditRecord edits;

  private @Nullable String fault;

  /** For deserialization. */
  ServerRecord() {}

  /** Of those edits. */
  ServerRecord(EditRecord edits) {
    this.edits = edits;
  }

  EditRecord edits() {
    return edits;
  }

  @Override
  public int getFactoryId() {
    return WrittenForm.FACTORY;
  }

  @Override
  public int getClassId() {
    return WrittenForm.SERVER_RECORD;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    Drain drain = edits.drain();
    ServerSpec server = edits.server();
    boolean isLimited = max(edits.configured()) != 0 || max(server) != 0;
    boolean isOfDrain = isLimited || drain != null || !edits.hasValues();
    out.writeByte(
        isLimited
            ? FORMAT_OF_LIMITED
            : isOfDrain
                ? FORMAT_OF_DRAINED
                : edits.isOfDiscovered() ? FORMAT_OF_DISCOVERED : FORMAT);
    out.writeInt(edits.version());
    out.writeLong(edits.editedMillis());
    write(out, edits.configured());
    write(out, drain == null || server == null ? server : server.withWeight(0));
    if (isOfDrain || edits.isOfDiscovered()) {
      out.writeBoolean(edits.isOfDiscovered());
    }
    if (isOfDrain) {
      out.writeBoolean(edits.hasValues());
      out.writeInt(server == null ? 0 : server.weight());
      write(out, drain);
    }
    if (isLimited) {
      out.writeInt(max(edits.configured()));
      out.writeInt(max(server));
    }
  }

  @Override
  public void readData(ObjectDataInput in) {
    try {
      read(in, WrittenForm.format(in));
    } catch (IOException | RuntimeException e) {
      fault = WrittenForm.fault(e);
    }
  }

  @Override
  public @Nullable String fault() {
    return fault;
  }

  private void read(ObjectDataInput in, byte format) throws IOException {
    int version = WrittenForm.version(in);
    long editedMillis = WrittenForm.millis(in);
    ServerSpec configured = read(in);
    ServerSpec server = read(in);
    boolean isOfDiscovered = format >= FORMAT_OF_DISCOVERED && in.readBoolean();
    if (format < FORMAT_OF_DRAINED) {
      edits = new EditRecord(version, editedMillis, configured, server, isOfDiscovered);
      return;
    }
    boolean hasValues = in.readBoolean();
    int weight = in.readInt();
    Drain drain = readDrain(in);
    boolean isLimited = format >= FORMAT_OF_LIMITED;
    edits = new EditRecord(
        version,
        editedMillis,
        withMax(configured, isLimited ? in.readInt() : 0),
        withMax(server == null ? null : server.withWeight(weight), isLimited ? in.readInt() : 0),
        isOfDiscovered,
        hasValues,
        drain);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ServerRecord record && Objects.equals(edits, record.edits);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(edits);
  }

  @Override
  public String toString() {
    return fault != null
        ? fault
        : edits.server() + " v" + edits.version() + " edited " + edits.editedMillis()
            + (edits.drain() == null ? "" : " drained");
  }

  static int max(@Nullable ServerSpec spec) {
    return spec == null ? 0 : spec.max();
  }

  static @Nullable ServerSpec withMax(@Nullable ServerSpec spec, int max) {
    return spec == null ? null : spec.withMax(max);
  }

  /** Writes what every release knows of a server: all but its limit of connections. */
  static void write(ObjectDataOutput out, @Nullable ServerSpec spec) throws IOException {
    out.writeBoolean(spec != null);
    if (spec != null) {
      out.writeString(spec.id());
      out.writeString(spec.host());
      out.writeInt(spec.port());
      out.writeInt(spec.weight());
      out.writeInt(spec.upper());
      out.writeInt(spec.lower());
    }
  }

  static @Nullable ServerSpec read(ObjectDataInput in) throws IOException {
    return in.readBoolean()
        ? new ServerSpec(
            WrittenForm.name(in),
            WrittenForm.name(in),
            in.readInt(),
            in.readInt(),
            in.readInt(),
            in.readInt())
        : null;
  }

  private static void write(ObjectDataOutput out, @Nullable Drain drain) throws IOException {
    out.writeBoolean(drain != null);
    if (drain != null) {
      Long deadline = drain.deadlineMillis();
      out.writeLong(drain.sinceMillis());
      out.writeBoolean(deadline != null);
      out.writeLong(deadline == null ? 0 : deadline);
    }
  }

  private static @Nullable Drain readDrain(ObjectDataInput in) throws IOException {
    if (!in.readBoolean()) {
      return null;
    }
    long sinceMillis = WrittenForm.millis(in);
    boolean hasDeadline = in.readBoolean();
    long deadlineMillis = in.readLong();
    return new Drain(sinceMillis, hasDeadline ? deadlineMillis : null);
  }
}
