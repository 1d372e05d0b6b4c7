package dev.lblc.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A JVM with this one's class path, whose output is kept. Closing it kills it. */
final class JavaProcess implements AutoCloseable {
  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final CompletableFuture<String> ready = new CompletableFuture<>();

  private JavaProcess(Process process, String readyText) {
    this.process = process;
    Thread reader = new Thread(() -> read(readyText), "output of " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a main class and returns once it printed a line with that text. */
  static JavaProcess start(String readyText, String mainClass, String... args) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(List.of(args));
    JavaProcess started =
        new JavaProcess(new ProcessBuilder(command).redirectErrorStream(true).start(), readyText);
    try {
      started.ready.get(30, TimeUnit.SECONDS);
      return started;
    } catch (Exception e) {
      started.close();
      throw new IllegalStateException(mainClass + " did not start: " + started.lines, e);
    }
  }

  /** What it printed so far. */
  List<String> lines() {
    return List.copyOf(lines);
  }

  /** Ends it as kill -9 does, at once. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Kills it unless it is gone. */
  @Override
  public void close() {
    kill();
  }

  private void read(String readyText) {
    try (BufferedReader output = new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
        if (line.contains(readyText)) {
          ready.complete(line);
        }
      }
      ready.completeExceptionally(new IOException("it ended"));
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }
}
