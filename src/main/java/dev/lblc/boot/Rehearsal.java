package dev.lblc.boot;

import dev.lblc.config.ConfigException;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.config.HttpListenerConfig;
import dev.lblc.config.ListenerConfig;
import dev.lblc.config.TlsConfig;
import dev.lblc.gateway.Gateway;
import dev.lblc.gateway.log.AccessLogs;
import dev.lblc.plugin.ServicesVerticle;
import dev.lblc.plugin.Strategies;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Some requests that a successor sends to itself before it listens where clients are: through listeners like those of its file, on
 * free ports of the loopback interface, to a server of its own.
 *
 * <p>A JVM loads and links some hundred classes for its first request, which takes a fifth of a second of a processor, and many times as long on a
 * busy machine. The event loop serves nobody meanwhile, and a successor has all new connections from the moment at which it listens.
 */
final class Rehearsal {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

  /** The second one finds a connection to the server that it can use again. */
  private static final int REQUESTS = 3;

  /** On a machine that is that busy the gateway before serves faster than this one would. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static final long STOP_SECONDS = 5;
  private static final String LOOPBACK = "127.0.0.1";
  private static final String SERVICE = "rehearsal";
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: rehearsal\r\n\r\n";
  private static final String BODY = "rehearsed";
  private static final String ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: " + BODY.length() + "\r\n\r\n" + BODY;

  private final Vertx vertx;
  private final GatewayConfig config;

  private Rehearsal(Vertx vertx, GatewayConfig config) {
    this.vertx = vertx;
    this.config = config;
  }

  /** Runs it for the listeners of a configuration. Blocks, for some tenths of a second if nothing else is busy; never fails. */
  static void run(GatewayConfig config) {
    Vertx vertx;
    try {
      vertx = VertxSetup.alone(config.transport());
    } catch (StartException e) {
      LOG.debug("no rehearsal: the start itself will say why", e);
      return;
    }
    try {
      new Rehearsal(vertx, config).requests().await(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (Throwable e) { // await throws what the future failed with
      LOG.info("no rehearsal, so that the first requests will take longer: {}", e.toString());
    } finally {
      end(vertx);
    }
  }

  private static void end(Vertx vertx) {
    try {
      vertx.close().await(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (Throwable e) { // it ends later, or was the reason for what was logged
      LOG.debug("the rehearsal did not end in time", e);
    }
  }

  private Future<Void> requests() {
    return vertx
        .createNetServer()
        .connectHandler(client -> client.handler(request -> client.write(ANSWER)))
        .listen(0, LOOPBACK)
        .compose(server -> gateway(server.actualPort()))
        .compose(gateway -> {
          Future<Void> asked = Future.succeededFuture();
          for (ListenerConfig listener : config.listeners()) {
            for (int i = 0; i < REQUESTS; i++) {
              asked = asked.compose(before -> ask(listener, gateway.port(listener.name())));
            }
          }
          return asked;
        });
  }

  private Future<Gateway> gateway(int server) {
    GatewayConfig own;
    try {
      own =
          ConfigReader.readText(SERVICE, file(server).encode(), Strategies.ofClassPath(), Map.of());
    } catch (ConfigException e) {
      return Future.failedFuture(e);
    }
    return vertx
        .deployVerticle(new ServicesVerticle(own.plugin(), Strategies.ofClassPath()))
        .compose(id -> Gateway.start(
            vertx,
            own,
            1,
            System::nanoTime,
            AccessLogs.to((line, length, writer) -> {}, System::currentTimeMillis),
            false));
  }

  private JsonObject file(int server) {
    JsonArray listeners = new JsonArray();
    JsonArray routes = new JsonArray();
    for (ListenerConfig listener : config.listeners()) {
      listeners.add(like(listener));
      routes.add(new JsonObject().put("listener", listener.name()).put("service", SERVICE));
    }
    JsonObject only = new JsonObject().put("id", SERVICE).put("host", LOOPBACK).put("port", server);
    JsonObject service =
        new JsonObject().put("strategy", "lblc").put("servers", new JsonArray().add(only));
    return new JsonObject()
        .put("listeners", listeners)
        .put("routes", routes)
        .put("services", new JsonObject().put(SERVICE, service));
  }

  private static JsonObject like(ListenerConfig listener) {
    JsonObject own = new JsonObject()
        .put("name", listener.name())
        .put("protocol", "tcp")
        .put("host", LOOPBACK)
        .put("port", 0);
    if (listener instanceof HttpListenerConfig http) {
      own.put("protocol", "http").put("engine", http.engine().name().toLowerCase(Locale.ROOT));
    }
    TlsConfig tls = listener.tls();
    if (tls != null) {
      TlsConfig.Certificate first = tls.certificates().get(0);
      own.put(
          "tls",
          new JsonObject()
              .put("certificate", first.certificate().toString())
              .put("key", first.key().toString()));
    }
    return own;
  }

  private Future<Void> ask(ListenerConfig listener, int port) {
    NetClientOptions options = new NetClientOptions().setHostnameVerificationAlgorithm("");
    if (listener.tls() != null) {
      options.setSsl(true).setTrustAll(true); // it is this process
    }
    // Referred to until the end: the connections of a client that is collected are closed.
    NetClient client = vertx.createNetClient(options);
    return client
        .connect(port, LOOPBACK)
        .compose(socket -> answer(socket).eventually(socket::close))
        .eventually(client::close);
  }

  private static Future<Void> answer(NetSocket socket) {
    Promise<Void> answered = Promise.promise();
    Buffer all = Buffer.buffer();
    socket.handler(piece -> {
      if (all.appendBuffer(piece).toString(StandardCharsets.US_ASCII).endsWith(BODY)) {
        answered.tryComplete();
      }
    });
    socket.closeHandler(closed -> answered.tryFail("closed after " + all.length() + " bytes"));
    return socket.write(REQUEST).compose(written -> answered.future());
  }
}
