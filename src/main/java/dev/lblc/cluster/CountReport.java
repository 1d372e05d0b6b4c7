package dev.lblc.cluster;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The connections that go through one node: absolute numbers, so that a lost report does no harm that the next one does
 * not mend.
 *
 * <p>Its written form begins with its format, 1 or more; a later format may only add at the end, which this one passes
 * over. What anybody may send is read with care: nothing is taken beyond the message, no room is made before what fills
 * it is there, and a number that no node can have is refused.
 *
 * @param node id of the node
 * @param epoch when the node started, in milliseconds of its wall clock; larger: a later start
 * @param sequence number of the report, from 1
 * @param services by name: server id, then its counts
 * @param configs by name of the service: each part of its configuration, then its digest; empty: the report says nothing of them
 * @param hints by name of the service: homes that the map has not confirmed
 */
record CountReport(
    String node,
    long epoch,
    long sequence,
    Map<String, Map<String, Counts>> services,
    Map<String, Map<String, Integer>> configs,
    Map<String, List<HomeHint>> hints) {
  /** Without configurations. */
  private static final byte FIRST_FORMAT = 1;

  /** With configurations behind the counts. */
  private static final byte WITH_CONFIGS = 2;

  /** With homes behind the configurations. */
  private static final byte WITH_HINTS = 3;

  /** Most connections of a node to a server that are believed: those of a hundred nodes can still be added up. */
  static final int MOST_CONNECTIONS = 10_000_000;

  /** Most services of a node. */
  static final int MOST_SERVICES = 10_000;

  /** Most servers, parts of configurations, and homes, in all services of a report. */
  static final int MOST_ENTRIES = 200_000;

  /** Of a service, a server or a part, in bytes. */
  private static final int LONGEST_NAME = WrittenForm.LONGEST_NAME;

  /** Connections to one server. */
  record Counts(int active, int inactive) {
    static final Counts NONE = new Counts(0, 0);

    Counts plus(Counts other) {
      return new Counts(active + other.active, inactive + other.inactive);
    }
  }

  /** A report that says nothing of configurations. */
  CountReport(String node, long epoch, long sequence, Map<String, Map<String, Counts>> services) {
    this(node, epoch, sequence, services, Map.of(), Map.of());
  }

  /** The same report, without homes. */
  CountReport withoutHints() {
    return hints.isEmpty()
        ? this
        : new CountReport(node, epoch, sequence, services, configs, Map.of());
  }

  /** Whether this one, of the same node, is to be dropped because that one is known. */
  boolean isOlderThan(CountReport known) {
    return epoch < known.epoch || (epoch == known.epoch && sequence <= known.sequence);
  }

  void writeTo(Buffer buffer) {
    buffer.appendByte(
        !hints.isEmpty() ? WITH_HINTS : configs.isEmpty() ? FIRST_FORMAT : WITH_CONFIGS);
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
    if (!configs.isEmpty() || !hints.isEmpty()) {
      buffer.appendInt(configs.size());
      configs.forEach((service, parts) -> {
        writeString(buffer, service);
        buffer.appendInt(parts.size());
        parts.forEach((part, digest) -> {
          writeString(buffer, part);
          buffer.appendInt(digest);
        });
      });
    }
    if (!hints.isEmpty()) {
      buffer.appendInt(hints.size());
      hints.forEach((service, told) -> {
        writeString(buffer, service);
        buffer.appendInt(told.size());
        told.forEach(hint -> write(buffer, hint));
      });
    }
  }

  private static void write(Buffer buffer, HomeHint hint) {
    writeString(buffer, hint.destination());
    buffer.appendInt(hint.homes().size());
    hint.homes().forEach(home -> writeString(buffer, home));
    buffer.appendInt(hint.claim().version()).appendInt(hint.claim().generation());
    buffer.appendLong(hint.claim().decidedMillis());
    writeString(buffer, hint.claim().node());
    buffer.appendLong(hint.lastUseMillis());
  }

  /** Reads a written report; throws {@link IllegalArgumentException} if there is none. */
  static CountReport readFrom(Buffer buffer, int position) {
    Reader in = new Reader(buffer, position);
    byte format = in.format();
    String node = in.string();
    long epoch = in.number64();
    long sequence = in.number64();
    Map<String, Map<String, Counts>> services = new LinkedHashMap<>();
    int serviceCount = in.number(MOST_SERVICES);
    for (int i = 0; i < serviceCount; i++) {
      String service = in.string();
      Map<String, Counts> servers = new LinkedHashMap<>();
      int serverCount = in.entries();
      for (int j = 0; j < serverCount; j++) {
        servers.put(
            in.string(), new Counts(in.number(MOST_CONNECTIONS), in.number(MOST_CONNECTIONS)));
      }
      services.put(service, servers);
    }
    Map<String, Map<String, Integer>> configs = format < WITH_CONFIGS ? Map.of() : configs(in);
    return new CountReport(
        node, epoch, sequence, services, configs, format < WITH_HINTS ? Map.of() : hints(in));
  }

  private static Map<String, List<HomeHint>> hints(Reader in) {
    Map<String, List<HomeHint>> hints = new LinkedHashMap<>();
    int serviceCount = in.number(MOST_SERVICES);
    for (int i = 0; i < serviceCount; i++) {
      String service = in.string();
      List<HomeHint> told = new ArrayList<>();
      int hintCount = in.entries();
      for (int j = 0; j < hintCount; j++) {
        told.add(hint(in));
      }
      hints.put(service, told);
    }
    return hints;
  }

  private static HomeHint hint(Reader in) {
    String destination = in.string();
    List<String> homes = new ArrayList<>();
    int homeCount = in.entries();
    for (int i = 0; i < homeCount; i++) {
      homes.add(in.string());
    }
    Claim claim = new Claim(
        in.number(WrittenForm.HIGHEST_VERSION),
        in.number(WrittenForm.HIGHEST_VERSION),
        in.number64(),
        in.string());
    return new HomeHint(destination, homes, claim, in.number64());
  }

  private static Map<String, Map<String, Integer>> configs(Reader in) {
    Map<String, Map<String, Integer>> configs = new LinkedHashMap<>();
    int serviceCount = in.number(MOST_SERVICES);
    for (int i = 0; i < serviceCount; i++) {
      String service = in.string();
      Map<String, Integer> parts = new LinkedHashMap<>();
      int partCount = in.entries();
      for (int j = 0; j < partCount; j++) {
        parts.put(in.string(), in.number32());
      }
      configs.put(service, parts);
    }
    return configs;
  }

  private static void writeString(Buffer buffer, String string) {
    byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
    buffer.appendInt(bytes.length).appendBytes(bytes);
  }

  private static final class Reader {
    private final Buffer buffer;
    private int position;
    private int entries;

    Reader(Buffer buffer, int position) {
      this.buffer = buffer;
      this.position = position;
    }

    byte format() {
      byte format = buffer.getByte(take(Byte.BYTES));
      if (format < 1) {
        throw malformed("format " + format, "1 or more");
      }
      return format;
    }

    /** From 0 to that. */
    int number(int most) {
      int number = buffer.getInt(take(Integer.BYTES));
      if (number < 0 || number > most) {
        throw malformed("number " + number, "0 to " + most);
      }
      return number;
    }

    /** How many follow, of which there are not too many in all. */
    int entries() {
      int number = number(MOST_ENTRIES - entries);
      entries += number;
      return number;
    }

    int number32() {
      return buffer.getInt(take(Integer.BYTES));
    }

    long number64() {
      return buffer.getLong(take(Long.BYTES));
    }

    String string() {
      int length = number(LONGEST_NAME);
      int start = take(length);
      return buffer.getString(start, start + length, "UTF-8");
    }

    /** Goes on by so many bytes; where they start. */
    private int take(int length) {
      int start = position;
      if (length > buffer.length() - start) {
        throw malformed(length + " bytes", "the " + (buffer.length() - start) + " that are left");
      }
      position += length;
      return start;
    }

    private IllegalArgumentException malformed(String what, String expected) {
      return new IllegalArgumentException("report of connections: " + what + " before byte "
          + position + " (expected: " + expected + ")");
    }
  }
}
