package dev.lblc.cli;

import dev.lblc.boot.Application;
import dev.lblc.boot.EarlySignals;
import dev.lblc.boot.GatewayFile;
import dev.lblc.boot.Hangup;
import dev.lblc.boot.Shutdown;
import dev.lblc.config.ServiceConfig;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code demo}: runs the gateway, and upstreams in the same process in the places of the servers of the file's first service. */
@Command(
    name = "demo",
    description = "Runs the gateway with upstreams of its own, and prints what to try.",
    mixinStandardHelpOptions = true)
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
    // A Vert.x of their own: upstreams are no part of the gateway's metrics.
    Vertx upstreams = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    try {
      DemoServers.start(upstreams, service, List.of());
      Hangup hangup = Hangup.remembered();
      Application running = Application.start(gateway);
      Shutdown.onSignal(running, new EarlySignals());
      hangup.reloads(running);
      PrintWriter out = spec.commandLine().getOut();
      String url = running.listeners().values().iterator().next();
      out.println(running.readyLine());
      out.println();
      out.println(DemoBanner.text(service, url, running.admin()));
    } catch (Throwable e) {
      upstreams.close().await();
      throw e;
    }
    return 0;
  }
}
