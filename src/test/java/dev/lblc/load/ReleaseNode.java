package dev.lblc.load;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link ReleaseMain} in a JVM of its own, with the plugin of some release and the libraries of the tests. Closing it kills it. */
final class ReleaseNode implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 120;

  private final Process process;
  private final Writer input;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final Queue<String> log = new ConcurrentLinkedQueue<>();

  private ReleaseNode(Process process) {
    this.process = process;
    this.input = process.outputWriter();
    Thread reader = new Thread(this::read, "output of " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts it, and returns at once.
   *
   * @param folder has what else is on its class path: {@link #prepare}
   * @param plugin jar or folder of classes
   * @param hazelcast XML file
   */
  static ReleaseNode launch(Path folder, Path plugin, Path hazelcast, JsonObject config)
      throws IOException {
    List<String> path = new ArrayList<>(List.of(plugin.toString(), folder.toString()));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      // Of the build itself nothing: neither today's classes nor those of the tests.
      if (!Path.of(entry).toAbsolutePath().startsWith(Path.of("target").toAbsolutePath())) {
        path.add(entry);
      }
    }
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(JavaProcess.QUICK_START);
    command.addAll(List.of(
        "-Xmx256m",
        "-Dvertx.hazelcast.config=" + hazelcast,
        "-Dhazelcast.logging.type=slf4j",
        "-cp",
        String.join(File.pathSeparator, path),
        ReleaseMain.class.getName(),
        config.encode()));
    return new ReleaseNode(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** Puts the main class, and what is logged, into a folder. */
  static void prepare(Path folder) throws IOException {
    String main = ReleaseMain.class.getName().replace('.', '/') + ".class";
    Path copy = folder.resolve(main);
    Files.createDirectories(copy.getParent());
    Files.copy(Path.of("target", "test-classes").resolve(main), copy);
    Files.writeString(folder.resolve("logback.xml"), """
        <configuration>
          <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
            <encoder><pattern>%level %logger{0}: %msg%n</pattern></encoder>
          </appender>
          <!-- Of members that come and go. -->
          <logger name="com.hazelcast" level="ERROR"/>
          <logger name="io.vertx.core.eventbus.impl.MessageConsumerImpl" level="ERROR"/>
          <root level="WARN"><appender-ref ref="out"/></root>
        </configuration>
        """);
  }

  /** Returns once it is a member and has deployed its service. */
  ReleaseNode awaitReady() throws Exception {
    if (!next().equals("ready")) {
      throw new IllegalStateException("it did not start: " + log);
    }
    return this;
  }

  /** Has it do something; returns its answer. */
  String ask(String command) throws Exception {
    input.write(command + "\n");
    input.flush();
    return next();
  }

  /** Returns the destinations that it knows, with their homes. */
  Map<String, String> homes() throws Exception {
    Map<String, String> homes = new TreeMap<>();
    new JsonObject(ask("homes")).forEach(home -> homes.put(home.getKey(), home.getValue() + ""));
    return homes;
  }

  /** Returns the status of its service, with {@code heard} nodes and what is {@code degraded}. */
  JsonObject status() throws Exception {
    return new JsonObject(ask("status"));
  }

  /** Returns one server of that. */
  JsonObject server(String id) throws Exception {
    JsonArray servers = status().getJsonArray("servers");
    return servers.stream()
        .map(JsonObject.class::cast)
        .filter(server -> server.getString("id").equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** Returns how many connections it knows of, on all nodes. */
  int active() throws Exception {
    return status().getJsonArray("servers").stream()
        .mapToInt(server -> ((JsonObject) server).getJsonObject("active").getInteger("cluster"))
        .sum();
  }

  /** Lets it leave the cluster, and returns when it has ended. */
  void leave() throws Exception {
    input.close();
    if (!next().equals("left") || !process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("it did not end: " + log);
    }
  }

  /** Returns what it printed beside answers: warnings and errors. */
  List<String> log() {
    return List.copyOf(log);
  }

  /** Kills it unless it is gone. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }

  private String next() throws Exception {
    @Nullable String answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (answer == null) {
      throw new IllegalStateException("no answer: " + log);
    }
    return answer;
  }

  private void read() {
    try (BufferedReader output = process.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(ReleaseMain.ANSWER)) {
          answers.add(line.substring(ReleaseMain.ANSWER.length()));
        } else {
          log.add(line);
        }
      }
    } catch (IOException e) {
      log.add(e.toString());
    }
    answers.add("its output ended");
  }
}
