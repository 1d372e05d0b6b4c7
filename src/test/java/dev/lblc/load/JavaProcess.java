package dev.lblc.load;

import dev.lblc.testing.SharedClasses;
import dev.lblc.testing.UnexpectedLog;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A JVM whose output is kept: one of the jar that was just packaged, or of a main class of the tests. Closing it kills it. */
final class JavaProcess implements AutoCloseable {
  static final List<String> QUICK_START = SharedClasses.QUICK_START;

  private static final Path TEST_CLASSES = Path.of("target", "test-classes");
  private static final Pattern GENERATION = Pattern.compile("(?:generation|heap) .* used (\\d+)K");
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

  private final Process process;
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<String> ready = new CompletableFuture<>();

  private JavaProcess(Process process, String readyText) {
    this.process = process;
    Thread reader = new Thread(() -> read(readyText), "output of " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a main class and returns once it printed a line with that text. */
  static JavaProcess start(String readyText, String mainClass, String... args) throws Exception {
    return launch(List.of(), List.of(), readyText, mainClass, args).awaitReady();
  }

  /**
   * Starts a main class of the tests, which finds all else in the jar that was just packaged, and returns at once.
   *
   * @param runner command that runs a command in its own process, such as one that enters a network namespace; may be
   *     empty
   * @param options of the JVM
   */
  static JavaProcess launch(
      List<String> runner, List<String> options, String readyText, String mainClass, String... args)
      throws IOException {
    List<String> all = new ArrayList<>(options);
    all.addAll(SharedClasses.options());
    String classPath = SharedClasses.JAR + File.pathSeparator + TEST_CLASSES;
    return start(runner, all, readyText, List.of("-cp", classPath, mainClass), args);
  }

  /** Starts the jar that was just packaged, with nothing else on its class path, and returns at once. */
  static JavaProcess launchJar(String readyText, String... args) throws IOException {
    return launchJar(List.of(), readyText, args);
  }

  /** The same by a runner, as in {@link #launch}. */
  static JavaProcess launchJar(List<String> runner, String readyText, String... args)
      throws IOException {
    List<String> options = new ArrayList<>(QUICK_START);
    options.addAll(SharedClasses.options());
    return start(runner, options, readyText, List.of("-jar", SharedClasses.JAR), args);
  }

  /**
   * Starts that jar as its users do, with {@code conf/jvm.options}, and returns at once.
   *
   * @param options that come behind those of the file
   */
  static JavaProcess launchAsUsersDo(List<String> options, String readyText, String... args)
      throws IOException {
    List<String> all = new ArrayList<>();
    all.add("@conf/jvm.options");
    all.addAll(options);
    return start(List.of(), all, readyText, List.of("-jar", SharedClasses.JAR), args);
  }

  private static JavaProcess start(
      List<String> runner,
      List<String> options,
      String readyText,
      List<String> program,
      String... args)
      throws IOException {
    List<String> command = new ArrayList<>(runner);
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(options);
    if (!options.contains("@conf/jvm.options")) {
      command.add("-Xmx256m");
    }
    command.addAll(program);
    command.addAll(List.of(args));
    return new JavaProcess(
        new ProcessBuilder(command).redirectErrorStream(true).start(), readyText);
  }

  @Override
  public String toString() {
    return "process " + process.pid();
  }

  /** Returns once it printed that it is ready; a process that does not is killed. */
  JavaProcess awaitReady() throws Exception {
    try {
      ready.get(120, TimeUnit.SECONDS);
      return this;
    } catch (Exception e) {
      close();
      throw new IllegalStateException("it did not start: " + lines, e);
    }
  }

  /** What it printed so far. */
  List<String> lines() {
    return List.copyOf(lines);
  }

  /** How many descriptors it has open; 0 where the system does not tell. */
  int descriptors() throws IOException {
    Path folder = Path.of("/proc/" + process.pid() + "/fd");
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> descriptors = Files.list(folder)) {
      return (int) descriptors.count();
    }
  }

  /** How much memory of the machine it has, in MiB; 0 where the system does not tell. */
  int residentMib() throws IOException {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    if (!Files.exists(status)) {
      return 0;
    }
    try (Stream<String> all = Files.lines(status)) {
      return all.map(RESIDENT::matcher)
          .filter(Matcher::matches)
          .mapToInt(resident -> Integer.parseInt(resident.group(1)) >> 10)
          .sum();
    }
  }

  /** What is left of its heap after a garbage collection, in MiB; its collector must be the serial one or G1. */
  int heapMib() throws Exception {
    jcmd("GC.run");
    return jcmd("GC.heap_info")
            .lines()
            .map(GENERATION::matcher)
            .filter(Matcher::find)
            .mapToInt(generation -> Integer.parseInt(generation.group(1)))
            .sum()
        >> 10;
  }

  /** Ends it in order, as SIGTERM does; returns its exit code. */
  int end() throws Exception {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("it did not end: " + lines);
    }
    return process.exitValue();
  }

  /** Tells it to end in order, as SIGTERM does, and does not wait. */
  void terminate() throws Exception {
    signal("-TERM");
  }

  /** Ends it as kill -9 does, at once. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Waits until it has ended by itself, and returns its exit code. */
  int exitCode(Duration limit) throws Exception {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("it runs still: " + lines);
    }
    return process.exitValue();
  }

  /** Pauses it as it stands. */
  void stop() throws Exception {
    signal("-STOP");
  }

  /** Lets it go on after {@link #stop}. */
  void resume() throws Exception {
    signal("-CONT");
  }

  /** Kills it unless it is gone. */
  @Override
  public void close() {
    kill();
  }

  private String jcmd(String command) throws Exception {
    Program.Result result = Program.run(
        new ProcessBuilder(
            System.getProperty("java.home") + "/bin/jcmd", Long.toString(process.pid()), command),
        Duration.ofSeconds(60));
    if (result.exitCode() != 0) {
      throw new IllegalStateException("jcmd " + command + ": " + result.output());
    }
    return result.output();
  }

  private void signal(String name) throws Exception {
    int status =
        new ProcessBuilder("kill", name, Long.toString(process.pid())).start().waitFor();
    if (status != 0) {
      throw new IllegalStateException("kill " + name + " ended with " + status);
    }
  }

  private void read(String readyText) {
    try (BufferedReader output = new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
        if (line.contains("LEAK: ")) {
          UnexpectedLog.error(line);
        }
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
