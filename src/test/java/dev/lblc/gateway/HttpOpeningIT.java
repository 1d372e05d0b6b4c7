package dev.lblc.gateway;

import static dev.lblc.testing.ProxyHeaders.ENDS;
import static dev.lblc.testing.ProxyHeaders.LOCAL;
import static dev.lblc.testing.ProxyHeaders.PATHS;
import static dev.lblc.testing.ProxyHeaders.PROXY;
import static dev.lblc.testing.ProxyHeaders.TCP4;
import static dev.lblc.testing.ProxyHeaders.UDP4;
import static dev.lblc.testing.ProxyHeaders.UNIX;
import static dev.lblc.testing.ProxyHeaders.octets;
import static dev.lblc.testing.ProxyHeaders.v2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.testing.SelfSigned;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes before HTTP on a client's connection: the PROXY header and TLS. */
@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
@TestInstance(PER_CLASS)
final class HttpOpeningIT {
  private static final SelfSigned CERTIFICATE = SelfSigned.of("localhost");
  private static final String TLS12 = "TLSv1.2";
  private static final String V1 = "PROXY TCP4 192.0.2.1 198.51.100.7 4711 8443\r\n";

  @Parameter
  Engine engine;

  private TestGateway gateway;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    gateway = new TestGateway(engine);
    gateway.service("echo", gateway.http(HttpOpeningIT::echo));
    for (String name : List.of("proxied", "secure", "both")) {
      JsonObject listener = new JsonObject()
          .put("name", name)
          .put("accessLog", true)
          .put("proxyProtocol", !name.equals("secure"));
      gateway.listener(name.equals("proxied") ? listener : listener.put("tls", CERTIFICATE.json()));
      gateway.route(
          "echo",
          new JsonObject()
              .put("listener", name)
              .put("destination", new JsonArray().add("{sni}").add("{local.ip}")));
    }
    gateway.start();
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    gateway.stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    gateway.awaitIdle();
  }

  private static void echo(HttpServerRequest request) {
    request
        .response()
        .end(request.getHeader("x-forwarded-for") + " " + request.getHeader("x-forwarded-port"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"proxied", "both"})
  void proxyHeader_thatSaysWho_isBelieved(String listener) throws Exception {
    expect(listener, V1, "192.0.2.1 8443");
    expect(listener, v2(PROXY, TCP4, ENDS + octets(4, 0, 0)), "192.0.2.1 8443");
    expect(listener, "PROXY TCP4 192.0.2.1 198.51.100.7 0 0\r\n", "192.0.2.1 0");
    expect(listener, "PROXY TCP6 2001:DB8:0:0:0:0:0:9 ::ffff:192.0.2.7 1 2\r\n", "2001:db8::9 2");
    expect(listener, "PROXY TCP6 ::ffff:192.0.2.9 ::1 1 2\r\n", "192.0.2.9 2");
    if (listener.equals("proxied")) {
      assertThat(gateway.scheduled("echo").destination("198.51.100.7")).isNotNull();
      assertThat(gateway.scheduled("echo").destination("192.0.2.7")).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"proxied", "both"})
  void proxyHeader_thatSaysNothingOfTcp_leavesTheConnectionsOwnAddresses(String listener)
      throws Exception {
    String own = "127.0.0.1 " + gateway.gateway().port(listener);
    for (String header : List.of(
        v2(PROXY, UNIX, PATHS),
        v2(PROXY, UNIX, PATHS + octets(4, 0, 0)),
        v2(PROXY, UDP4, ENDS),
        v2(PROXY, 0, ""),
        v2(LOCAL, 0, ""),
        v2(LOCAL, TCP4, ENDS),
        v2(LOCAL, UNIX, "x"),
        "PROXY UNKNOWN\r\n",
        "PROXY UNKNOWN x y\r\n")) {
      expect(listener, header, own);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"proxied", "both"})
  void proxyHeader_thatIsNoneOrBroken_isClosedAtOnce(String listener) throws Exception {
    List<String> all = List.of(
        "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.7 65536 0\r\n",
        v2(PROXY, TCP4, ENDS + octets(4, 0xff, 0xff)),
        v2(PROXY, TCP4, ENDS + octets(0x20, 0, 1, 0)),
        v2(PROXY, UNIX, PATHS + octets(4)),
        v2(PROXY, TCP4, ""));
    long before = ends("bad_proxy_header");
    try (AccessLines log = new AccessLines()) {
      for (String bad : all) {
        try (RawClient client = new RawClient(gateway.gateway().port(listener))) {
          client.send(bad);
          assertThat(client.rest()).as(bad).isIn("", "<reset>");
        }
      }
      assertThat(log.await(all.size()))
          .allMatch(line -> line.equals("127.0.0.1 - - - 400 0 0.0 - - - bad proxy header"));
    }
    assertThat(ends("bad_proxy_header") - before).isEqualTo(all.size());
  }

  /** How many connections and requests without a service have ended for this reason. */
  private long ends(String reason) {
    return gateway.gateway().counts().exchangeEnds().getOrDefault(List.of("", reason), 0L);
  }

  @Test
  void proxyHeader_inSegmentsOfOneByteWithARequestBehind_isRead() throws Exception {
    try (RawClient client = new RawClient(gateway.gateway().port("proxied"))) {
      client.trickle((v2(PROXY, TCP4, ENDS) + "GET /echo/x HTTP/1.1\r\nHost: h\r\n\r\n")
          .getBytes(StandardCharsets.ISO_8859_1));
      assertThat(client.response()).endsWith("192.0.2.1 8443");
      client.send("GET /echo/y HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.response()).endsWith("192.0.2.1 8443");
    }
  }

  @Test
  void serverName_ofTheHandshake_isTheDestination() throws Exception {
    try (SSLSocket socket = tls("secure", "", "TLSv1.3", "http/1.1");
        RawClient client = new RawClient(socket)) {
      client.send("GET /echo/x HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.response()).startsWith("HTTP/1.1 200 ");
    }
    assertThat(gateway.scheduled("echo").destination("one.example.com")).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "PROPFIND", "M-SEARCH"})
  void request_inClearTextToATlsPort_isAnswered400AndLogged(String method) throws Exception {
    long before = ends("clear_text");
    try (AccessLines log = new AccessLines();
        RawClient client = new RawClient(gateway.gateway().port("secure"))) {
      client.trickle(
          (method + " / HTTP/1.1\r\nHost: h\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      assertThat(client.response())
          .startsWith("HTTP/1.1 400 Bad Request\r\n")
          .contains("connection: close\r\n")
          .endsWith("400 this port speaks HTTPS, and the request came as HTTP\n");
      assertThat(client.rest()).isEmpty();
      assertThat(log.await(1).get(0))
          .isEqualTo("127.0.0.1 - - - 400 0 0.0 - - - clear text on a TLS port");
      assertThat(ends("clear_text") - before).isEqualTo(1);
    }
  }

  @Test
  void request_inClearTextBehindAProxyHeader_isLoggedWithTheClientsAddress() throws Exception {
    try (AccessLines log = new AccessLines();
        RawClient client = new RawClient(gateway.gateway().port("both"))) {
      client.send(V1 + "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.response()).startsWith("HTTP/1.1 400 ");
      assertThat(log.await(1).get(0)).startsWith("192.0.2.1 - - - 400 ");
    }
  }

  @Test
  void upload_inClearTextToATlsPort_doesNotCostTheClientItsAnswer() throws Exception {
    try (RawClient client = new RawClient(gateway.gateway().port("secure"))) {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000\r\n\r\n");
      client.send(new byte[1_000_000]);
      assertThat(client.response()).startsWith("HTTP/1.1 400 ");
      client.endOutput();
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void bytes_thatAreNeitherTlsNorHttp_areClosedWithoutAnAnswer() throws Exception {
    for (String bad : List.of(
        "SSH-2.0-x\r\n",
        "EHLO",
        "X".repeat(30),
        "\u0001\u0002\u0003\u0004\u0005",
        octets(0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f))) {
      try (RawClient client = new RawClient(gateway.gateway().port("secure"))) {
        client.send(bad).endOutput();
        assertThat(client.rest()).as(bad).isIn("", "<reset>");
      }
    }
  }

  @Test
  void clients_withWhichNoTlsComesAbout_areLoggedAndCounted() throws Exception {
    new BadTlsClients(gateway, "secure").expectAllToBeSeen();
  }

  @Test
  void client_behindAProxyThatRejectsTheCertificate_isLoggedWithItsOwnAddress() throws Exception {
    try (TlsLines lines = new TlsLines();
        RawClient client = new RawClient(gateway.gateway().port("both"))) {
      client.send(V1 + "\u0001\u0002\u0003").endOutput();
      assertThat(client.rest()).isIn("", "<reset>");
      assertThat(lines.await(1).get(0)).contains("listener both: no TLS with client 192.0.2.1: ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"secure", "both"})
  void handshake_thatTheClientAsksForAgain_isRefused(String listener) throws Exception {
    try (SSLSocket socket = tls(listener, listener.equals("both") ? V1 : "", TLS12, "http/1.1");
        RawClient client = new RawClient(socket)) {
      client.send("GET /echo/x HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.response()).startsWith("HTTP/1.1 200 ");
      assertThat(afterAnother(socket, client, "GET /echo/y HTTP/1.1\r\nHost: h\r\n\r\n"))
          .isIn("", "<reset>");
    }
  }

  @Test
  void handshake_thatAnHttp2ClientAsksForAgain_isRefused() throws Exception {
    try (SSLSocket socket = tls("secure", "", TLS12, "h2");
        RawClient client = new RawClient(socket)) {
      assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
      client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + octets(0, 0, 0, 4, 0, 0, 0, 0, 0));
      client.exactly(9);
      assertThat(afterAnother(socket, client, octets(0, 0, 8, 6, 0, 0, 0, 0, 0) + "12345678"))
          .doesNotContain("12345678", "<silence>");
    }
  }

  /** What comes back for these bytes after the client has asked for a new handshake. */
  private static String afterAnother(SSLSocket socket, RawClient client, String bytes) {
    try {
      socket.startHandshake();
      client.send(bytes);
    } catch (IOException e) {
      return "<reset>"; // seen on the way out
    }
    return client.rest();
  }

  private void expect(String listener, String header, String told) throws Exception {
    String request = "GET /echo/x HTTP/1.1\r\nHost: h\r\n\r\n";
    if (listener.equals("proxied")) {
      assertThat(RawClient.exchange(gateway.gateway().port(listener), header + request))
          .as(header)
          .endsWith("\r\n\r\n" + told);
      return;
    }
    try (SSLSocket socket = tls(listener, header, "TLSv1.3", "http/1.1");
        RawClient client = new RawClient(socket)) {
      assertThat(client.send(request).response()).as(header).endsWith("\r\n\r\n" + told);
    }
  }

  /** A connection that starts with a header and goes on with TLS. */
  private SSLSocket tls(String listener, String header, String version, String protocol)
      throws Exception {
    Socket plain =
        new Socket(InetAddress.getLoopbackAddress(), gateway.gateway().port(listener));
    plain.getOutputStream().write(header.getBytes(StandardCharsets.ISO_8859_1));
    SSLSocket socket = (SSLSocket) TrustsAll.context()
        .getSocketFactory()
        .createSocket(plain, "127.0.0.1", plain.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName("One.Example.com")));
    parameters.setProtocols(new String[] {version});
    parameters.setApplicationProtocols(new String[] {protocol});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }
}
