package dev.lblc.load;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Prints what gateways logged when a test on them failed. */
final class LogsOfFailures implements AfterTestExecutionCallback {
  private final Supplier<Map<String, List<String>>> logs;

  private LogsOfFailures(Supplier<Map<String, List<String>>> logs) {
    this.logs = logs;
  }

  /** Of the nodes of a cluster. */
  static LogsOfFailures ofNodes(Supplier<@Nullable GatewayCluster> cluster) {
    return new LogsOfFailures(() -> logs(cluster.get()));
  }

  /** Of processes, in the order in which they were started. */
  static LogsOfFailures ofProcesses(Supplier<List<JavaProcess>> processes) {
    return new LogsOfFailures(() -> {
      Map<String, List<String>> logs = new LinkedHashMap<>();
      processes.get().forEach(process -> logs.put(process.toString(), process.lines()));
      return logs;
    });
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      System.out.println("Logs of the gateways in " + context.getDisplayName() + ":");
      logs.get().forEach((gateway, lines) -> {
        System.out.println(gateway);
        lines.forEach(line -> System.out.println("  " + line));
      });
    }
  }

  private static Map<String, List<String>> logs(@Nullable GatewayCluster cluster) {
    Map<String, List<String>> logs = new LinkedHashMap<>();
    if (cluster != null) {
      cluster.nodes().forEach(node -> logs.put(node.toString(), node.lines("")));
    }
    return logs;
  }
}
