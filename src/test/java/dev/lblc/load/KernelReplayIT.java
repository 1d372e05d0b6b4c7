package dev.lblc.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.lblc.plugin.KernelReplayMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The gateway beside the kernel: recorded connections are made once more, to the same addresses, through a listener, in a
 * network namespace in which 10.0.0.0/8 is local. Skipped where this machine does not let us make one.
 */
final class KernelReplayIT {
  /** Runs a command where every address of 10.0.0.0/8 is this machine's. */
  private static final List<String> NAMESPACE = List.of(
      "unshare",
      "--net",
      "sh",
      "-c",
      "ip link set lo up && ip route add local 10.0.0.0/8 dev lo && exec \"$@\"",
      "sh");

  @Test
  void recordedConnections_throughAListener_reachTheServersTheKernelChose() throws Exception {
    requireNamespace();
    try (JavaProcess replay = JavaProcess.launch(
            NAMESPACE, JavaProcess.QUICK_START, "replayed ", KernelReplayMain.class.getName())
        .awaitReady()) {
      List<String> lines = replay.lines();
      System.out.println("KernelReplayIT: " + lines.get(lines.size() - 1));
      assertThat(lines)
          .as(String.join("\n", lines))
          .contains("replayed 20 recordings, 255 decisions, 0 mismatches");
    }
  }

  private static void requireNamespace() throws InterruptedException {
    List<String> command = new ArrayList<>(NAMESPACE);
    command.add("true");
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
        abort("no network namespaces here: " + output.strip());
      }
    } catch (IOException e) {
      abort("no network namespaces here: " + e.getMessage());
    }
  }
}
