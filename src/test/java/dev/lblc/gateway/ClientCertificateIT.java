package dev.lblc.gateway;

import static dev.lblc.testing.ConfigJson.tcp;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.gateway.net.TlsEngine;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.SelfSigned;
import dev.lblc.testing.TestAuthority;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLSocket;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates of clients: who gets in, and what servers and destinations are told of them. */
@ParameterizedClass(name = "TLS {0}")
@EnumSource(TlsEngine.class)
@TestInstance(PER_CLASS)
final class ClientCertificateIT {
  private static final List<String> ENGINES = List.of("lane", "vertx");
  private static final String SUBJECT = "x-client-cert-subject";
  private static final String FINGERPRINT = "x-client-cert-fingerprint";
  private static final String SAN = "x-client-cert-san";

  private static final SelfSigned SERVER = SelfSigned.of("localhost");
  private static final TestAuthority AUTHORITY = new TestAuthority("clients");
  private static final TestAuthority OTHERS = new TestAuthority("others");
  private static final TestAuthority.Issued ALICE = AUTHORITY.issue(certificate -> certificate
      .subject("CN=Alice,OU=Staff,O=Example")
      .addSanDnsName("alice.example.com")
      .addSanRfc822Name("alice@example.com"));
  private static final TestAuthority.Issued FOREIGN =
      OTHERS.issue(certificate -> certificate.subject("CN=Mallory"));

  @Parameter
  TlsEngine engine;

  @TempDir
  static Path directory;

