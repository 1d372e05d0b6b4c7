package dev.lblc.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code reload}: has a running gateway read its file again. */
@Command(
    name = "reload",
    description =
        "Has a running gateway read its file and its certificates again; lists what has changed, or what is wrong.",
    mixinStandardHelpOptions = true)
final class ReloadCommand implements Callable<Integer> {
  @Mixin
  private final AdminParameter admin = new AdminParameter();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    JsonObject answer = admin.client().change("POST", "/api/v1/reload", null);
    JsonArray changed = answer.getJsonArray("changed");
    PrintWriter out = spec.commandLine().getOut();
    out.println("reloaded, digest " + answer.getString("digest") + ": "
        + (changed.isEmpty() ? "nothing has changed" : Counted.of(changed.size(), "change")));
    changed.forEach(path -> out.println("  " + path));
    return 0;
  }
}
