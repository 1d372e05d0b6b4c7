package dev.lblc.boot;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Prometheus's checker, where it is installed. */
final class Promtool {
  private static final int PATIENCE_SECONDS = 60;

  private Promtool() {}

  /** Skips the test, with a message, where it is not installed. */
  static void require() {
    assumeTrue(
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
            .anyMatch(folder -> new File(folder, "promtool").canExecute()),
        "promtool is not installed (Debian: prometheus)");
  }

  /** Runs it with a text on its standard input; returns what it said, empty if it found nothing wrong. */
  static String complaints(String input, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments));
    Path given = Files.createTempFile("promtool", ".txt");
    try {
      Files.writeString(given, input);
      Process process = new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectInput(given.toFile())
          .start();
      try {
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          throw new AssertionError("promtool did not end: " + said);
        }
        return process.exitValue() == 0 ? "" : process.exitValue() + ": " + said;
      } finally {
        process.destroyForcibly();
      }
    } finally {
      Files.delete(given);
    }
  }
}
