package dev.lblc.gateway;

import static dev.lblc.testing.ConfigJson.route;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.ExpectedLog;
import dev.lblc.testing.Hellos;
import dev.lblc.testing.Ports;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One configuration after another, with connections and requests in flight. */
@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
@ExpectedLog("WARN ConnectionCount: listener web refuses connections")
final class GatewayApplyIT {
  private static final String REQUEST = RawClient.head("GET /x HTTP/1.1", "Host: h");

  private final TestGateway gateway;
  private final BlockingQueue<HttpServerRequest> held = new LinkedBlockingQueue<>();

  GatewayApplyIT(Engine engine) {
    gateway = new TestGateway(engine);
  }

  /** Services: one that answers {@code one}, one that answers {@code two}, one that holds its requests; and two echoes. */
  @BeforeEach
  void services() throws Exception {
    gateway
        .service("one", gateway.http(request -> request.response().end("one")))
        .service("two", gateway.http(request -> request.response().end("two")))
        .service("slow", gateway.http(held::add))
        .service("echo", gateway.tcp(socket -> socket.handler(socket::write)))
        .service(
            "twice",
            gateway.tcp(
                socket -> socket.handler(data -> socket.write(data.copy().appendBuffer(data)))));
  }

  @AfterEach
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
  }

  // --- which listeners there are ---

  @Test
  void apply_ofTheSameAgain_changesNothing() throws Exception {
    start(web(), to("one"));
    int port = gateway.port();
    try (RawClient client = new RawClient(port)) {
      assertThat(client.send(REQUEST).response()).endsWith("one");
      ListenerChanges changes = apply(List.of(web()), List.of(to("one")));
      assertThat(changes.isEmpty()).isTrue();
      assertThat(gateway.port()).as("a free port stays").isEqualTo(port);
      assertThat(client.send(REQUEST).response()).endsWith("one");
    }
  }

  @Test
  void apply_withMoreListeners_opensThem() throws Exception {
    start(web(), to("one"));
    ListenerChanges changes = apply(
        List.of(web(), web().put("name", "more"), tcp("edge")),
        List.of(to("one"), to("two").put("listener", "more"), on("edge", "echo")));
    assertThat(changes)
        .isEqualTo(new ListenerChanges(List.of("more", "edge"), List.of(), List.of(), List.of()));
    assertThat(get(gateway.port())).endsWith("one");
    assertThat(get(gateway.gateway().port("more"))).endsWith("two");
    try (RawClient client = new RawClient(gateway.gateway().port("edge"))) {
      assertThat(client.isEchoed()).isTrue();
    }
  }

  @Test
  void apply_withoutAListener_refusesAtOnceAndLetsARequestEnd() throws Exception {
    gateway.listener(web()).listener(web().put("name", "gone"));
    gateway.route(to("one")).route(to("slow").put("listener", "gone")).start();
    int port = gateway.gateway().port("gone");
    try (RawClient client = new RawClient(port)) {
      client.send(REQUEST);
      HttpServerRequest request = arrived();
      ListenerChanges changes = apply(List.of(web()), List.of(to("one")));
      assertThat(changes)
          .isEqualTo(new ListenerChanges(List.of(), List.of(), List.of("gone"), List.of()));
      assertThat(RawClient.isRefused(port)).isTrue();
      assertThatThrownBy(() -> gateway.gateway().port("gone")).hasMessageContaining("[web]");
      request.response().end("at last");
      assertThat(client.response()).endsWith("at last");
      assertThat(client.rest()).isEmpty();
    }
    assertThat(get(gateway.port())).endsWith("one");
  }

  @Test
  void apply_withoutATcpListener_refusesAtOnceAndLetsASessionEnd() throws Exception {
    gateway.listener(web()).listener(tcp("gone"));
    gateway.route(to("one")).route(on("gone", "echo")).start();
    int port = gateway.gateway().port("gone");
    try (RawClient client = new RawClient(port)) {
      assertThat(client.isEchoed()).isTrue();
      apply(List.of(web()), List.of(to("one")));
      assertThat(RawClient.isRefused(port)).isTrue();
      assertThat(client.isEchoed()).isTrue();
      client.endOutput();
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void stop_whileARemovedListenerStillHasARequest_endsThatToo() throws Exception {
    gateway.listener(web()).listener(web().put("name", "gone"));
    gateway.route(to("one")).route(to("slow").put("listener", "gone")).start();
    try (RawClient client = new RawClient(gateway.gateway().port("gone"))) {
      client.send(REQUEST);
      HttpServerRequest request = arrived();
      apply(List.of(web()), List.of(to("one")));
      Future<Void> stopped = gateway.gateway().stop();
      request.response().end("at last");
      assertThat(client.response()).endsWith("at last");
      stopped.await(10, SECONDS);
    }
  }

  // --- what a listener does that stays ---

  @Test
  void apply_ofOtherRoutes_holdsFromTheNextRequestOn() throws Exception {
    start(web(), to("slow"));
    try (RawClient early = new RawClient(gateway.port());
        RawClient idle = new RawClient(gateway.port())) {
      idle.send(REQUEST);
      arrived().response().end("slow");
      assertThat(idle.response()).endsWith("slow");
      early.send(REQUEST);
      HttpServerRequest request = arrived();
      ListenerChanges changes = apply(List.of(web()), List.of(to("two")));
      assertThat(changes)
          .isEqualTo(new ListenerChanges(List.of(), List.of("web"), List.of(), List.of()));
      assertThat(get(gateway.port())).as("a new connection").endsWith("two");
      assertThat(idle.send(REQUEST).response()).as("one that was open").endsWith("two");
      assertThat(gateway.active("slow")).isEqualTo(1);
      request.response().end("as it began");
      assertThat(early.response()).endsWith("as it began");
      assertThat(early.send(REQUEST).response()).as("the next one there").endsWith("two");
    }
  }

  @Test
  void apply_ofOtherTcpRoutes_holdsFromTheNextConnectionOn() throws Exception {
    start(tcp("web"), route("echo", "{client.ip}"));
    try (RawClient early = new RawClient(gateway.port())) {
      assertThat(early.send("a").exactly(1)).isEqualTo("a");
      ListenerChanges changes = apply(List.of(tcp("web")), List.of(route("twice", "{client.ip}")));
      assertThat(changes.updated()).containsExactly("web");
      try (RawClient late = new RawClient(gateway.port())) {
        assertThat(late.send("b").exactly(2)).isEqualTo("bb");
      }
      assertThat(early.send("c").exactly(1)).isEqualTo("c");
      assertThat(gateway.active("echo")).isEqualTo(1);
    }
  }

  @Test
  void apply_whileAClientHasNotSaidWhatItWants_leavesItTheRoutesItWasAcceptedWith()
      throws Exception {
    byte[] hello = Hellos.with(100, Hellos.serverName("db.example.com"));
    int half = hello.length / 2;
    start(tcp("web"), route("echo", "{sni}"));
    try (RawClient early = new RawClient(gateway.port());
        RawClient next = new RawClient(gateway.port())) {
      early.send(Arrays.copyOf(hello, half));
      next.send(hello).exactly(hello.length); // so that the one before was accepted, too
      apply(List.of(tcp("web")), List.of(route("twice", "{sni}")));
      early.send(Arrays.copyOfRange(hello, half, hello.length)).exactly(hello.length);
      assertThat(gateway.active("echo")).isEqualTo(2);
      assertThat(gateway.active("twice")).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "tcp"})
  void apply_ofAnotherConnectionLimit_holdsFromTheNextConnectionOn(String protocol)
      throws Exception {
    JsonObject route = protocol.equals("http") ? to("one") : route("echo", "{client.ip}");
    JsonObject listener = web().put("protocol", protocol);
    start(listener.copy().put("maxConnections", 2), route);
    try (RawClient one = new RawClient(gateway.port());
        RawClient two = new RawClient(gateway.port())) {
      assertThat(isServed(one, protocol)).isTrue();
      assertThat(isServed(two, protocol)).isTrue();
      apply(List.of(listener.copy().put("maxConnections", 1)), List.of(route));
      assertThat(isServed(two, protocol)).as("one that is over the new limit").isTrue();
      try (RawClient three = new RawClient(gateway.port())) {
        assertThat(isServed(three, protocol)).isFalse();
      }
      apply(List.of(listener.copy().put("maxConnections", 3)), List.of(route));
      try (RawClient three = new RawClient(gateway.port())) {
        assertThat(isServed(three, protocol)).isTrue();
      }
      assertThat(isServed(one, protocol)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "tcp"})
  void apply_withAnotherCertificateInTheSameFiles_isSeenByTheNextHandshake(
      String protocol, @TempDir Path directory) throws Exception {
    SelfSigned before = SelfSigned.of("localhost");
    SelfSigned after = SelfSigned.of("localhost");
    SelfSigned used =
        new SelfSigned(directory.resolve("certificate.pem"), directory.resolve("key.pem"));
    copy(before, used);
    JsonObject listener = web().put("protocol", protocol).put("tls", used.json());
    JsonObject route = protocol.equals("http") ? to("one") : route("echo", "{sni}");
    start(listener, route);
    try (SSLSocket early = tls(gateway.port());
        RawClient client = new RawClient(early)) {
      assertThat(isServed(client, protocol)).isTrue();
      copy(after, used);
      ListenerChanges changes = apply(List.of(listener), List.of(route));
      assertThat(changes)
          .isEqualTo(new ListenerChanges(List.of(), List.of("web"), List.of(), List.of("web")));
      for (int i = 0; i < 4; i++) { // more than there are event loops
        try (SSLSocket late = tls(gateway.port())) {
          assertThat(seen(late)).isNotEqualTo(seen(early));
          assertThat(isServed(new RawClient(late), protocol)).isTrue();
          if (protocol.equals("http")) {
            assertThat(alpn(gateway.port())).isEqualTo("h2");
          }
        }
      }
      assertThat(isServed(client, protocol)).as("the old connection").isTrue();
      gateway.gateway().undo().await(10, SECONDS);
      try (SSLSocket undone = tls(gateway.port())) {
        assertThat(seen(undone)).as("not what the files hold").isEqualTo(seen(early));
      }
    }
  }

  @Test
  void apply_ofAnotherAccessLog_holdsFromTheNextRequestOn() throws Exception {
    start(web().put("accessLog", false), to("one"));
    try (AccessLines lines = new AccessLines()) {
      get(gateway.port());
      apply(List.of(web().put("accessLog", true)), List.of(to("two")));
      get(gateway.port());
      assertThat(lines.await(1)).singleElement().asString().contains(" two ");
    }
  }

  // --- a port that changes hands ---

  @Test
  void apply_ofAnotherKindOfSocketOnTheSamePort_opensItAnewAndLetsARequestEnd() throws Exception {
    int port = Ports.free();
    start(web().put("port", port), to("slow"));
    try (RawClient client = new RawClient(port)) {
      client.send(REQUEST);
      HttpServerRequest request = arrived();
      ListenerChanges changes = apply(
          List.of(web()
              .put("port", port)
              .put("proxyProtocol", true)
              .put("trustedPeers", new JsonArray().add("127.0.0.1"))),
          List.of(to("two")));
      assertThat(changes)
          .isEqualTo(new ListenerChanges(List.of("web"), List.of(), List.of("web"), List.of()));
      for (int i = 0; i < 4; i++) {
        assertThat(RawClient.exchange(port, "PROXY TCP4 10.1.2.3 10.4.5.6 1111 2222\r\n" + REQUEST))
            .endsWith("two");
      }
      request.response().end("at last");
      assertThat(client.response()).endsWith("at last");
    }
  }

  @Test
  void apply_ofAnotherProtocolOnTheSamePort_handsItOverAndBack() throws Exception {
    int port = Ports.free();
    JsonObject http = web().put("port", port);
    JsonObject tcp = tcp("edge").put("port", port);
    start(http, to("one"));
    for (int i = 0; i < 3; i++) {
      ListenerChanges changes = apply(List.of(tcp), List.of(on("edge", "echo")));
      assertThat(changes)
          .isEqualTo(new ListenerChanges(List.of("edge"), List.of(), List.of("web"), List.of()));
      try (RawClient client = new RawClient(port)) {
        assertThat(client.isEchoed()).isTrue();
      }
      apply(List.of(http), List.of(to("one")));
      assertThat(get(port)).endsWith("one");
    }
  }

  @Test
  void apply_ofAnotherName_opensThePortAnew() throws Exception {
    int port = Ports.free();
    start(web().put("port", port), to("one"));
    ListenerChanges changes = apply(
        List.of(web().put("port", port).put("name", "renamed")),
        List.of(to("two").put("listener", "renamed")));
    assertThat(changes.added()).containsExactly("renamed");
    for (int i = 0; i < 8; i++) {
      assertThat(get(port)).endsWith("two");
    }
  }

  // --- what cannot be applied ---

  @ParameterizedTest
  @ValueSource(strings = {"http", "tcp"})
  void apply_thatCannotBind_changesNothing(String protocol) throws Exception {
    gateway.listener(web()).listener(web().put("name", "other"));
    gateway.route(to("one")).route(to("one").put("listener", "other")).start();
    int free = Ports.free();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      JsonObject failing = new JsonObject()
          .put("name", "failing")
          .put("protocol", protocol)
          .put("host", "127.0.0.1")
          .put("port", taken.getLocalPort());
      assertThatThrownBy(() -> apply(
              List.of(web(), web().put("name", "fine").put("port", free), failing),
              List.of(
                  to("two"),
                  to("two").put("listener", "fine"),
                  protocol.equals("http")
                      ? to("two").put("listener", "failing")
                      : on("failing", "echo"))))
          .hasMessageContaining("in use");
    }
    assertThat(get(gateway.port())).as("its routes").endsWith("one");
    assertThat(get(gateway.gateway().port("other"))).as("not removed").endsWith("one");
    assertThat(RawClient.isRefused(free))
        .as("opened before the failure, and closed again")
        .isTrue();
    assertThat(apply(List.of(web()), List.of(to("two"))).updated()).containsExactly("web");
    assertThat(get(gateway.port())).endsWith("two");
  }

  @Test
  void apply_thatCannotTakeAPortOver_opensTheFormerListenerAgain() throws Exception {
    int port = Ports.free();
    start(web().put("port", port), to("one"));
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      JsonObject failing =
          tcp("edge").put("ports", new JsonArray().add(port).add(taken.getLocalPort()));
      failing.remove("port");
      assertThatThrownBy(() -> apply(List.of(failing), List.of(on("edge", "echo"))))
          .hasMessageContaining("in use");
    }
    for (int i = 0; i < 4; i++) {
      assertThat(get(port)).endsWith("one");
    }
    assertThat(gateway.port()).isEqualTo(port);
  }

  @Test
  void apply_ofACertificateWithAnotherKey_changesNothing(@TempDir Path directory) throws Exception {
    start(web(), to("one"));
    JsonObject mixed =
        new SelfSigned(SelfSigned.of("a").certificate(), SelfSigned.of("b").key()).json();
    for (String protocol : new String[] {"http", "tcp"}) {
      JsonObject listener =
          web().put("name", "secure").put("protocol", protocol).put("tls", mixed);
      JsonObject route =
          protocol.equals("http") ? to("one").put("listener", "secure") : on("secure", "echo");
      assertThatThrownBy(() -> apply(List.of(web(), listener), List.of(to("two"), route)))
          .hasMessageContaining("listener secure")
          .hasMessageContaining("is not the private key of");
    }
    assertThat(get(gateway.port())).endsWith("one");
  }

  /** A file cannot name a service that it does not have; but this gateway's services are those of its start. */
  @ParameterizedTest
  @ValueSource(strings = {"http", "tcp"})
  void apply_ofARouteToAServiceThatIsNotThere_namesItAndChangesNothing(String protocol)
      throws Exception {
    start(web(), to("one"));
    gateway.service("late", 9);
    JsonObject other = web().put("name", "other").put("protocol", protocol);
    JsonObject late =
        protocol.equals("http") ? to("late").put("listener", "other") : on("other", "late");
    assertThatThrownBy(() -> apply(List.of(web(), other), List.of(to("two"), late)))
        .hasMessageContaining("routes[1]: service late");
    assertThat(get(gateway.port())).endsWith("one");
  }

  @Test
  void apply_ofSeveralAtOnce_appliesThemInTurn() throws Exception {
    start(web(), to("one"));
    Future<ListenerChanges> first = gateway.apply(List.of(web()), List.of(to("two")));
    Future<ListenerChanges> second = gateway.apply(
        List.of(web(), web().put("name", "more")),
        List.of(to("two"), to("two").put("listener", "more")));
    Future<ListenerChanges> third = gateway.apply(List.of(web()), List.of(to("one")));
    third.await(10, SECONDS);
    assertThat(first.result())
        .isEqualTo(new ListenerChanges(List.of(), List.of("web"), List.of(), List.of()));
    assertThat(second.result())
        .isEqualTo(new ListenerChanges(List.of("more"), List.of(), List.of(), List.of()));
    assertThat(third.result())
        .isEqualTo(new ListenerChanges(List.of(), List.of("web"), List.of("more"), List.of()));
    assertThat(get(gateway.port())).endsWith("one");
  }

  @Test
  void apply_afterTheStop_fails() throws Exception {
    start(web(), to("one"));
    gateway.gateway().stop().await(10, SECONDS);
    assertThatThrownBy(() -> apply(List.of(web()), List.of(to("one"))))
        .hasMessageContaining("stopped");
  }

  // --- words of this test ---

  private void start(JsonObject listener, JsonObject route) throws Exception {
    gateway.listener(listener).route(route).start();
  }

  private ListenerChanges apply(List<JsonObject> listeners, List<JsonObject> routes)
      throws Exception {
    return gateway.apply(listeners, routes).await(10, SECONDS);
  }

  private HttpServerRequest arrived() throws InterruptedException {
    HttpServerRequest request = held.poll(10, SECONDS);
    assertThat(request).as("a request at the server").isNotNull();
    return request;
  }

  private static JsonObject web() {
    return ConfigJson.listener("127.0.0.1", 0);
  }

  private static JsonObject tcp(String name) {
    return web().put("name", name).put("protocol", "tcp");
  }

  private static JsonObject to(String service) {
    return ConfigJson.route(service);
  }

  private static JsonObject on(String tcpListener, String service) {
    return route(service, "{client.ip}").put("listener", tcpListener);
  }

  private static String get(int port) throws IOException {
    return RawClient.get(port, "/x");
  }

  private static boolean isServed(RawClient client, String protocol) {
    if (protocol.equals("tcp")) {
      return client.isEchoed();
    }
    try {
      return client.send(REQUEST).response().endsWith("one");
    } catch (IOException e) { // closed, or reset
      return false;
    }
  }

  private static void copy(SelfSigned from, SelfSigned to) throws IOException {
    Files.copy(from.certificate(), to.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(from.key(), to.key(), StandardCopyOption.REPLACE_EXISTING);
  }

  private static X509Certificate seen(SSLSocket socket) throws IOException {
    return (X509Certificate) socket.getSession().getPeerCertificates()[0];
  }

  private static SSLSocket tls(int port) throws Exception {
    SSLSocket socket = (SSLSocket)
        TrustsAll.context().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    socket.startHandshake();
    return socket;
  }

  private static String alpn(int port) throws Exception {
    try (SSLSocket socket = (SSLSocket) TrustsAll.context()
        .getSocketFactory()
        .createSocket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket.getApplicationProtocol();
    }
  }
}
