package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Ports;
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

  Scene(Engine engine, boolean isNative) throws Exception {
    this(engine, isNative, new RawServer());
  }

  Scene(Engine engine, boolean isNative, RawServer server) throws Exception {
    this.server = server;
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
        .start(1);
  }

  RawClient client() throws IOException {
    return new RawClient(gateway.port());
  }

  /** Checks that nothing counts any more, and that another request is served. */
  void isUnharmed() throws Exception {
    assertThat(RawClient.get(gateway.port(), "/well/x")).endsWith("well");
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

  /** Lets the other side come to see what was done before. For what cannot be waited for, since nothing tells of it. */
  static void breathe() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(30);
  }
}
