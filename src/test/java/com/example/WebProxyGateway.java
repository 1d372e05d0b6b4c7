package com.example;

import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.proxy.handler.ProxyHandler;
import io.vertx.httpproxy.HttpProxy;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A gateway of Vert.x Web Proxy that keeps each URL on the server that has it in its cache: {@code WebProxyGateway PORT
 * CONFIG}. Where the configuration says {@code cluster}, several of them agree.
 */
public final class WebProxyGateway extends VerticleBase {
  private final int port;

  private WebProxyGateway(int port) {
    this.port = port;
  }

  @Override
  public Future<?> start() {
    LblcService images = Lblc.of(vertx).service("images");
    HttpProxy proxy = HttpProxy.reverseProxy(vertx.createHttpClient())
        .origin(images.originRequestProvider(context -> context.request().getURI()));
    Router router = Router.router(vertx);
    router
        .get("/status")
        .respond(context -> Future.succeededFuture(images.status().toJson()));
    router.route().handler(ProxyHandler.create(proxy));
    return vertx.createHttpServer().requestHandler(router).listen(port);
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
    vertx
        .deployVerticle(() -> new WebProxyGateway(port), new DeploymentOptions().setInstances(2))
        .await();
    System.out.println("ready on " + port);
  }
}
