package dev.lblc.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A program that runs to its end. */
final class Program {
  private Program() {}

  /**
   * What it did.
   *
   * @param output of both kinds
   */
  record Result(int exitCode, String output) {}

  /** Runs it; one that takes longer is ended, with all that it started. */
  static Result run(ProcessBuilder builder, Duration within)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("output", ".txt");
    try {
      Process process =
          builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
      if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
        throw new AssertionError(
            builder.command() + " did not end within " + within + ":\n" + Files.readString(output));
      }
      return new Result(process.exitValue(), Files.readString(output));
    } finally {
      Files.delete(output);
    }
  }
}
