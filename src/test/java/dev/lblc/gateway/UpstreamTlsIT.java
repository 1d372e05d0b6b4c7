package dev.lblc.gateway;

import static dev.lblc.gateway.TlsServer.TLS_1_2;
import static dev.lblc.gateway.TlsServer.TLS_1_3;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Authority;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS to HTTP servers: that it comes about with those that are meant, and how its connections are used and end. */
@ParameterizedClass(name = "engine {0}")
@EnumSource
final class UpstreamTlsIT {
  private static final Authority AUTHORITY = Authority.named("authority");
  private static final Authority.Issued CERTIFICATE = AUTHORITY.issue("127.0.0.1", "localhost");
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private final TestGateway gateway;

  UpstreamTlsIT(Engine engine) {
    gateway = new TestGateway(engine);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void connection_servesOneRequestAfterAnother(String version) throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE, null, version)) {
      start(trusted(), server.port());
      try (RawClient client = new RawClient(gateway.port())) {
        client.send("GET /s/1 HTTP/1.1\r\nHost: h\r\n\r\n");
        try (RawClient served = server.accept()) {
          assertThat(served.until("\r\n\r\n")).startsWith("GET /s/1 HTTP/1.1\r\n");
          served.send(OK);
          assertThat(client.response()).endsWith("ok");
          client.send("POST /s/2 HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
          assertThat(served.until("\r\n\r\n", "body")).startsWith("POST /s/2 HTTP/1.1\r\n");
          served.send(OK);
          assertThat(client.response()).endsWith("ok");
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1,           , 127.0.0.1,     ",
    "localhost,           , localhost,     localhost",
    "127.0.0.1, a.example , a.example,     a.example",
    "127.0.0.1, a.example , *.example,     ",
    "127.0.0.1, b.a.test  , *.a.test,      b.a.test",
    "127.0.0.1, a_b.a.test, a_b.a.test,    a_b.a.test",
    "127.0.0.1, a_b.a.test, *.a.test,      a_b.a.test",
  })
  void server_withACertificateForItsName_isSentThatName(
      String host, String serverName, String certified, String sent) throws Exception {
    try (TlsServer server = new TlsServer(AUTHORITY.issue(certified))) {
      JsonObject tls = trusted();
      if (serverName != null) {
        tls.put("serverName", serverName);
      }
      gateway.service(
          "s",
          new JsonObject()
              .put("tls", tls)
              .put(
                  "servers",
                  new JsonArray()
                      .add(new JsonObject()
                          .put("id", "s-0")
                          .put("host", host)
                          .put("port", server.port()))));
      gateway.route("s", new JsonObject());
      gateway.start();
      try (RawClient client = new RawClient(gateway.port())) {
        client.send("GET /s/1 HTTP/1.1\r\nHost: h\r\n\r\n");
        if (certified.equals("*.example")) { // a whole top level
          assertThat(client.response()).startsWith("HTTP/1.1 502 ");
          return;
        }
        try (RawClient served = server.secured()) {
          assertThat(TlsServer.names(served))
              .isEqualTo(sent == null ? java.util.List.of() : java.util.List.of(sent));
          served.until("\r\n\r\n");
          served.send(OK);
          assertThat(client.response()).endsWith("ok");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS_1_2, TLS_1_3})
  void session_isResumed(String version) throws Exception {
    try (TlsServer server = new TlsServer(CERTIFICATE, null, version)) {
      start(trusted(), server.port());
      for (int i = 0; i < 3; i++) {
        try (RawClient client = new RawClient(gateway.port())) {
          client.send("GET /s/1 HTTP/1.1\r\nHost: h\r\n\r\n");
          try (RawClient served = server.accept()) {
            served.until("\r\n\r\n");
            served.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
            assertThat(client.response()).endsWith("ok");
          }
        }
      }
      assertThat(server.shown()).isEqualTo(1);
    }
  }

  private static JsonObject trusted() {
    return new JsonObject().put("trust", AUTHORITY.certificate().toString());
  }

  private void start(JsonObject tls, int... ports) throws Exception {
    gateway.service("s", new JsonObject().put("tls", tls), ports);
    gateway.route("s", new JsonObject());
    gateway.start(1);
  }
}
