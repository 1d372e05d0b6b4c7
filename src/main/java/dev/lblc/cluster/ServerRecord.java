package dev.lblc.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import dev.lblc.scheduler.ServerSpec;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster's map holds for a server that was edited at run time.
 *
 * <p>Immutable once read or made. The written form begins with its format; a later format may only add fields at the
 * end.
 */
final class ServerRecord implements IdentifiedDataSerializable {
  private static final byte FORMAT = 1;

  private int version;
  private long editedMillis;
  private @Nullable ServerSpec configured;
  private @Nullable ServerSpec server;

  /** For deserialization. */
  ServerRecord() {}

  /**
   * A record.
   *
   * @param version counts the edits, from 1
   * @param editedMillis in cluster time
   * @param configured what the configuration of the editing node said; null: there was no such server
   * @param server what holds since; null: the server was removed
   */
  ServerRecord(
      int version,
      long editedMillis,
      @Nullable ServerSpec configured,
      @Nullable ServerSpec server) {
    this.version = version;
    this.editedMillis = editedMillis;
    this.configured = configured;
    this.server = server;
  }

  int version() {
    return version;
  }

  long editedMillis() {
    return editedMillis;
  }

  @Nullable
  ServerSpec configured() {
    return configured;
  }

  @Nullable
  ServerSpec server() {
    return server;
  }

  @Override
  public int getFactoryId() {
    return ClusterSerialization.FACTORY;
  }

  @Override
  public int getClassId() {
    return ClusterSerialization.SERVER_RECORD;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeByte(FORMAT);
    out.writeInt(version);
    out.writeLong(editedMillis);
    write(out, configured);
    write(out, server);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    in.readByte();
    version = in.readInt();
    editedMillis = in.readLong();
    configured = read(in);
    server = read(in);
  }

  @Override
  public String toString() {
    return server + " v" + version + " edited " + editedMillis;
  }

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
            String.valueOf(in.readString()),
            String.valueOf(in.readString()),
            in.readInt(),
            in.readInt(),
            in.readInt(),
            in.readInt())
        : null;
  }
}
