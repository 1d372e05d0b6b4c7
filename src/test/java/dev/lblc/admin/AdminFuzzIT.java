package dev.lblc.admin;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.boot.GatewayFile;
import dev.lblc.boot.PluginFolder;
import dev.lblc.boot.UrlRoute;
import dev.lblc.config.AdminConfig;
import dev.lblc.config.GatewayConfig;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.LblcVerticle;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever comes on the admin port, the answer is one that is meant, and the port goes on answering. {@code
 * -Dlblc.admin.seconds=600} for ten minutes, {@code -Dlblc.fuzz.seed=N} for the requests of a seed.
 */
final class AdminFuzzIT {
  private static final int REQUESTS = 400;
  private static final int SECONDS_LONG = Integer.getInteger("lblc.admin.seconds", 0);
  private static final int SLOW_CLIENTS = 20;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3}) ");

  /** Internal errors are not among them. */
  private static final List<Integer> MEANT = List.of(
      200, 201, 202, 204, 400, 401, 403, 404, 405, 408, 409, 412, 413, 414, 415, 422, 431, 501,
      505);

  private static final List<String> METHODS = List.of(
      "GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS", "TRACE", "CONNECT", "get",
      "M\u00fc", "");

  private static final List<String> PATHS = List.of(
      "/",
      "/metrics",
      "/health/live",
      "/api/v1/services",
      "/api/v1/services/images",
      "/api/v1/services/images/servers",
      "/api/v1/services/images/servers/a",
      "/api/v1/services/images/servers/b",
      "/api/v1/services/images/servers/new",
      "/api/v1/services/images/servers/a/edit",
      "/api/v1/services/images/servers/a/drain",
      "/api/v1/services/images/destinations",
      "/api/v1/services/images/destinations?prefix=/a",
      "/api/v1/services/images/destinations/x",
      "/api/v1/services/images/destinations/..",
      "/api/v1/services/images/destinations?limit=7&after=x",
      "/api/v1/services/images/explain?destination=x",
      "/api/v1/services/images/homes?destination=x",
      "/api/v1/cluster",
      "/api/v1/config",
      "/api/v1/explain?url=http://h/a&method=PUT&header=x-k:%c3%bc",
      "/api/v1/explain?url=http%3A%2F%2Fh%3A80%2F",
      "/api/v1/stream",
      "/page/main.js",
      "*",
      "http://evil/");

  private static final List<String> HEADERS = List.of(
      "Host: localhost",
      "Host: evil.example.com",
      "Host: ",
      "Origin: http://localhost",
      "Origin: null",
      "Content-Type: application/json",
      "Content-Type: text/plain",
      "Content-Type: application/merge-patch+json; charset=utf-8",
      "Content-Type: ;;;",
      "Content-Encoding: gzip",
      "If-Match: *",
      "If-Match: \"x\"",
      "If-Match: ,,",
      "If-Match:",
      "Expect: 100-continue",
      "Expect: nothing",
      "Authorization: Bearer secret",
      "Transfer-Encoding: chunked",
      "Transfer-Encoding: gzip",
      "Content-Length: 5",
      "Content-Length: -1",
      "Content-Length: 99999999999",
      "X: " + "y".repeat(9_000),
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Connection: close",
      "no colon");

  private static final List<String> BODIES = List.of(
      "{}",
      "{\"weight\": 5}",
      "{\"weight\": 5, \"upper\": 3, \"lower\": 1}",
      "{\"deadline\": \"30s\"}",
      "{\"id\": \"new\", \"host\": \"192.0.2.1\", \"port\": 80}",
      "[]",
      "null",
      "{\"weight\": 1e9999}",
      "{\"weight\": {\"weight\": [[[[]]]]}}",
      "\"${HOME}\"",
      "{\"weight\":5}{\"weight\":6}",
      "\u0000",
      "[".repeat(5_000),
      "{\"weight\": 5, \"weight\": 6}",
      "5\r\n{\"wei\r\n0\r\n\r\n");

  private final Vertx vertx = Vertx.vertx();

  @SuppressWarnings("NullAway.Init") // set before each test
  private LblcService images;

  private int port;

  /** A file with a route, which cannot be read again. */
  private record Routes(GatewayConfig config) implements Control {
    @Override
    public Future<Reloaded> reload() {
      return Future.failedFuture(new ReloadException(List.of()));
    }

    @Override
    public Future<String> offer() {
      return Future.failedFuture(new HandoverException("no successor"));
    }

    @Override
    public boolean handOver(String offer) {
      return false;
    }

    @Override
    public Routed route(String url, String method, Map<String, List<String>> headers, byte[] body) {
      return UrlRoute.of(config, url, method, headers, body);
    }
  }

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    String config = """
        {"services": {"images": {"strategy": "lblc", "servers": [
          {"id": "a", "host": "127.0.0.1", "port": 9001},
          {"id": "b", "host": "127.0.0.1", "port": 9002}]}}}
        """;
    Path file = Files.writeString(
        folder.resolve("gateway.json"),
        new JsonObject(config)
            .put("listeners", new JsonArray().add(ConfigJson.listener("127.0.0.1", 0)))
            .put(
                "routes",
                new JsonArray()
                    .add(ConfigJson.route("images")
                        .put(
                            "destination",
                            new JsonArray().add("{header:x-k}").add("{host}{path}"))))
            .encode());
    vertx
        .deployVerticle(
            new LblcVerticle(), new DeploymentOptions().setConfig(new JsonObject(config)))
        .await(10, SECONDS);
    images = Lblc.of(vertx).service("images");
    port = AdminServer.start(
            vertx,
            new AdminConfig("127.0.0.1", 0, null),
            Lblc.of(vertx),
            new Metrics(),
            () -> true,
            new Routes(GatewayFile.read(file, PluginFolder.openIfThere(folder.resolve("none")))
                .config()),
            500)
        .await(10, SECONDS)
        .port();
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  @Test
  void requests_atRandom_getAnswersThatAreMeant() throws Exception {
    long seed = Long.getLong("lblc.fuzz.seed", SECONDS_LONG == 0 ? 20_261_129L : System.nanoTime());
    Random random = new Random(seed);
    Map<Integer, Integer> answers = new TreeMap<>();
    List<Socket> slow = new ArrayList<>();
    long end = System.nanoTime() + SECONDS.toNanos(SECONDS_LONG);
    try {
      for (int i = 0; i < REQUESTS || System.nanoTime() < end; i++) {
        if (random.nextInt(10) == 0) {
          addSlowClient(slow, random);
        }
        String request = request(random);
        String answer = send(request, random);
        String story = "seed " + seed + ", request " + i + ": " + request;
        Matcher status = STATUS.matcher(answer);
        int code = status.lookingAt() ? Integer.parseInt(status.group(1)) : 0;
        if (code == 100) { // before the answer
          code = status.find() ? Integer.parseInt(status.group(1)) : 0;
        }
        answers.merge(code, 1, Integer::sum);
        if (code != 0) { // what is no request may end in silence
          assertThat(MEANT).as(story + " -> " + answer).contains(code);
        }
        images.explain("/a" + i % 7);
        if (i % 50 == 0) {
          restore();
        }
      }
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
    assertThat(answers.keySet()).as("seed %d: %s", seed, answers).contains(200, 400, 404, 405, 422);
    Eventually.holds(
        "it answers",
        () -> send(plain("GET /api/v1/services"), new Random(0)).startsWith("HTTP/1.1 200 "));
  }

  /** Servers may be gone by what was asked; they come back. */
  private void restore() throws Exception {
    for (String id : List.of("a", "b", "new")) {
      send(plain("DELETE /api/v1/services/images/servers/" + id + "/edit"), new Random(0));
    }
  }

  private static String plain(String line) {
    return String.join("\r\n", line + " HTTP/1.1", "Host: localhost", "Connection: close", "", "");
  }

  /** Sends a part of a request, and nothing more. */
  private void addSlowClient(List<Socket> slow, Random random) throws IOException {
    if (slow.size() == SLOW_CLIENTS) {
      slow.remove(random.nextInt(SLOW_CLIENTS)).close();
    }
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    slow.add(socket);
    String request = "PATCH /api/v1/services/images/servers/a HTTP/1.1\r\nHost: localhost\r\n"
        + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"weight\": 5";
    socket
        .getOutputStream()
        .write(request
            .substring(0, 1 + random.nextInt(request.length()))
            .getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String request(Random random) {
    StringBuilder request = new StringBuilder(
            pick(METHODS.subList(0, 5 + random.nextInt(8)), random))
        .append(' ')
        .append(path(random))
        .append(random.nextInt(20) == 0 ? " HTTP/1.0" : " HTTP/1.1")
        .append("\r\n");
    String body = random.nextInt(3) == 0 ? "" : body(random);
    if (random.nextInt(8) > 0) {
      request
          .append("Host: localhost\r\nContent-Length: ")
          .append(body.length())
          .append("\r\n");
    }
    if (random.nextInt(3) > 0) {
      request.append("Content-Type: application/json\r\n");
    }
    for (int more = random.nextInt(4); more > 1; more--) {
      request.append(pick(HEADERS, random)).append("\r\n");
    }
    return request.append("\r\n").append(body).toString();
  }

  private static String path(Random random) {
    StringBuilder path = new StringBuilder(pick(PATHS, random));
    if (random.nextInt(4) == 0) {
      List<String> morsels = List.of(
          "/",
          "..",
          "%2e",
          "%",
          "%zz",
          "?",
          "&",
          "//",
          "%00",
          "+",
          "\u00fc",
          "%0d%0a",
          "%ff",
          "@",
          ":",
          "[",
          "=",
          "#",
          ";",
          "&header=host:a&header=host:b",
          "y".repeat(4_000));
      path.insert(random.nextInt(path.length() + 1), pick(morsels, random));
    }
    return path.toString();
  }

  private static String body(Random random) {
    StringBuilder body = new StringBuilder(pick(BODIES, random));
    if (random.nextInt(3) == 0) {
      body.insert(random.nextInt(body.length() + 1), (char) random.nextInt(256));
    }
    if (random.nextInt(20) == 0) {
      body.append(" ".repeat(random.nextInt(2 * RequestBody.MOST_BYTES)));
    }
    return body.toString();
  }

  private static String pick(List<String> some, Random random) {
    return some.get(random.nextInt(some.size()));
  }

  /** Returns what comes until the port ends the connection, or for a moment after this side has ended. */
  private String send(String request, Random random) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      byte[] bytes = request.getBytes(StandardCharsets.ISO_8859_1);
      int cut = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
      out.write(bytes, 0, cut);
      out.flush();
      out.write(bytes, cut, bytes.length - cut);
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketException e) { // reset, as after what is no request
      return "";
    }
  }
}
