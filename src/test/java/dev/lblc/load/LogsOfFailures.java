package dev.lblc.load;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Prints what the gateways of a cluster logged when a test on it failed. */
final class LogsOfFailures implements AfterTestExecutionCallback {
  private final Supplier<@Nullable GatewayCluster> cluster;

  LogsOfFailures(Supplier<@Nullable GatewayCluster> cluster) {
    this.cluster = cluster;
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    GatewayCluster failed = cluster.get();
    if (failed != null && context.getExecutionException().isPresent()) {
      System.out.println("Logs of the nodes in " + context.getDisplayName() + ":");
      for (GatewayNode node : failed.nodes()) {
        System.out.println(node);
        node.lines("").forEach(line -> System.out.println("  " + line));
      }
    }
  }
}
