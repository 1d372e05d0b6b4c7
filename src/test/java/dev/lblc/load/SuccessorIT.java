package dev.lblc.load;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.gateway.TrustsAll;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import dev.lblc.testing.SelfSigned;
import io.netty.channel.epoll.Epoll;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A successor in a takeover: at its first request, and when it is told to end before it is ready. */
final class SuccessorIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
          .getBytes(StandardCharsets.US_ASCII);

  private final Vertx vertx = Vertx.vertx();
  private ServerSocket server;
  private Path folder;
  private List<Integer> ports;
  private @Nullable JavaProcess successor;

  @BeforeEach
  void start(@TempDir Path temporary) throws Exception {
    Assumptions.assumeTrue(Epoll.isAvailable(), "epoll is not to be had: reusePort needs it");
    folder = temporary;
    ports = Ports.free(4);
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws Exception {
    if (successor != null) {
      successor.close();
    }
    server.close();
    vertx.close().await(10, SECONDS);
  }

  /** What is to be loaded takes as long as it takes, and all new connections wait for it. */
  @Test
  void firstRequest_ofEachKindOfListener_loadsNextToNothing() throws Exception {
    Path loaded = folder.resolve("loaded.log");
    successor = JavaProcess.launchAsUsersDo(
            List.of("-Xlog:class+load:file=" + loaded),
            "ready: ",
            "run",
            "--takeover",
            file().toString())
        .awaitReady();
    for (int port : ports.subList(0, 3)) {
      long before = classes(loaded);
      try (Socket client = connected(port)) {
        client.getOutputStream().write(REQUEST);
        try (Socket taken = server.accept()) {
          answer(taken);
        }
        assertThat(answerOf(client)).startsWith("HTTP/1.1 200 OK").endsWith("ok");
      }
      assertThat(classes(loaded) - before)
          .as("loaded by port %d of %s", port, ports)
          .isLessThan(20);
    }
  }

  /** The process before has been told to end and closes its listeners, so that nobody else serves what this one has accepted. */
  @Test
  void sigterm_betweenTheOldOnesEndAndReady_endsInOrder() throws Exception {
    CountDownLatch accepted = new CountDownLatch(1);
    HttpServer before = vertx
        .createHttpServer()
        .requestHandler(request -> predecessor(request, accepted))
        .listen(ports.get(3), "127.0.0.1")
        .await(10, SECONDS);
    successor = JavaProcess.launchJar("ready: ", "run", "--takeover", file().toString());
    assertThat(accepted.await(60, SECONDS)).isTrue();
    try (Socket client = connected(ports.get(0))) {
      client.getOutputStream().write(REQUEST);
      try (Socket taken = server.accept()) {
        successor.terminate(); // it waits for the admin port
        before.close().await(10, SECONDS);
        Eventually.holds("an end in order", PATIENCE, () -> has("accepts no new connections"));
        answer(taken);
      }
      assertThat(answerOf(client)).startsWith("HTTP/1.1 200 OK").endsWith("ok");
    }
    assertThat(successor.exitCode(PATIENCE)).isZero();
  }

  private boolean has(String text) {
    return known().lines().stream().anyMatch(line -> line.contains(text));
  }

  private JavaProcess known() {
    if (successor == null) {
      throw new IllegalStateException("there is no successor");
    }
    return successor;
  }

  /** The admin port of a gateway that goes on having it when it has been told to end. */
  private static void predecessor(HttpServerRequest request, CountDownLatch accepted) {
    if (request.path().endsWith("/takeover/o")) {
      accepted.countDown();
    }
    request.response().putHeader("content-type", "application/json").end("{\"offer\": \"o\"}");
  }

  private static long classes(Path loaded) throws IOException {
    Predicate<String> isOurs = line -> line.contains(" source: ") && line.contains("] dev.lblc.");
    try (Stream<String> lines = Files.lines(loaded)) {
      return lines.filter(isOurs).count();
    }
  }

  private Socket connected(int port) throws Exception {
    Socket socket =
        port == ports.get(1) ? TrustsAll.context().getSocketFactory().createSocket() : new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
    socket.setSoTimeout(30_000);
    return socket;
  }

  private static void answer(Socket taken) throws IOException {
    assertThat(taken.getInputStream().read(new byte[4096])).isPositive();
    taken.getOutputStream().write(ANSWER);
  }

  private static String answerOf(Socket client) throws IOException {
    return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  /** With listeners of HTTP, HTTPS and TCP, in the order of the ports. */
  private Path file() throws IOException {
    JsonObject only =
        new JsonObject().put("id", "a").put("host", "127.0.0.1").put("port", server.getLocalPort());
    JsonArray routes = new JsonArray();
    for (String listener : List.of("web", "tls", "tcp")) {
      routes.add(new JsonObject().put("listener", listener).put("service", "s"));
    }
    return Files.writeString(
        folder.resolve("gateway.json"),
        new JsonObject()
            .put(
                "listeners",
                new JsonArray()
                    .add(listener("web", 0))
                    .add(
                        listener("tls", 1).put("tls", SelfSigned.of("localhost").json()))
                    .add(listener("tcp", 2).put("protocol", "tcp")))
            .put("routes", routes)
            .put(
                "services",
                new JsonObject()
                    .put(
                        "s",
                        new JsonObject()
                            .put("strategy", "lblc")
                            .put("servers", new JsonArray().add(only))))
            .put("admin", new JsonObject().put("host", "127.0.0.1").put("port", ports.get(3)))
            .encodePrettily());
  }

  private JsonObject listener(String name, int port) {
    return ConfigJson.listener("127.0.0.1", ports.get(port))
        .put("name", name)
        .put("reusePort", true);
  }
}
