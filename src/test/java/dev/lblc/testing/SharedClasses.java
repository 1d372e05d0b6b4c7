package dev.lblc.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The classes that a clustered gateway loads, as the JVM has laid them out, in a file beside its jar: a process that maps it
 * starts in half the time. Made once for a build, by a gateway that starts and ends.
 */
public final class SharedClasses {
  /** The jar that was just packaged. */
  public static final String JAR =
      Path.of("target", "vertx-lblc.jar").toAbsolutePath().toString();

  /** For many processes that start at once on few processors, and do little. */
  public static final List<String> QUICK_START =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private static final Path ARCHIVE = Path.of("target", "vertx-lblc.jsa");
  private static final int PATIENCE_SECONDS = 60;

  private SharedClasses() {}

  /** Returns the options of a JVM that uses them, wherever it is started; the first on its class path has to be {@link #JAR}. */
  public static List<String> options() throws IOException {
    return List.of("-XX:SharedArchiveFile=" + archive());
  }

  private static synchronized Path archive() throws IOException {
    if (!Files.exists(ARCHIVE)
        || Files.getLastModifiedTime(ARCHIVE).compareTo(Files.getLastModifiedTime(Path.of(JAR)))
            < 0) {
      make();
    }
    return ARCHIVE.toAbsolutePath();
  }

  private static void make() throws IOException {
    Path folder = Files.createTempDirectory("lblc-shared-classes");
    Path archive = Path.of("target", folder.getFileName() + ".jsa");
    Path hazelcast = folder.resolve("hazelcast.yaml");
    Path config = folder.resolve("gateway.json");
    Files.writeString(
        hazelcast,
        Files.readString(Path.of("cluster", "hazelcast.yaml"))
            .replace("cluster-name: lblc", "cluster-name: " + folder.getFileName())
            .replace("port: 5701", "port: " + Ports.free()));
    Files.writeString(config, config(hazelcast).encode());
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(QUICK_START);
    command.addAll(
        List.of("-XX:ArchiveClassesAtExit=" + archive, "-jar", JAR, "run", config.toString()));
    Process gateway = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var lines = gateway.inputReader()) {
      String line = lines.readLine();
      while (line != null && !line.startsWith("ready: ")) {
        line = lines.readLine();
      }
      gateway.toHandle().destroy(); // at the signal it ends in order and writes them
      while (line != null) {
        line = lines.readLine();
      }
      if (!gateway.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("the gateway that makes " + ARCHIVE + " does not end");
      }
      Files.move(archive, ARCHIVE, StandardCopyOption.ATOMIC_MOVE);
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    } finally {
      gateway.destroyForcibly();
      Files.delete(config);
      Files.delete(hazelcast);
      Files.delete(folder);
    }
  }

  private static JsonObject config(Path hazelcast) {
    JsonObject server = new JsonObject().put("id", "s").put("host", "127.0.0.1").put("port", 1);
    return new JsonObject()
        .put("listeners", new JsonArray().add(ConfigJson.listener("127.0.0.1", 0)))
        .put("routes", new JsonArray().add(ConfigJson.route("s")))
        .put(
            "services",
            new JsonObject()
                .put(
                    "s",
                    new JsonObject()
                        .put("strategy", "lblc")
                        .put("servers", new JsonArray().add(server))))
        .put("cluster", new JsonObject().put("enabled", true).put("config", hazelcast.toString()))
        .put("admin", new JsonObject().put("port", 0));
  }
}
