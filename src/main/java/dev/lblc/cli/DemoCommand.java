package dev.lblc.cli;

import dev.lblc.boot.Application;
import dev.lblc.boot.GatewayFile;
import dev.lblc.boot.Shutdown;
import dev.lblc.config.ServiceConfig;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code demo}: {@code run}, with upstreams in the same process for the servers of the file's first service. */
@Command(
    name = "demo",
    description = "Runs the gateway with upstreams of its own, to try it.",
    mixinStandardHelpOptions = true,
    hidden = true)
final class DemoCommand implements Callable<Integer> {
  @Mixin
  private final FileParameter file = new FileParameter();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    GatewayFile gateway = file.read();
    ServiceConfig service =
        gateway.config().plugin().services().values().iterator().next();
    // An instance of their own: they are not part of what is measured and shown.
    Vertx upstreams = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    try {
      DemoUpstream.startAll(upstreams, service, List.of());
      Application running = Application.start(gateway);
      Shutdown.onSignal(running);
      explain(spec.commandLine().getOut(), running, service.name());
    } catch (Throwable e) {
      upstreams.close().await();
      throw e;
    }
    return 0;
  }

  private static void explain(PrintWriter out, Application running, String service) {
    String url = running.listeners().values().iterator().next();
    out.println(running.readyLine());
    out.println();
    out.println("Try, twice each:");
    out.println("  curl " + url + "/cats");
    out.println("  curl " + url + "/dogs");
    out.println();
    out.println("The second answer comes from the same server as the first, and from its cache:");
    out.println("that URL is now at home there. Another URL has another home.");
    @Nullable String admin = running.admin();
    if (admin != null) {
      out.println();
      out.println("What the gateway knows of it:");
      out.println("  curl " + admin + "/api/v1/services/" + service + "/destinations");
    }
    out.println();
    out.println("Stop with Ctrl-C.");
  }
}
