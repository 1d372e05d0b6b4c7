package dev.lblc.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What the kernel holds of connections of this machine, by /proc (Linux). */
final class KernelQueues {
  private static final Path TABLES = Path.of("/proc/self/net");

  private KernelQueues() {}

  static boolean areKnown() {
    return Files.isReadable(TABLES.resolve("tcp")) && Files.isReadable(TABLES.resolve("tcp6"));
  }

  /** Octets that were sent and not read yet, on both sides of all connections to these ports of this machine. */
  static long octets(int... ports) throws IOException {
    long octets = 0;
    for (String table : new String[] {"tcp", "tcp6"}) {
      for (String line : Files.readAllLines(TABLES.resolve(table))) {
        // number local:port remote:port state sending:receiving ...
        String[] words = line.trim().split(" +", -1);
        if (words[0].endsWith(":") && (isAny(words[1], ports) || isAny(words[2], ports))) {
          octets += hex(words[4], 0) + hex(words[4], 1);
        }
      }
    }
    return octets;
  }

  private static boolean isAny(String address, int... ports) {
    return Arrays.stream(ports).anyMatch(port -> port == hex(address, 1));
  }

  private static long hex(String words, int index) {
    return Long.parseLong(words.split(":", -1)[index], 16);
  }
}
