package com.example;

import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.Address;
import io.vertx.core.net.AddressResolver;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Calls a replicated service, each tenant on the replica that has its data at hand: {@code ReplicaCaller PORT CONFIG}.
 * Answers {@code GET} with what a replica said, {@code GET /status} with how they do, and takes by {@code PUT /replicas}
 * the ports of those that are in use, as a service registry would tell them.
 */
public final class ReplicaCaller extends VerticleBase {
  /** What the resolver resolves. */
  private record Replicas() implements Address {}

  private final int port;
  private final AtomicReference<List<SocketAddress>> replicas;
  private final LblcService models;
  private HttpClient client;

  private ReplicaCaller(
      int port, LblcService models, AtomicReference<List<SocketAddress>> replicas) {
    this.port = port;
    this.models = models;
    this.replicas = replicas;
  }

  @Override
  public Future<?> start() {
    client = vertx
        .httpClientBuilder()
        .withAddressResolver(AddressResolver.mappingResolver((Replicas any) -> replicas.get()))
        .withLoadBalancer(models.loadBalancer())
        .build();
    return vertx.createHttpServer().requestHandler(this::serve).listen(port);
  }

  private void serve(HttpServerRequest request) {
    if (request.method().equals(HttpMethod.PUT)) {
      request.body().onSuccess(body -> {
        replicas.set(addresses(new JsonArray(body)));
        request.response().end();
      });
    } else if (request.path().equals("/status")) {
      request.response().end(models.status().toJson().toBuffer());
    } else {
      call(request);
    }
  }

  private void call(HttpServerRequest request) {
    client
        .request(new RequestOptions()
            .setServer(new Replicas())
            .setRoutingKey(request.getHeader("tenant"))
            .setURI(request.uri()))
        .compose(call -> answer(request, call))
        .onFailure(failure -> request.response().setStatusCode(502).end(failure.toString()));
  }

  private static Future<Void> answer(HttpServerRequest request, HttpClientRequest call) {
    if (request.response().closed()) { // while it waited for a connection
      return call.reset().mapEmpty();
    }
    request.response().closeHandler(left -> call.reset());
    return call.send().compose(answer -> {
      request.response().headers().addAll(answer.headers());
      return answer.pipeTo(request.response());
    });
  }

  private static List<SocketAddress> addresses(JsonArray ports) {
    return ports.stream()
        .map(port -> SocketAddress.inetSocketAddress((int) port, "127.0.0.1"))
        .toList();
  }

  /** Runs until it is ended. */
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    JsonObject config = new JsonObject(Files.readString(Path.of(args[1])));
    Vertx vertx = config.containsKey("cluster")
        ? Vertx.clusteredVertx(new VertxOptions()).await()
        : Vertx.vertx();
    vertx
        .deployVerticle("dev.lblc.plugin.LblcVerticle", new DeploymentOptions().setConfig(config))
        .await();
    LblcService models = Lblc.of(vertx).service("models");
    AtomicReference<List<SocketAddress>> replicas =
        new AtomicReference<>(models.status().servers().stream()
            .map(server -> SocketAddress.inetSocketAddress(server.port(), server.host()))
            .toList());
    vertx
        .deployVerticle(
            () -> new ReplicaCaller(port, models, replicas),
            new DeploymentOptions().setInstances(2))
        .await();
    System.out.println("ready on " + port);
  }
}
