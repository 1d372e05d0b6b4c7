package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.testing.Eventually;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of others' that runs until it is closed, or to its end. */
final class Program implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final Process process;

  private Program(Process process) {
    this.process = process;
  }

  /** Skips the test, with a message, where one of them is not installed. */
  static void require(String... names) {
    List<String> folders = Arrays.asList(
        (System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin").split(":", -1));
    for (String name : names) {
      assumeTrue(
          folders.stream().anyMatch(folder -> new File(folder, name).canExecute()),
          name + " is not installed");
    }
  }

  /** Starts a server, and waits until it listens. */
  static Program serving(int port, String... command) throws Exception {
    Program program = new Program(new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start());
    Eventually.holds(command[0] + " listens", () -> {
      assertThat(program.process.isAlive()).as(command[0] + " runs").isTrue();
      return listens(port);
    });
    return program;
  }

  /** Runs a program with nothing on its standard input; returns what it said. */
  static String output(String... command) throws Exception {
    return outputFor("", command);
  }

  /** Runs a program with this on its standard input; returns what it said. */
  static String outputFor(String input, String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().write(input.getBytes(StandardCharsets.US_ASCII));
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as(output).isTrue();
      assertThat(process.exitValue()).as(output).isZero();
      return output;
    } finally {
      process.destroyForcibly();
    }
  }

  boolean isRunning() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process
        .destroyForcibly()
        .onExit()
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  private static boolean listens(int port) {
    try {
      new Socket(InetAddress.getLoopbackAddress(), port).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