  private TestGateway gateway;
  private final List<JsonObject> routes = new ArrayList<>();

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    TlsEngines.use(engine);
    Files.writeString(directory.resolve("trust.pem"), AUTHORITY.pem());
    gateway = new TestGateway(Engine.LANE);
    gateway.service("s", gateway.http(ClientCertificateIT::seen));
    routes.clear();
    for (JsonObject listener : listeners()) {
      gateway.listener(listener);
      String name = listener.getString("name");
      routes.add(ConfigJson.route("s", "{tls.san}|{tls.fingerprint}").put("listener", name));
      routes.get(routes.size() - 1).getJsonArray("destination").add("{tls.subject}");
    }
    routes.forEach(gateway::route);
    gateway.start();
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
    TlsEngines.useAny();
  }

  private static List<JsonObject> listeners() {
    List<JsonObject> all = new ArrayList<>();
    for (String engine : ENGINES) {
      JsonObject plain = ConfigJson.listener("127.0.0.1", 0).put("engine", engine);
      JsonObject trusting = plain.copy().put("trustedPeers", new JsonArray().add("127.0.0.1"));
      all.add(plain.copy().put("name", engine + "-plain"));
      all.add(trusting.copy().put("name", engine + "-trusting"));
      all.add(plain.copy().put("name", engine + "-required").put("tls", tls(true)));
      all.add(plain.copy().put("name", engine + "-asked").put("tls", tls(false)));
      all.add(trusting.copy().put("name", engine + "-both").put("tls", tls(false)));
      all.add(plain.copy().put("name", engine + "-none").put("tls", SERVER.json()));
    }
    all.add(ConfigJson.listener("127.0.0.1", 0)
        .mergeIn(tcp())
        .put("name", "tcp-required")
        .put("tls", tls(true)));
    return all;
  }

  private static JsonObject tls(boolean isRequired) {
    return SERVER
        .json()
        .put(
            "clientAuth",
            new JsonObject()
                .put("trust", directory.resolve("trust.pem").toString())
                .put("required", isRequired));
  }

  /** Answers with all headers that speak of certificates. */
  private static void seen(HttpServerRequest request) {
    StringBuilder lines = new StringBuilder();
    request.headers().forEach((name, value) -> {
      if (name.toLowerCase(Locale.ROOT).replace('_', '-').startsWith("x-client-cert")) {
        lines.append(name).append(": ").append(value).append('\n');
      }
    });
    request.response().end(lines.append(".\n").toString());
  }

  private int port(String listener) {
    return gateway.gateway().port(listener);
  }

  private RawClient client(String listener, TestAuthority.@Nullable Issued certificate)
      throws Exception {
    if (listener.endsWith("plain") || listener.endsWith("trusting")) {
      return new RawClient(port(listener));
    }
    if (certificate == null) {
      return RawClient.secure(port(listener));
    }
    SSLSocket socket = (SSLSocket) certificate
        .client(new TrustsAll())
        .getSocketFactory()
        .createSocket("127.0.0.1", port(listener));
    return new RawClient(socket);
  }

  /** What a server sees of certificates, by the names of headers. */
  private Map<String, String> seen(
      String listener, TestAuthority.@Nullable Issued certificate, String... claims)
      throws Exception {
    try (RawClient client = client(listener, certificate)) {
      return headers(client, claims);
    }
  }

  private static Map<String, String> headers(RawClient client, String... claims) throws Exception {
    StringBuilder head = new StringBuilder("GET / HTTP/1.1\r\nHost: h\r\n");
    for (String claim : claims) {
      head.append(claim).append("\r\n");
    }
    String response = client.send(head.append("\r\n").toString()).response();
    assertThat(response).startsWith("HTTP/1.1 200 ");
    return parsed(response.substring(response.indexOf("\r\n\r\n") + 4));
  }

  private static Map<String, String> parsed(String body) {
    Map<String, String> seen = new TreeMap<>();
    body.lines().filter(line -> !line.equals(".")).forEach(line -> {
      int colon = line.indexOf(": ");
      assertThat(seen.put(line.substring(0, colon), line.substring(colon + 2))).isNull();
    });
    return seen;
  }

  private static String fingerprint(TestAuthority.Issued certificate) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256")
            .digest(certificate.bundle().getCertificate().getEncoded()));
  }

  private static Map<String, String> alice() throws Exception {
    return Map.of(
        SUBJECT,
        "CN=Alice,OU=Staff,O=Example",
        FINGERPRINT,
        fingerprint(ALICE),
        SAN,
        "alice.example.com");
  }

  private static final String[] CLAIMS = {
    "X-Client-Cert-Subject: CN=Root",
    "x-client-cert-fingerprint: 00",
    "X_Client_Cert_Subject: CN=Root",
    "X-Client_Cert-San: root",
    "X-CLIENT-CERT: pem",
    "X-Client-Cert-Verified: yes"
  };

  @Test
  void certificate_isToldToTheServer_andTheClientsOwnWordIsDropped() throws Exception {
    for (String kind : ENGINES) {
      for (String listener : List.of(kind + "-required", kind + "-asked")) {
        try (RawClient client = client(listener, ALICE)) {
          assertThat(headers(client, CLAIMS)).as(listener).isEqualTo(alice());
          assertThat(headers(client)).as("the next request").isEqualTo(alice());
        }
      }
      for (String listener : List.of(kind + "-plain", kind + "-asked", kind + "-none")) {
        assertThat(seen(listener, null, CLAIMS)).as(listener).isEmpty();
      }
    }
    assertThat(gateway.scheduled("s").destination("alice.example.com|" + fingerprint(ALICE)))
        .isNotNull();
  }

  @Test
  void certificate_thatAListenerDoesNotAskFor_isNotTold() throws Exception {
    for (String kind : ENGINES) {
      assertThat(seen(kind + "-none", ALICE)).isEmpty();
    }
  }

  @Test
  void wordOfATrustedPeer_isKept_andNotMixedWithItsOwnCertificate() throws Exception {
    for (String kind : ENGINES) {
      for (String listener : List.of(kind + "-trusting", kind + "-both")) {
        assertThat(seen(listener, ALICE, "X-Client-Cert-Subject: CN=Bob"))
            .as(listener)
            .isEqualTo(Map.of("X-Client-Cert-Subject", "CN=Bob"));
      }
      assertThat(seen(kind + "-trusting", null)).isEmpty();
      assertThat(seen(kind + "-both", ALICE)).isEqualTo(alice());
      assertThat(seen(
              kind + "-both",
              ALICE,
              "Connection: x-client-cert-subject",
              "X-Client-Cert-Subject: CN=Bob"))
          .as("what is for the connection alone does not count")
          .isEqualTo(alice());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lane", "vertx"})
  void certificate_overHttp2_isToldToTheServer(String kind) throws Exception {
    HttpClient client = gateway.vertx.createHttpClient(new HttpClientOptions()
        .setSsl(true)
        .setTrustAll(true)
        .setVerifyHost(false)
        .setUseAlpn(true)
        .setProtocolVersion(HttpVersion.HTTP_2)
        .setKeyCertOptions(new PemKeyCertOptions()
            .addCertPath(ALICE.certificate().toString())
            .addKeyPath(ALICE.key().toString())));
    for (int i = 0; i < 2; i++) {
      Buffer body = client
          .request(new RequestOptions()
              .setHost("localhost")
              .setPort(port(kind + "-required"))
              .setURI("/")
              .putHeader(SUBJECT, "CN=Root"))
          .compose(request -> {
            assertThat(request.version()).isEqualTo(HttpVersion.HTTP_2);
            return request.send().compose(response -> response.body());
          })
          .await(10, SECONDS);
      assertThat(parsed(body.toString())).isEqualTo(alice());
    }
    client.close().await(10, SECONDS);
  }

  @Test
  void clients_thatMayNotComeIn_areRefusedAndCounted() throws Exception {
    for (String listener : List.of("lane-required", "vertx-required", "tcp-required")) {
      for (String version : List.of("-tls1_2", "-tls1_3")) {
        expectRefused(listener, "no_client_certificate", "shows no certificate", version);
        expectRefused(
            listener,
            "client_certificate_refused",
            "the certificate of the client is not accepted: ",
            version,
            "-cert",
            FOREIGN.certificate().toString(),
            "-key",
            FOREIGN.key().toString());
      }
    }
    expectRefused(
        "lane-asked",
        "client_certificate_refused",
        "not accepted",
        "-cert",
        FOREIGN.certificate().toString(),
        "-key",
        FOREIGN.key().toString());
  }

  private void expectRefused(String listener, String reason, String words, String... options)
      throws Exception {
    long before = failures(listener, reason);
    try (TlsLines lines = new TlsLines()) {
      String said = SClient.talk(port(listener), "GET / HTTP/1.1\r\nHost: h\r\n\r\n", options);
      assertThat(said).contains("alert").doesNotContain("200 OK");
      assertThat(lines.await(1)).singleElement().asString().contains(words);
    }
    assertThat(failures(listener, reason)).isEqualTo(before + 1);
  }

  private long failures(String listener, String reason) {
    return gateway.gateway().counts().tlsFailures().getOrDefault(List.of(listener, reason), -1L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void session_thatIsResumed_hasTheCertificateStill(String version) throws Exception {
    String file = directory.resolve("session").toString();
    for (String listener : List.of("lane-required", "vertx-required", "tcp-required")) {
      String ask = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
      String[] first = {
        version,
        "-sess_out",
        file,
        "-cert",
        ALICE.certificate().toString(),
        "-key",
        ALICE.key().toString()
      };
      assertThat(SClient.talk(port(listener), ask, first)).contains("200 OK");
      String again = SClient.talk(port(listener), ask, version, "-sess_in", file);
      assertThat(again).contains("Reused, ").contains("200 OK");
      if (!listener.startsWith("tcp")) {
        assertThat(again).contains(FINGERPRINT + ": " + fingerprint(ALICE));
      }
    }
  }

  @Test
  void session_underAnotherTrust_isNotResumed() throws Exception {
    String file = directory.resolve("session").toString();
    String ask = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    for (String listener : List.of("lane-required", "vertx-required", "tcp-required")) {
      assertThat(SClient.talk(
              port(listener),
              ask,
              "-sess_out",
              file,
              "-cert",
              ALICE.certificate().toString(),
              "-key",
              ALICE.key().toString()))
          .contains("200 OK");
      Files.writeString(directory.resolve("trust.pem"), OTHERS.pem());
      try {
        assertThat(gateway.apply(listeners(), routes).await(10, SECONDS).certificates())
            .contains(listener);
        assertThat(SClient.talk(port(listener), ask, "-sess_in", file)).doesNotContain("200 OK");
      } finally {
        Files.writeString(directory.resolve("trust.pem"), AUTHORITY.pem());
        gateway.apply(listeners(), routes).await(10, SECONDS);
      }
    }
  }

  @Test
  void tcpSession_hasTheFactsOfTheCertificate() throws Exception {
    TestAuthority.Issued nameless = AUTHORITY.issue(certificate -> certificate.subject("CN=Bob"));
    try (RawClient client = client("tcp-required", nameless)) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.response()).startsWith("HTTP/1.1 200 ");
    }
    assertThat(gateway.scheduled("s").destination("CN=Bob")).isNotNull();
  }

  @Test
  void subject_withOddCharacters_isSafeInAHeader() throws Exception {
    TestAuthority.Issued odd = AUTHORITY.issue(certificate -> certificate
        .subject(new X500Principal("CN=\"M\u00fcller\\0D\\0AX-Evil: 1, \\\\ \\\" ende \",O=E"))
        .addSanIpAddress("2001:db8::9"));
    for (String kind : ENGINES) {
      try (RawClient client = client(kind + "-required", odd)) {
        assertThat(headers(client))
            .containsEntry(SAN, "2001:db8::9")
            .containsEntry(FINGERPRINT, fingerprint(odd))
            .extractingByKey(SUBJECT)
            .asString()
            .startsWith("CN=M\\C3\\BCller\\0D\\0AX-Evil: 1\\, \\\\ \\\" ende")
            .endsWith(",O=E");
      }
    }
  }
}
