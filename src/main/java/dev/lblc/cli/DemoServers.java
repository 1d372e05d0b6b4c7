package dev.lblc.cli;

import dev.lblc.config.HealthConfig;
import dev.lblc.config.ServiceConfig;
import dev.lblc.scheduler.ServerSpec;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The start of demo servers in the places of a service's servers. */
final class DemoServers {
  private DemoServers() {}

  /**
   * Starts servers where those of a service are said to be. Blocks.
   *
   * @param ids which servers; empty: all
   * @return each server's id and address
   */
  static List<String> start(Vertx vertx, ServiceConfig service, List<String> ids)
      throws CommandException {
    List<String> known = service.servers().stream().map(ServerSpec::id).toList();
    for (String id : ids) {
      if (!known.contains(id)) {
        throw new CommandException(
            "server: \"" + id + "\" (expected: one of " + String.join(", ", known) + ")");
      }
    }
    List<String> started = new ArrayList<>();
    for (ServerSpec spec : service.servers()) {
      if (ids.isEmpty() || ids.contains(spec.id())) {
        DemoServer server = new DemoServer(vertx, spec, healthPath(service));
        try {
          server.start().await();
        } catch (Exception e) { // await throws what the future failed with
          throw new CommandException("upstream " + server + ": " + e.getMessage());
        }
        started.add(server.toString());
      }
    }
    return started;
  }

  private static @Nullable String healthPath(ServiceConfig service) {
    HealthConfig.Active checks =
        service.health() == null ? null : service.health().active();
    return checks == null || checks.http() == null ? null : checks.http().path();
  }
}
