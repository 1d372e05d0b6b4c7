package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.load.Program.Result;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plugin's jar, as it was just packaged, with Vert.x Core and what that needs, and nothing else. */
final class ThinJarIT {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  @Test
  void thinJar_withVertxCoreAlone_schedules() throws Exception {
    Result result = Program.run(
        new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "-cp",
            classPath(),
            BareMain.class.getName(),
            config().encode()),
        Duration.ofMinutes(1));
    assertThat(result.output().lines().toList())
        .containsExactly(
            "com.hazelcast.core.Hazelcast: not there",
            "io.vertx.httpproxy.HttpProxy: not there",
            "org.slf4j.Logger: not there",
            "io.micrometer.core.instrument.MeterRegistry: not there",
            "picocli.CommandLine: not there",
            "first: PLACED, second: HIT on the same",
            "event bus: hit",
            "load balancer: -1",
            "cluster: cluster.enabled: true (expected: false, or a Vert.x instance that is clustered"
                + " by vertx-hazelcast; this one is not clustered)",
            "ended");
    assertThat(result.exitCode()).isZero();
  }

  private static JsonObject config() {
    JsonObject server = new JsonObject().put("id", "a").put("host", "127.0.0.1").put("port", 9001);
    JsonObject images =
        new JsonObject().put("strategy", "lblc").put("servers", new JsonArray().add(server));
    return new JsonObject().put("services", new JsonObject().put("images", images));
  }

  /** The jar, Vert.x Core's dependencies, and of the tests the class that is run. */
  private String classPath() throws IOException {
    List<String> path = new ArrayList<>();
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(Path.of("target"), "vertx-lblc-*.jar")) {
      jars.forEach(jar -> {
        if (!jar.toString().matches(".*-(sources|javadoc)\\.jar")) {
          path.add(jar.toString());
        }
      });
    }
    assertThat(path).as("the packaged jar").hasSize(1);
    for (String jar : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      String name = Path.of(jar).getFileName().toString();
      if (name.matches("(vertx-core|netty-|jackson-core).*")) {
        path.add(jar);
      }
    }
    String main = BareMain.class.getName().replace('.', '/') + ".class";
    Path copy = folder.resolve(main);
    Files.createDirectories(copy.getParent());
    Files.copy(Path.of("target", "test-classes").resolve(main), copy);
    path.add(folder.toString());
    return String.join(File.pathSeparator, path);
  }
}
