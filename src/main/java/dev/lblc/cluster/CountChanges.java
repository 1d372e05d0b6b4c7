package dev.lblc.cluster;

import dev.lblc.cluster.CountReport.Counts;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The servers whose connections are others than in the report before: those of the last whole report by their places in it,
 * which takes a few bytes each, and what is not in it by its names.
 *
 * @param base sequence number of that whole report
 * @param lines in the order of their places
 * @param others by service: server id, then its counts
 */
record CountChanges(long base, List<Line> lines, Map<String, Map<String, Counts>> others) {
  /**
   * A server of the whole report.
   *
   * @param place among all servers of that report, from 0
   */
  record Line(int place, int active, int inactive) {}

  void writeTo(Buffer buffer) {
    buffer.appendLong(base);
    writeShort(buffer, lines.size());
    int next = 0;
    for (Line line : lines) {
      writeShort(buffer, line.place() - next);
      writeShort(buffer, line.active());
      writeShort(buffer, line.inactive());
      next = line.place() + 1;
    }
    CountReport.write(buffer, others);
  }

  static CountChanges readFrom(ReportReader in) {
    long base = in.number64();
    int count = in.shortEntries();
    List<Line> lines = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < count; i++) {
      int place = next + in.shortNumber(CountReport.MOST_ENTRIES - next);
      lines.add(new Line(
          place,
          in.shortNumber(CountReport.MOST_CONNECTIONS),
          in.shortNumber(CountReport.MOST_CONNECTIONS)));
      next = Math.min(place + 1, CountReport.MOST_ENTRIES);
    }
    return new CountChanges(base, lines, CountReport.services(in));
  }

  private static void writeShort(Buffer buffer, int number) {
    int rest = number;
    while (rest > 0x7f) {
      buffer.appendByte((byte) (rest | 0x80));
      rest >>>= 7;
    }
    buffer.appendByte((byte) rest);
  }
}
