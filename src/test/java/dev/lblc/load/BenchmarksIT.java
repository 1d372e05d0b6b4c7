package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.load.Program.Result;
import dev.lblc.testing.SharedClasses;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each benchmark of {@code src/jmh} for a moment: that it runs, not what it measures. */
final class BenchmarksIT {
  private static final Path CLASSES = Path.of("target", "jmh-classes");

  @Test
  void everyBenchmark_forAMoment_runs() throws Exception {
    String output = run(
        "org.openjdk.jmh.Main -foe true -f 0 -wi 0 -i 1 -r 10ms"
            + " -p destinations=1000 -p asked=1000 -p servers=4 -p others=REPORTING -p format=JSON -p rule=lblc-adaptive -p routes=BODY");
    assertThat(output.lines().filter(line -> line.startsWith("# Benchmark: dev.lblc.")))
        .as(output)
        .hasSameSizeAs(Files.readAllLines(CLASSES.resolve("META-INF/BenchmarkList")))
        .doesNotHaveDuplicates();
  }

  @Test
  void propagation_ofFewDestinations_isMeasured() throws Exception {
    assertThat(run("dev.lblc.cluster.Propagation 40 500"))
        .contains("40 destinations at 500/s, seen by 2 other nodes each");
  }

  @Test
  void growth_ofReportsAndOfATable_isMeasured() throws Exception {
    assertThat(run("dev.lblc.cluster.Growth reports 2 2 3 2 5 then tables 100"))
        .containsPattern("(?m)^ +2 +6 +2 +1[.]0 ")
        .containsPattern("(?m)^ +100 [|]");
  }

  private static String run(String program) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(JavaProcess.QUICK_START);
    command.addAll(SharedClasses.options());
    command.add("-cp");
    command.add(String.join(
        File.pathSeparator,
        SharedClasses.JAR,
        CLASSES.toString(),
        System.getProperty("java.class.path")));
    command.addAll(Arrays.asList(program.split(" ")));
    Result result = Program.run(new ProcessBuilder(command), Duration.ofMinutes(2));
    assertThat(result.exitCode()).as(result.output()).isZero();
    return result.output();
  }
}
