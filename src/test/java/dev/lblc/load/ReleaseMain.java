package dev.lblc.load;

import dev.lblc.plugin.ClusterStatus;
import dev.lblc.plugin.DestinationStatus;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import dev.lblc.scheduler.ServerEdit;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A node of a cluster that does what it reads, a line each, and answers with a line that begins with {@value #ANSWER}: {@code
 * ReleaseMain CONFIG}. Uses only what each release has had, so that it runs with the jar of any.
 */
public final class ReleaseMain {
  static final String ANSWER = "= ";

  private final LblcService service;
  private final Lblc lblc;
  private final List<Lease> held = new ArrayList<>();

  private ReleaseMain(Lblc lblc) {
    this.lblc = lblc;
    this.service = lblc.services().iterator().next();
  }

  /** Runs until its input ends, then leaves the cluster. */
  public static void main(String[] args) throws IOException {
    Vertx vertx = Vertx.builder()
        .withClusterManager(new HazelcastClusterManager())
        .with(new VertxOptions().setEventBusOptions(new EventBusOptions().setHost("127.0.0.1")))
        .buildClustered()
        .await();
    vertx
        .deployVerticle(
            "dev.lblc.plugin.LblcVerticle",
            new DeploymentOptions().setConfig(new JsonObject(args[0])))
        .await();
    ReleaseMain node = new ReleaseMain(Lblc.of(vertx));
    System.out.println(ANSWER + "ready");
    try (BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        System.out.println(ANSWER + node.answer(line.split(" ")));
      }
    }
    vertx.close().await();
    System.out.println(ANSWER + "left");
  }

  private String answer(String[] words) {
    try {
      return switch (words[0]) {
        case "use" -> use(words[1], false);
        case "hold" -> use(words[1], true);
        case "release" -> release();
        case "homes" -> homes();
        case "status" -> status();
        case "weight" ->
          edit(service.edit(
              new ServerEdit.Change(words[1], Integer.parseInt(words[2]), null, null)));
        case "drain" -> edit(service.edit(new ServerEdit.Drain(words[1], null)));
        case "endDrain" -> edit(service.edit(new ServerEdit.EndDrain(words[1])));
        case "undo" -> edit(service.undoEdits(words[1], null));
        default -> "no such command";
      };
    } catch (RuntimeException e) {
      return e.toString();
    }
  }

  /** Returns the server that a destination goes to. */
  private String use(String destination, boolean isHeld) {
    Lease lease = service.acquire(destination);
    lease.connected();
    if (isHeld) {
      held.add(lease);
    } else {
      lease.close();
    }
    return lease.server().id();
  }

  private String release() {
    held.forEach(Lease::close);
    held.clear();
    return "done";
  }

  private String homes() {
    JsonObject homes = new JsonObject();
    for (DestinationStatus destination : service.destinations(10_000, null)) {
      homes.put(destination.destination(), new JsonArray(destination.homes()));
    }
    return homes.encode();
  }

  private String status() {
    ClusterStatus cluster = lblc.cluster();
    JsonObject status = service.status().toJson();
    if (cluster != null) {
      long heard =
          cluster.nodes().stream().filter(node -> node.reportAgeMillis() >= 0).count();
      status.put("heard", heard).put("degraded", new JsonArray(List.copyOf(cluster.degraded())));
    }
    return status.encode();
  }

  private static String edit(Future<Void> edit) {
    edit.await();
    return "done";
  }
}
