package dev.lblc.load;

import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** All that the plugin does where only Vert.x Core is beside it: {@code BareMain CONFIG}. */
public final class BareMain {
  private BareMain() {}

  /** Prints a line for each thing that it did. */
  public static void main(String[] args) {
    for (String other : new String[] {
      "com.hazelcast.core.Hazelcast",
      "io.vertx.httpproxy.HttpProxy",
      "org.slf4j.Logger",
      "io.micrometer.core.instrument.MeterRegistry",
      "picocli.CommandLine"
    }) {
      System.out.println(other + ": " + (isThere(other) ? "there" : "not there"));
    }
    Vertx vertx = Vertx.vertx(new VertxOptions()
        .setBlockedThreadCheckInterval(
            TimeUnit.HOURS.toMillis(1))); // it would write to the output, too
    JsonObject config = new JsonObject(args[0]);
    String id = deploy(vertx, config);
    LblcService images = Lblc.of(vertx).service("images");
    try (Lease first = images.acquire("/cats");
        Lease second = images.acquire("/cats")) {
      System.out.println("first: " + first.reason() + ", second: " + second.reason()
          + (first.server().equals(second.server()) ? " on the same" : " elsewhere"));
    }
    JsonObject answer = vertx
        .eventBus()
        .<JsonObject>request("lblc.images.acquire", new JsonObject().put("destination", "/cats"))
        .await()
        .body();
    System.out.println("event bus: " + answer.getString("reason"));
    System.out.println(
        "load balancer: " + images.loadBalancer().selector(List.of()).select());
    vertx.undeploy(id).await();
    try {
      deploy(vertx, config.put("cluster", new JsonObject().put("enabled", true)));
    } catch (Exception e) {
      System.out.println("cluster: " + e.getMessage());
    }
    vertx.close().await();
    System.out.println("ended");
  }

  private static String deploy(Vertx vertx, JsonObject config) {
    return vertx
        .deployVerticle("dev.lblc.plugin.LblcVerticle", new DeploymentOptions().setConfig(config))
        .await();
  }

  private static boolean isThere(String type) {
    try {
      Class.forName(type);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
