package dev.lblc.gateway;

import dev.lblc.gateway.log.AccessLogs;
import dev.lblc.testing.Eventually;
import io.netty.channel.EventLoopGroup;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.stream.Stream;

/** What the access logs of all gateways say on standard output while this is open; the time at the begin of a text is left out. */
final class AccessLines implements AutoCloseable {
  private static final List<AccessLines> OPEN = new CopyOnWriteArrayList<>();

  /** The loops of all gateways. */
  private static final Set<EventLoopGroup> LOOPS = new CopyOnWriteArraySet<>();

  private final List<String> lines = new CopyOnWriteArrayList<>();

  /** Begins behind the lines of all answers that were read before: a line is written when its answer has left. */
  AccessLines() {
    for (EventLoopGroup group : LOOPS) {
      group.forEach(loop -> loop.submit(() -> {}).awaitUninterruptibly());
    }
    OPEN.add(this);
  }

  /** Access logs for a gateway of a test on these loops: each line is here before its exchange goes on. */
  static AccessLogs logs(EventLoopGroup loops) {
    LOOPS.add(loops);
    return AccessLogs.to(AccessLines::take, System::currentTimeMillis);
  }

  /** Notes that a gateway stops. */
  static void ended(EventLoopGroup loops) {
    LOOPS.remove(loops);
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
