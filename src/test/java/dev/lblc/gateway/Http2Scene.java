package dev.lblc.gateway;

import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * A gateway of one event loop before servers whose connections of HTTP/2 the test serves itself. Each test takes a service that no
 * other has used: what became of the connections of those before does not matter.
 */
final class Http2Scene {
  private static final JsonObject HTTP_2 = new JsonObject().put("http", "2");

  /** A service and its servers; requests for it have paths that begin with its name. */
  record Place(String service, List<RawServer> servers) {
    String path(String more) {
      return "/" + service + "/" + more;
    }

    /** A request of HTTP/1.1 with no body. */
    String get(String more) {
      return request("GET", more);
    }

    /** A request with these lines behind its Host. */
    String request(String method, String more, String... lines) {
      String rest = lines.length == 0 ? "" : "\r\n" + String.join("\r\n", lines);
      return RawClient.head(method + " " + path(more) + " HTTP/1.1", "Host: h" + rest);
    }
  }

  final TestGateway gateway = new TestGateway(Engine.LANE);
  private final Queue<Place> unused = new ArrayDeque<>();
  private final List<RawServer> servers = new ArrayList<>();
  private final Map<String, Http2Peer> only = new HashMap<>();
  private final List<AutoCloseable> opened = new ArrayList<>();

  /** Adds services of one server of HTTP/2 each, with long time limits. */
  Http2Scene plain(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      unused.add(service("plain" + i, 1, new JsonObject(), new JsonObject()));
    }
    return this;
  }

  /** Adds a service of servers of HTTP/2, with more settings of the service and of its route. */
  Place service(String name, int count, JsonObject service, JsonObject route) throws IOException {
    List<RawServer> its = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      its.add(new RawServer());
    }
    servers.addAll(its);
    JsonObject patient =
        new JsonObject().put("timeouts", new JsonObject().put("response", "1h").put("idle", "1h"));
    gateway
        .service(
            name,
            HTTP_2.copy().mergeIn(service),
            its.stream().mapToInt(RawServer::port).toArray())
        .route(name, patient.mergeIn(route));
    return new Place(name, its);
  }

  void start() throws Exception {
    gateway.listener(new JsonObject().put("accessLog", true));
    gateway.listener(new JsonObject()
        .put("name", "secure")
        .put("tls", SelfSigned.of("localhost").json()));
    if (!unused.isEmpty()) {
      gateway.route(ConfigJson.route(unused.element().service()).put("listener", "secure"));
    }
    gateway.start(1);
  }

  /** Returns a service that nobody has used yet. */
  Place next() {
    return unused.remove();
  }

  /** Returns a client of HTTP/1.1. */
  RawClient client() throws IOException {
    return noted(new RawClient(gateway.port()));
  }

  /** Returns a client of HTTP/2. */
  Http2Peer client2(int... settings) throws IOException {
    return noted(Http2Peer.client(gateway.port(), settings));
  }

  /** Waits until no connection is accepted any more. */
  void awaitRefused() throws Exception {
    int port = gateway.port();
    Eventually.holds("nobody listens", () -> RawClient.isRefused(port));
  }

  /** Takes the next connection to a service's first server. */
  Http2Peer server(Place of, int... settings) throws IOException {
    return server(of.servers().get(0), settings);
  }

  Http2Peer server(RawServer of, int... settings) throws IOException {
    return noted(Http2Peer.server(of.take(), settings));
  }

  /** Takes the next connection at the first call, and returns the same from then on. */
  Http2Peer only(Place of) throws IOException {
    Http2Peer known = only.get(of.service());
    if (known == null) {
      known = server(of);
      only.put(of.service(), known);
    }
    return known;
  }

  /** Returns the number of the server that counts a request. */
  int asked(Place of) throws Exception {
    List<Integer> found = new ArrayList<>();
    Eventually.holds("a server is asked", () -> {
      gateway.scheduled(of.service()).status().servers().stream()
          .filter(server -> server.active().local() > 0)
          .forEach(server ->
              found.add(Integer.parseInt(server.id().substring(of.service().length() + 1))));
      return !found.isEmpty();
    });
    return found.get(0);
  }

  <T extends AutoCloseable> T noted(T connection) {
    opened.add(connection);
    return connection;
  }

  /** Ends what a test has opened; nothing may be left of it in the gateway. */
  void end() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    opened.clear();
    gateway.awaitIdle();
  }

  void stop() throws Exception {
    gateway.stop();
    for (RawServer each : servers) {
      each.close();
    }
  }
}
