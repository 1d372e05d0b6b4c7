package dev.lblc.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a connection is that gets no answer, for the message of a test: both of its ends as the kernel sees them, which process has
 * them, and what the event loops of that process do. Linux only.
 */
final class Whereabouts {
  /** The kernel's lists of connections. */
  private static final List<Path> CONNECTIONS =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

  /** Local and remote port, state, octets that wait to be sent and to be read, tries to send them again, and the inode. */
  private static final Pattern ROW = Pattern.compile(
      "\\s*\\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:([0-9A-F]{4})"
          + " ([0-9A-F]{2}) ([0-9A-F]{8}):([0-9A-F]{8}) [0-9A-F]{2}:[0-9A-F]{8} ([0-9A-F]{8})\\s+\\d+\\s+\\d+ (\\d+) .*");

  private static final Map<Integer, String> STATES = Map.ofEntries(
      Map.entry(1, "ESTABLISHED"),
      Map.entry(2, "SYN_SENT"),
      Map.entry(3, "SYN_RECV"),
      Map.entry(4, "FIN_WAIT1"),
      Map.entry(5, "FIN_WAIT2"),
      Map.entry(6, "TIME_WAIT"),
      Map.entry(7, "CLOSE"),
      Map.entry(8, "CLOSE_WAIT"),
      Map.entry(9, "LAST_ACK"),
      Map.entry(11, "CLOSING"));

  private static final Duration JSTACK = Duration.ofSeconds(20);
  private static final int FRAMES = 14;

  private Whereabouts() {}

  /** Describes the connections that have a port at one of their ends, one a line. Takes some tenths of a second. */
  static String of(int port) {
    StringBuilder all = new StringBuilder();
    for (Path connections : CONNECTIONS) {
      if (Files.exists(connections)) {
        try (Stream<String> rows = Files.lines(connections)) {
          rows.map(ROW::matcher)
              .filter(Matcher::matches)
              .filter(row -> hex(row, 1) == port || hex(row, 2) == port)
              .forEach(row -> all.append("\n  ").append(described(row)));
        } catch (IOException e) {
          all.append("\n  ").append(e);
        }
      }
    }
    return all.isEmpty() ? "\n  the kernel has no such connection" : all.toString();
  }

  private static String described(Matcher row) {
    String ends = "%d to %d: %s, %d octets to be sent (%d tries), %d to be read"
        .formatted(
            hex(row, 1),
            hex(row, 2),
            STATES.getOrDefault(hex(row, 3), row.group(3)),
            hex(row, 4),
            hex(row, 6),
            hex(row, 5));
    String inode = row.group(7);
    if (inode.equals("0")) { // as of those that wait to be accepted
      return ends + "; no process has it";
    }
    return ends + "; of "
        + descendants()
            .filter(process -> hasOpen(process, "socket:[" + inode + "]"))
            .map(Whereabouts::described)
            .findAny()
            .orElse("a process that this one has not started, inode " + inode);
  }

  private static Stream<ProcessHandle> descendants() {
    return Stream.concat(
        Stream.of(ProcessHandle.current()), ProcessHandle.current().descendants());
  }

  private static boolean hasOpen(ProcessHandle process, String name) {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      return open.anyMatch(descriptor -> name.equals(target(descriptor)));
    } catch (IOException | UncheckedIOException e) {
      return false; // it has ended
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return e.toString(); // it was closed
    }
  }

  private static String described(ProcessHandle process) {
    return process.equals(ProcessHandle.current())
        ? "this process"
        : "process " + process.pid() + eventLoops(process.pid());
  }

  private static String eventLoops(long pid) {
    String jcmd = System.getProperty("java.home") + "/bin/jcmd";
    try {
      String stacks = Program.run(
              new ProcessBuilder(jcmd, Long.toString(pid), "Thread.print"), JSTACK)
          .output();
      return Stream.of(stacks.split("\n\n"))
          .filter(stack -> stack.contains("eventloop-thread"))
          .map(stack -> stack.lines().limit(FRAMES).collect(Collectors.joining("\n    ")))
          .collect(Collectors.joining("\n    ", "\n    ", ""));
    } catch (IOException | AssertionError e) {
      return ", whose threads are not known: " + e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  private static int hex(Matcher row, int group) {
    return Integer.parseUnsignedInt(row.group(group), 16);
  }
}
