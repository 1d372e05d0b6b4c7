package dev.lblc.cluster;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The connections that go through one node: absolute numbers, so that a lost report does no harm that the next whole one
 * does not mend. A whole report has all servers with connections; one of changes has those whose numbers are others than in
 * the report before.
 *
 * <p>Its written form begins with its format, 1 or more; a later format may only add at the end, which this one passes
 * over. What anybody may send is read with care: nothing is taken beyond the message, no room is made before what fills
 * it is there, and a number that no node can have is refused.
 *
 * <p>Nodes of before format 4 take every report for a whole one. A report of changes is written so that they drop it as one
 * that they know already: with sequence number 0, and its own behind.
 *
 * @param node id of the node
 * @param epoch when the node started, in milliseconds of its wall clock; larger: a later start
 * @param sequence number of the report, from 1
 * @param services by name: server id or {@link #WAITING}, then its counts; empty if there are changes
 * @param configs by name of the service: each part of its configuration, then its digest; empty: the report says nothing of them
 * @param hints by name of the service: homes that the map has not confirmed
 * @param changes null: this report is a whole one
 * @param readsChanges whether its node reads reports of changes
 */
record CountReport(
    String node,
    long epoch,
    long sequence,
    Map<String, Map<String, Counts>> services,
    Map<String, Map<String, Integer>> configs,
    Map<String, List<HomeHint>> hints,
    @Nullable CountChanges changes,
    boolean readsChanges) {
  /** With configurations behind the counts. */
  private static final byte WITH_CONFIGS = 2;

  /** With homes behind the configurations. */
  private static final byte WITH_HINTS = 3;

  /** With changes behind the homes, or a byte that says that there are none. */
  private static final byte WITH_CHANGES = 4;

  private static final byte WHOLE = 0;
  private static final byte CHANGES = 1;

  /** Where nodes of before changes look for the sequence number: lower than that of any report. */
  private static final long KNOWN_ALREADY = 0;

  /** In the place of a server, which all have ids: as many are active as wait on the node for one of the servers. */
  static final String WAITING = "";

  /** Most connections of a node to a server that are believed: those of a hundred nodes can still be added up. */
  static final int MOST_CONNECTIONS = 10_000_000;

  /** Most services of a node. */
  static final int MOST_SERVICES = 10_000;

  /** Most servers, parts of configurations, and homes, in all services of a report. */
  static final int MOST_ENTRIES = 200_000;

  /** Connections to one server. */
  record Counts(int active, int inactive) {
    static final Counts NONE = new Counts(0, 0);

    Counts plus(Counts other) {
      return new Counts(active + other.active, inactive + other.inactive);
    }
  }

  /** A whole report. */
  CountReport(
      String node,
      long epoch,
      long sequence,
      Map<String, Map<String, Counts>> services,
      Map<String, Map<String, Integer>> configs,
      Map<String, List<HomeHint>> hints) {
    this(node, epoch, sequence, services, configs, hints, null, true);
  }

  /** A whole report that says nothing of configurations. */
  CountReport(String node, long epoch, long sequence, Map<String, Map<String, Counts>> services) {
    this(node, epoch, sequence, services, Map.of(), Map.of());
  }

  /** A report of changes. */
  CountReport(
      String node,
      long epoch,
      long sequence,
      CountChanges changes,
      Map<String, List<HomeHint>> hints) {
    this(node, epoch, sequence, Map.of(), Map.of(), hints, changes, true);
  }

  /** Whether this one is to be dropped because one of the same node with that epoch and sequence number is known. */
  boolean isOlderThan(long knownEpoch, long knownSequence) {
    return epoch < knownEpoch || (epoch == knownEpoch && sequence <= knownSequence);
  }

  void writeTo(Buffer buffer) {
    buffer.appendByte(WITH_CHANGES);
    writeString(buffer, node);
    buffer.appendLong(epoch).appendLong(changes == null ? sequence : KNOWN_ALREADY);
    write(buffer, services);
    buffer.appendInt(configs.size());
    configs.forEach((service, parts) -> {
      writeString(buffer, service);
      buffer.appendInt(parts.size());
      parts.forEach((part, digest) -> {
        writeString(buffer, part);
        buffer.appendInt(digest);
      });
    });
    buffer.appendInt(hints.size());
    hints.forEach((service, told) -> {
      writeString(buffer, service);
      buffer.appendInt(told.size());
      told.forEach(hint -> write(buffer, hint));
    });
    if (changes == null) {
      buffer.appendByte(WHOLE);
    } else {
      buffer.appendByte(CHANGES).appendLong(sequence);
      changes.writeTo(buffer);
    }
  }

  static void write(Buffer buffer, Map<String, Map<String, Counts>> services) {
    buffer.appendInt(services.size());
    services.forEach((service, servers) -> {
      writeString(buffer, service);
      buffer.appendInt(servers.size());
      servers.forEach((server, counts) -> {
        writeString(buffer, server);
        buffer.appendInt(counts.active()).appendInt(counts.inactive());
      });
    });
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
    ReportReader in = new ReportReader(buffer, position);
    byte format = in.format();
    String node = in.string();
    long epoch = in.number64();
    long sequence = in.number64();
    Map<String, Map<String, Counts>> services = services(in);
    Map<String, Map<String, Integer>> configs = format < WITH_CONFIGS ? Map.of() : configs(in);
    Map<String, List<HomeHint>> hints = format < WITH_HINTS ? Map.of() : hints(in);
    if (format < WITH_CHANGES) {
      return new CountReport(node, epoch, sequence, services, configs, hints, null, false);
    }
    return in.number8(CHANGES) == WHOLE
        ? new CountReport(node, epoch, sequence, services, configs, hints)
        : new CountReport(node, epoch, in.number64(), CountChanges.readFrom(in), hints);
  }

  static Map<String, Map<String, Counts>> services(ReportReader in) {
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
    return services;
  }

  private static Map<String, List<HomeHint>> hints(ReportReader in) {
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

  private static HomeHint hint(ReportReader in) {
    String destination = in.string();
    List<String> homes = in.homes();
    Claim claim = new Claim(
        in.number(WrittenForm.HIGHEST_VERSION),
        in.number(WrittenForm.HIGHEST_VERSION),
        in.number64(),
        in.string());
    return new HomeHint(destination, homes, claim, in.millis());
  }

  private static Map<String, Map<String, Integer>> configs(ReportReader in) {
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
}
