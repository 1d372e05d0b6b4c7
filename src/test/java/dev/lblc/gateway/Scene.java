package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Ports;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
  final TestGateway gateway;
  final RawServer server;

  private final boolean isSecure;

  Scene(Engine engine, boolean isNative) throws Exception {
    this(engine, isNative, false);
  }

  /** With {@code isSecure} its clients speak TLS. */
  Scene(Engine engine, boolean isNative, boolean isSecure) throws Exception {
    this.server = new RawServer();
    this.isSecure = isSecure;
    gateway = new TestGateway(engine, isNative);
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

  RawClient client() throws Exception {
    return isSecure ? RawClient.secure(gateway.port()) : new RawClient(gateway.port());
  }

  /** Checks that nothing counts any more, and that another request is served. */
  void isUnharmed() throws Exception {
    try (RawClient client = client()) {
      assertThat(client.send("GET /well/x HTTP/1.1\r\nHost: h\r\n\r\n").response())
          .endsWith("well");
    }
    gateway.awaitIdle();
  }

  void stop() throws Exception {
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
