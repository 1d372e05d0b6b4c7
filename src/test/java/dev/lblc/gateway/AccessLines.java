package dev.lblc.gateway;

import dev.lblc.gateway.log.AccessLogs;
import dev.lblc.testing.Eventually;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** What the access logs of all gateways say on standard output while this is open; the time at the begin of a text is left out. */
final class AccessLines implements AutoCloseable {
  private static final List<AccessLines> OPEN = new CopyOnWriteArrayList<>();

  private final List<String> lines = new CopyOnWriteArrayList<>();

  AccessLines() {
    OPEN.add(this);
  }

  /** Access logs for a gateway of a test: each line is here before its exchange goes on. */
  static AccessLogs logs() {
    return AccessLogs.to(AccessLines::take, System::currentTimeMillis);
  }

  private static void take(byte[] octets, int length, int writer) {
    String line = new String(octets, 0, length - 1, StandardCharsets.US_ASCII);
    String shown = line.startsWith("{") ? line : line.substring(line.indexOf(' ') + 1);
    OPEN.forEach(open -> open.lines.add(shown));
  }

  /** All lines, when there are so many. */
  List<String> await(int count) throws Exception {
    Eventually.holds(count + " lines", () -> lines.size() >= count);
    return soFar();
  }

  /** The lines that there are. */
  List<String> soFar() {
    return Stream.of(lines.toArray(String[]::new)).toList();
  }

  /** Forgets the lines that there are. */
  void clear() {
    lines.clear();
  }

  @Override
  public void close() {
    OPEN.remove(this);
  }
}
