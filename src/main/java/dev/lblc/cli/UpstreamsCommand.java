package dev.lblc.cli;

import dev.lblc.config.ServiceConfig;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code upstreams}: runs the upstreams of {@code demo} alone, for gateways that are processes of their own. */
@Command(
    name = "upstreams",
    description =
        "Runs upstreams to try gateways with, in the places of the servers of the first service.",
    mixinStandardHelpOptions = true)
final class UpstreamsCommand implements Callable<Integer> {
  @Mixin
  private final FileParameter file = new FileParameter();

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "SERVER",
      description = "Ids of the servers to run; none: all.")
  private final List<String> servers = new ArrayList<>();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    ServiceConfig service =
        file.read().config().plugin().services().values().iterator().next();
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    try {
      List<String> started = DemoServers.start(vertx, service, servers);
      spec.commandLine().getOut().println("ready: " + String.join(", ", started));
    } catch (CommandException e) {
      vertx.close().await();
      throw e;
    }
    return 0;
  }
}
