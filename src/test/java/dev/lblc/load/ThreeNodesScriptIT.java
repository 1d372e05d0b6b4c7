package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.load.Program.Result;
import dev.lblc.testing.Ports;
import dev.lblc.testing.SharedClasses;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code cluster/three-nodes.sh}, with the jar that was just packaged. */
final class ThreeNodesScriptIT {
  private static final String SCRIPT =
      Path.of("cluster", "three-nodes.sh").toAbsolutePath().toString();

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  @Test
  void check_fromAnotherFolder_findsThreeNodesThatAgreeAndLeavesNothing() throws Exception {
    List<Integer> ports = Ports.free(10);
    ProcessBuilder builder = command("--check");
    builder
        .environment()
        .putAll(Map.of(
            "JAVA_HOME", System.getProperty("java.home"),
            "JDK_JAVA_OPTIONS", quickStart(),
            "LBLC_WEB_PORTS", joined(ports.subList(0, 3)),
            "LBLC_ADMIN_PORTS", joined(ports.subList(3, 6)),
            "LBLC_UPSTREAM_PORTS", joined(ports.subList(6, 9)),
            "LBLC_MEMBER_PORT", String.valueOf(ports.get(9))));

    assertThat(output(builder, 0)).startsWith("OK: 30 destinations");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void unknownArgument_isAnsweredWithTheUsage() throws Exception {
    assertThat(output(command("--chek"), 2)).contains("--check", "LBLC_WEB_PORTS");
  }

  @Test
  void portsThatAreNotThree_areNamed() throws Exception {
    ProcessBuilder builder = command("--check");
    builder.environment().put("LBLC_ADMIN_PORTS", "1 2");

    assertThat(output(builder, 1)).isEqualTo("\"1 2\": three ports are needed\n");
  }

  private ProcessBuilder command(String argument) {
    ProcessBuilder builder = new ProcessBuilder("bash", SCRIPT, argument).directory(new File("/"));
    builder.environment().put("TMPDIR", folder.toString());
    return builder;
  }

  private static String output(ProcessBuilder builder, int exitCode)
      throws IOException, InterruptedException {
    Result result = Program.run(builder, Duration.ofMinutes(3));
    assertThat(result.exitCode()).as(result.output()).isEqualTo(exitCode);
    return result.output();
  }

  private static String quickStart() throws IOException {
    List<String> options = new ArrayList<>(JavaProcess.QUICK_START);
    options.addAll(SharedClasses.options());
    return String.join(" ", options);
  }

  private static String joined(List<Integer> ports) {
    return ports.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }
}
