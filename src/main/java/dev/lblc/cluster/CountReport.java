package dev.lblc.cluster;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The connections that go through one node: absolute numbers, so that a lost report does no harm that the next one does
 * not mend.
 *
 * <p>Its written form begins with its format; a later format may only add at the end.
 *
 * @param node id of the node
 * @param epoch when the node started, in milliseconds of its wall clock; larger: a later start
 * @param sequence number of the report, from 1
 * @param services by name: server id, then its counts
 */
record CountReport(
    String node, long epoch, long sequence, Map<String, Map<String, Counts>> services) {
  private static final byte FORMAT = 1;

  /** Connections to one server. */
  record Counts(int active, int inactive) {
    static final Counts NONE = new Counts(0, 0);

    Counts plus(Counts other) {
      return new Counts(active + other.active, inactive + other.inactive);
    }
  }

  /** Whether this one, of the same node, is to be dropped because that one is known. */
  boolean isOlderThan(CountReport known) {
    return epoch < known.epoch || (epoch == known.epoch && sequence <= known.sequence);
  }

  void writeTo(Buffer buffer) {
    buffer.appendByte(FORMAT);
    writeString(buffer, node);
    buffer.appendLong(epoch).appendLong(sequence).appendInt(services.size());
    services.forEach((service, servers) -> {
      writeString(buffer, service);
      buffer.appendInt(servers.size());
      servers.forEach((server, counts) -> {
        writeString(buffer, server);
        buffer.appendInt(counts.active()).appendInt(counts.inactive());
      });
    });
  }

  static CountReport readFrom(Buffer buffer, int position) {
    Reader in = new Reader(buffer, position + 1);
    String node = in.string();
    long epoch = in.number64();
    long sequence = in.number64();
    Map<String, Map<String, Counts>> services = new LinkedHashMap<>();
    int serviceCount = in.number();
    for (int i = 0; i < serviceCount; i++) {
      String service = in.string();
      Map<String, Counts> servers = new LinkedHashMap<>();
      int serverCount = in.number();
      for (int j = 0; j < serverCount; j++) {
        servers.put(in.string(), new Counts(in.number(), in.number()));
      }
      services.put(service, servers);
    }
    return new CountReport(node, epoch, sequence, services);
  }

  private static void writeString(Buffer buffer, String string) {
    byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
    buffer.appendInt(bytes.length).appendBytes(bytes);
  }

  private static final class Reader {
    private final Buffer buffer;
    private int position;

    Reader(Buffer buffer, int position) {
      this.buffer = buffer;
      this.position = position;
    }

    int number() {
      position += Integer.BYTES;
      return buffer.getInt(position - Integer.BYTES);
    }

    long number64() {
      position += Long.BYTES;
      return buffer.getLong(position - Long.BYTES);
    }

    String string() {
      int length = number();
      position += length;
      return buffer.getString(position - length, position, "UTF-8");
    }
  }
}
