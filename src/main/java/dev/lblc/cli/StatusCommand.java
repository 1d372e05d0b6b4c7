package dev.lblc.cli;

import io.vertx.core.json.JsonArray;
import java.io.PrintWriter;
import java.net.URI;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code status}: shows the services of a running gateway as a table. */
@Command(
    name = "status",
    description = "Shows the services of a running gateway in the manner of ipvsadm -Ln.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  @Option(
      names = "--admin",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:9901",
      converter = AdminUrl.class,
      description =
          "The gateway's admin port, http://HOST:PORT or HOST:PORT (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // has a default
  private URI admin;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "The admin token (default: the variable LBLC_ADMIN_TOKEN).")
  private @Nullable String token;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    JsonArray services = client().get("/api/v1/services", JsonArray.class);
    ServerTable.services(services).forEach(out::println);
    return 0;
  }

  private AdminClient client() {
    return new AdminClient(admin, token == null ? System.getenv("LBLC_ADMIN_TOKEN") : token);
  }
}
