package dev.lblc.cli;

import io.vertx.core.json.JsonArray;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code status}: shows the services of a running gateway as a table. */
@Command(
    name = "status",
    description = "Shows the services of a running gateway in the manner of ipvsadm -Ln.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  @Mixin
  private final AdminParameter admin = new AdminParameter();

  @Mixin
  private final WatchParameter watch = new WatchParameter();

  @Option(names = "--watch", description = "Shows them again each second.")
  private boolean isWatching;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    if (isWatching) {
      watch.show(
          admin.client(),
          out,
          snapshot -> snapshot.getJsonArray("services"),
          snapshot -> ServerTable.services(snapshot.getJsonArray("services")));
      return 0;
    }
    JsonArray services = admin.client().get("/api/v1/services", JsonArray.class);
    if (watch.isJson()) {
      out.println(services.encode());
    } else {
      ServerTable.services(services).forEach(out::println);
    }
    return 0;
  }
}
