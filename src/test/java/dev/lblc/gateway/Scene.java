package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.SocketTransport;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A gateway of one event loop before a server whose connections the test serves itself, and before others that are as they should
 * be, or are not there.
 *
 * <pre>
 *   /s/...         that server, with long time limits
 *   /brief/...     that server, with short time limits
 *   /well/...      a server that answers "well"
 *   /refusing/...  a port on which nobody listens
 * </pre>
 */
final class Scene {
  private static final String WELL = "well";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  final TestGateway gateway;
  final RawServer server;

  private final boolean isSecure;
  private final EndReasons reasons = EndReasons.read();
  private final AccessLines log = new AccessLines();
  private final List<RawClient> opened = new ArrayList<>();
  private Map<List<String>, Long> ends = Map.of();

  Scene(Engine engine, SocketTransport transport) throws Exception {
    this(engine, transport, false);
  }

  Scene(Engine engine, SocketTransport transport, RawServer server) throws Exception {
    this(new TestGateway(engine, transport), false, server);
  }

  /** All of it on one event loop. */
  static Scene ofOneLoop(Engine engine, SocketTransport transport, RawServer server)
      throws Exception {
    return new Scene(new TestGateway(engine, transport, 1), false, server);
  }

  /** With {@code isSecure} its clients speak TLS. */
  Scene(Engine engine, SocketTransport transport, boolean isSecure) throws Exception {
    this(new TestGateway(engine, transport), isSecure, new RawServer());
  }

  private Scene(TestGateway gateway, boolean isSecure, RawServer server) throws Exception {
    this.gateway = gateway;
    this.server = server;
    this.isSecure = isSecure;
    JsonObject brief = new JsonObject().put("response", "300ms").put("idle", "300ms");
    JsonObject patient = new JsonObject().put("response", "60s").put("idle", "60s");
    gateway
        .service("s", server.port())
        .service("brief", server.port())
        .service("well", gateway.http(request -> request.response().end("well")))
        .service("refusing", Ports.free())
        .route("s", new JsonObject().put("timeouts", patient))
        .route("brief", new JsonObject().put("timeouts", brief))
        .route("well", new JsonObject())
        .route("refusing", new JsonObject())
        .listener(listener())
        .listener(new JsonObject().put("name", "unlogged"))
        .route(ConfigJson.route("well").put("listener", "unlogged"))
        .start(1);
  }

  private JsonObject listener() {
    JsonObject logged = new JsonObject().put("accessLog", true);
    return isSecure ? logged.put("tls", SelfSigned.of("localhost").json()) : logged;
  }

  /** Begins a scenario: nothing of those before is left, whatever became of them. */
  void begin() throws Exception {
    gateway.goOn();
    for (RawClient left : opened) {
      left.close();
    }
    opened.clear();
    server.drop();
    gateway.awaitIdle();
    agrees();
    forget();
  }

  RawClient client() throws Exception {
    return noted(isSecure ? RawClient.secure(gateway.port()) : new RawClient(gateway.port()));
  }

  /** A client whose kernel takes little of what it does not read. */
  RawClient smallClient() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4 << 10);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
    return noted(new RawClient(socket));
  }

  /** The next connection to the server. */
  RawClient accept() throws IOException {
    return noted(server.accept());
  }

  private RawClient noted(RawClient connection) {
    opened.add(connection);
    return connection;
  }

  /**
   * Checks how the exchanges of this scenario have ended, all of them since its begin or the last check, by metric and access log
   * alike.
   *
   * @param labels of the reasons, in any order; several that are as good, or an expression that matches one, are one text
   * @return the lines of the log
   */
  List<String> ended(String... labels) throws Exception {
    Eventually.passes(String.join(", ", labels), PATIENCE, () -> {
      List<String> found = metric();
      assertThat(found).as("by the metric").hasSameSizeAs(labels);
      assertThat(log()).as("by the access log").isEqualTo(found);
    });
    List<String> found = new ArrayList<>(metric());
    for (String label : labels) {
      String like = ".*:(" + label + ")";
      assertThat(found).anyMatch(end -> end.matches(like));
      found.remove(found.stream().filter(end -> end.matches(like)).findFirst().orElseThrow());
    }
    List<String> lines = lines();
    forget();
    return lines;
  }

  private void forget() {
    log.clear();
    ends = gateway.gateway().counts().exchangeEnds();
  }

  /** What the metric has counted in this scenario: service and label of each end, in order. */
  private List<String> metric() {
    List<String> all = new ArrayList<>();
    gateway.gateway().counts().exchangeEnds().forEach((labels, count) -> {
      long more = labels.get(0).equals(WELL) ? 0 : count - ends.getOrDefault(labels, 0L);
      all.addAll(Collections.nCopies((int) more, labels.get(0) + ":" + labels.get(1)));
    });
    Collections.sort(all);
    return all;
  }

  /** The same by the access log. */
  private List<String> log() {
    List<String> all = new ArrayList<>();
    for (String line : lines()) {
      // client method path version status bytes ms service server reason failure
      String[] words = line.split(" ", 11);
      String service = words[7].equals("-") ? "" : words[7];
      all.add(service + ":" + reasons.label(Integer.parseInt(words[4]), words[10]));
    }
    Collections.sort(all);
    return all;
  }

  private List<String> lines() {
    return log.soFar().stream().filter(line -> !line.contains(" " + WELL + " ")).toList();
  }

  /** Checks that nothing counts any more, that another request is served, and that metric and log tell the same. */
  void isUnharmed() throws Exception {
    gateway.goOn();
    try (RawClient client = client()) {
      client.send(bytes("GET /well/x HTTP/1.1|Host: h||"));
      assertThat(client.response()).endsWith("well");
    }
    gateway.awaitIdle();
    agrees();
  }

  private void agrees() throws Exception {
    Eventually.passes("metric and log", PATIENCE, () -> assertThat(metric()).isEqualTo(log()));
  }

  void stop() throws Exception {
    log.close();
    gateway.stop();
    server.close();
  }

  /** Octets in which {@code |} ends a line. */
  static byte[] bytes(String lines) {
    return lines.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Returns once the gateway's only loop has seen all that was done before: a request that came later was served. */
  void settle() throws IOException {
    assertThat(RawClient.get(gateway.gateway().port("unlogged"), "/")).endsWith("well");
  }

  /** The same, and it is later: a client that ends its side now has left. */
  void settleLate() throws IOException {
    gateway.later.addAndGet(TimeUnit.MILLISECONDS.toNanos(20));
    settle();
  }
}
