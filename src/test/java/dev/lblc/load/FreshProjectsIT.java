package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.load.Program.Result;
import dev.lblc.testing.Ports;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code src/test/fresh-projects.sh}: what a new user of the jars that were just packaged writes, builds and runs. */
final class FreshProjectsIT {
  private static final String KEPT = ": 30 destinations on 3 servers, each on one";

  /** All ways on all versions; else those that {@link ExamplesIT} has not, which runs on the newest. */
  private static final boolean ALL = Boolean.getBoolean("lblc.projects.all");

  private static final List<String> WAYS =
      ALL ? List.of("web-proxy", "http-client", "cluster") : List.of("cluster");

  private static final List<String> VERSIONS = ALL ? List.of("5.0.10", "5.1.6") : List.of("5.0.10");

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  @Test
  void projectsOfANewUser_forEachWay_buildAndKeepDestinationsOnTheirServers() throws Exception {
    for (String program : List.of("bash", "mvn", "curl")) {
      assumeTrue(isInstalled(program), program + " is not installed");
    }
    Path script = Path.of("src", "test", "fresh-projects.sh").toAbsolutePath();
    List<String> command = new ArrayList<>(List.of("bash", script.toString()));
    command.addAll(WAYS);
    command.add("strategy");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("TMPDIR", folder.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("JDK_JAVA_OPTIONS", String.join(" ", JavaProcess.QUICK_START));
    builder.environment().put("MAVEN_OPTS", String.join(" ", JavaProcess.QUICK_START));
    builder
        .environment()
        .put(
            "LBLC_PORTS",
            Ports.free(8).stream().map(String::valueOf).collect(Collectors.joining(" ")));
    builder.environment().put("LBLC_VERTX", String.join(" ", VERSIONS));
    String repository = System.getProperty("localRepository"); // Maven says so to the tests it runs
    if (repository != null) {
      builder.environment().put("LBLC_REPOSITORY", repository);
    }
    Result result = Program.run(builder, Duration.ofMinutes(5));
    assertThat(result.output().lines()).containsExactlyElementsOf(expected());
    assertThat(result.exitCode()).isZero();
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  private static List<String> expected() {
    List<String> lines = new ArrayList<>();
    for (String way : WAYS) {
      for (String version : VERSIONS) {
        lines.add("OK " + way + " on " + version + KEPT);
      }
    }
    lines.add("OK strategy" + KEPT);
    return lines;
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
  }
}
