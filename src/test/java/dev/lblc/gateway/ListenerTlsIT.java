package dev.lblc.gateway;

import static dev.lblc.testing.ConfigJson.route;
import static dev.lblc.testing.ConfigJson.tcp;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.gateway.net.TlsEngine;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.SelfSigned;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS of listeners, by each engine and on each kind of listener: which certificate, versions, ciphers and sessions. */
@ParameterizedClass(name = "TLS {0}")
@EnumSource(TlsEngine.class)
@TestInstance(PER_CLASS)
final class ListenerTlsIT {
  private static final String TLS12 = "TLSv1.2";
  private static final String TLS13 = "TLSv1.3";
  private static final String ASK = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  private static final Pattern SUBJECT = Pattern.compile("subject=CN = (\\S+)");
  private static final Pattern SESSION =
      Pattern.compile("(New|Reused), (TLSv1[.][23]), Cipher is (\\S+)");

  private static final SelfSigned FIRST = SelfSigned.of("first.example.com");
  private static final SelfSigned ONE = SelfSigned.of("one.example.com", "*.wild.example.com");
  private static final SelfSigned EXACT = SelfSigned.of("exact.wild.example.com");
  private static final SelfSigned BOTH_RSA = SelfSigned.of("both.example.com", Algorithm.rsa2048);
  private static final SelfSigned BOTH_EC = SelfSigned.of("both.example.com");

  /** The listeners, each of which is of another kind. */
  private static final List<String> KINDS = List.of("lane", "vertx", "tcp");

  @Parameter
  TlsEngine engine;

  @TempDir
  static Path directory;

  private TestGateway gateway;
  private final List<JsonObject> routes = new ArrayList<>();

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    TlsEngines.use(engine);
    gateway = new TestGateway(Engine.LANE);
    gateway.service("s", gateway.http(request -> request.response().end("hello\n")));
    copy(FIRST);
    routes.clear();
    for (JsonObject listener : listeners()) {
      gateway.listener(listener);
    }
    for (JsonObject listener : listeners()) {
      routes.add(route("s", "{sni}").put("listener", listener.getString("name")));
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

  private void copy(SelfSigned certificate) throws IOException {
    Files.copy(
        certificate.certificate(),
        directory.resolve("kept.pem"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.copy(
        certificate.key(), directory.resolve("kept.key"), StandardCopyOption.REPLACE_EXISTING);
  }

  /** Three of each kind: with many certificates, with one in files that change, and for TLS 1.3 alone. */
  private List<JsonObject> listeners() {
    JsonArray many = new JsonArray();
    List.of(FIRST, ONE, EXACT, BOTH_RSA, BOTH_EC).forEach(each -> many.add(each.json()));
    JsonObject kept = new JsonObject()
        .put("certificate", directory.resolve("kept.pem").toString())
        .put("key", directory.resolve("kept.key").toString());
    List<JsonObject> all = new ArrayList<>();
    for (String kind : KINDS) {
      all.add(listener(kind, new JsonObject().put("certificates", many)));
      all.add(listener(kind, kept).put("name", kind + "-kept"));
      all.add(listener(kind, FIRST.json().put("minimum", "1.3")).put("name", kind + "-new"));
    }
    return all;
  }

  private static JsonObject listener(String kind, JsonObject tls) {
    JsonObject listener = ConfigJson.listener("127.0.0.1", 0).put("name", kind).put("tls", tls);
    return kind.equals("tcp") ? listener.mergeIn(tcp()) : listener.put("engine", kind);
  }

  private int port(String listener) {
    return gateway.gateway().port(listener);
  }

  /** A name that need not be one. */
  private static final class AnyName extends SNIServerName {
    AnyName(String name) {
      super(0, name.getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** The common name of the certificate that a client gets who asks for this name; null: for none. */
  private String served(String listener, @Nullable String name, String version) throws Exception {
    try (SSLSocket socket = (SSLSocket)
        TrustsAll.context().getSocketFactory().createSocket("127.0.0.1", port(listener))) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setProtocols(new String[] {version});
      parameters.setServerNames(name == null ? List.of() : List.of(new AnyName(name)));
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return certificate.getSubjectX500Principal().getName().substring("CN=".length());
    }
  }

  @ParameterizedTest(name = "{0} gets {1}")
  @CsvSource({
    "one.example.com, one.example.com",
    "ONE.Example.com, one.example.com",
    "one.example.com., one.example.com",
    "other.wild.example.com, one.example.com",
    "a_b.wild.example.com, one.example.com",
    "exact.wild.example.com, exact.wild.example.com",
    "both.example.com, both.example.com",
    "first.example.com, first.example.com",
    "two.labels.wild.example.com, first.example.com",
    "wild.example.com, first.example.com",
    "other.example.com, first.example.com",
    "a_b.example.com, first.example.com",
    "-a-.example.com, first.example.com",
    "other.example.com., first.example.com",
    "192.0.2.1, first.example.com",
    "2001:db8::1, first.example.com",
    "[::1], first.example.com",
    "*.wild.example.com, first.example.com",
    "'two words', first.example.com",
    "., first.example.com",
    ", first.example.com"
  })
  void certificate_isChosenByTheNameThatTheClientAsksFor(@Nullable String name, String expected)
      throws Exception {
    for (String kind : KINDS) {
      assertThat(served(kind, name, TLS13)).as(kind).isEqualTo(expected);
      assertThat(served(kind, name, TLS12)).as(kind).isEqualTo(expected);
    }
  }

  /** RFC 6066 3 forbids an empty name. OpenSSL insists on that. */
  @Test
  void name_thatIsEmpty_isRefusedByOpenSslAlone() throws Exception {
    for (String kind : KINDS) {
      if (engine == TlsEngine.JDK) {
        assertThat(served(kind, "", TLS13)).isEqualTo("first.example.com");
      } else {
        assertThatThrownBy(() -> served(kind, "", TLS13)).hasMessageContaining("unrecognized_name");
      }
    }
  }

  @Test
  void twoKindsOfKeyForAName_clientGetsTheOneThatItCanUse() throws Exception {
    String[] onlyRsa = {"-sigalgs", "RSA-PSS+SHA256:RSA+SHA256"};
    for (String kind : KINDS) {
      assertThat(SClient.connect(port(kind), "-servername", "both.example.com"))
          .contains("Peer signature type: ECDSA");
      assertThat(SClient.connect(
              port(kind), with(onlyRsa, "-servername", "both.example.com", "-tls1_3")))
          .contains("Peer signature type: RSA-PSS");
      assertThat(SClient.connect(
              port(kind), with(onlyRsa, "-servername", "both.example.com", "-tls1_2")))
          .contains("Peer signature type: RSA");
      assertThat(SClient.connect(
              port(kind),
              "-servername",
              "both.example.com",
              "-tls1_2",
              "-cipher",
              "ECDHE-RSA-AES128-GCM-SHA256"))
          .contains("Cipher is ECDHE-RSA-AES128-GCM-SHA256");
    }
  }

  private static String[] with(String[] some, String... more) {
    List<String> all = new ArrayList<>(List.of(some));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void versions_belowTheMinimum_areRefused() throws Exception {
    for (String kind : KINDS) {
      assertThat(session(SClient.connect(port(kind), "-tls1_2"))).contains(TLS12);
      assertThat(SClient.connect(port(kind), "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"))
          .contains("alert protocol version");
      assertThat(session(SClient.connect(port(kind + "-new"), "-tls1_3"))).contains(TLS13);
      long before = failures(kind + "-new", "no_common_protocol");
      assertThat(SClient.connect(port(kind + "-new"), "-tls1_2"))
          .contains("alert protocol version");
      assertThat(failures(kind + "-new", "no_common_protocol")).isEqualTo(before + 1);
    }
  }

  private long failures(String listener, String reason) {
    return gateway.gateway().counts().tlsFailures().getOrDefault(List.of(listener, reason), -1L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AES128-GCM-SHA256", // without forward secrecy
        "ECDHE-ECDSA-AES128-SHA", // SHA-1
        "ECDHE-ECDSA-AES128-SHA256", // CBC
        "ECDHE-RSA-AES256-SHA384",
        "DHE-RSA-AES128-GCM-SHA256"
      })
  void ciphers_thatAreWeak_areRefused(String cipher) throws Exception {
    for (String kind : KINDS) {
      assertThat(SClient.connect(
              port(kind),
              "-servername",
              "both.example.com",
              "-tls1_2",
              "-cipher",
              cipher + ":@SECLEVEL=0"))
          .contains("alert handshake failure");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-RSA-CHACHA20-POLY1305"
      })
  void ciphers_ofTls12_thatAreGood_areTaken(String cipher) throws Exception {
    for (String kind : KINDS) {
      assertThat(session(SClient.connect(
              port(kind), "-servername", "both.example.com", "-tls1_2", "-cipher", cipher)))
          .contains(cipher);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"
      })
  void ciphers_ofTls13_areTaken(String cipher) throws Exception {
    for (String kind : KINDS) {
      assertThat(session(SClient.connect(port(kind), "-ciphersuites", cipher))).contains(cipher);
    }
  }

  @Test
  void alpn_withNothingInCommon_isRefusedByAnAlert() throws Exception {
    for (String kind : List.of("lane", "vertx")) {
      try (TlsLines lines = new TlsLines()) {
        assertThat(SClient.connect(port(kind), "-alpn", "acme-tls/1,foo"))
            .contains("alert no application protocol");
        assertThat(lines.await(1).get(0)).contains("protocols alone").contains("acme-tls/1");
      }
      assertThat(SClient.connect(port(kind), "-alpn", "foo,http/1.1"))
          .contains("ALPN protocol: http/1.1");
      assertThat(SClient.connect(port(kind), "-alpn", "http/1.1,h2")).contains("ALPN protocol: h2");
    }
    assertThat(session(SClient.connect(port("tcp"), "-alpn", "foo"))).contains(TLS13);
  }

  static List<Arguments> sessions() {
    return KINDS.stream()
        .flatMap(kind -> Stream.of(
            Arguments.of(kind + "-kept", "-tls1_2"), Arguments.of(kind + "-kept", "-tls1_3")))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("sessions")
  void session_isResumed_untilTheCertificateChanges(String listener, String version)
      throws Exception {
    String file = directory.resolve("session").toString();
    assertThat(ask(listener, version, "-sess_out", file)).startsWith("New");
    assertThat(ask(listener, version, "-sess_in", file, "-sess_out", file)).startsWith("Reused");

    List<JsonObject> other = new ArrayList<>(routes);
    other.replaceAll(route -> route.copy().put("retries", 0));
    assertThat(gateway.apply(listeners(), other).await(10, SECONDS).updated()).hasSize(9);
    assertThat(ask(listener, version, "-sess_in", file, "-sess_out", file)).startsWith("Reused");
    assertThat(served(listener, null, TLS13)).isEqualTo("first.example.com");

    copy(ONE);
    try {
      ListenerChanges changes = gateway.apply(listeners(), routes).await(10, SECONDS);
      assertThat(changes.certificates()).containsExactly("lane-kept", "vertx-kept", "tcp-kept");
      assertThat(served(listener, null, TLS13)).isEqualTo("one.example.com");
      assertThat(ask(listener, version, "-sess_in", file)).startsWith("New");
    } finally {
      copy(FIRST);
      gateway.apply(listeners(), routes).await(10, SECONDS);
    }
  }

  /** Makes a request, and returns whether the session was new. */
  private String ask(String listener, String... options) throws Exception {
    String said = SClient.talk(port(listener), ASK, options);
    assertThat(said).contains("HTTP/1.1 200 OK").contains("hello");
    return session(said);
  }

  private static String session(String said) {
    Matcher session = SESSION.matcher(said);
    assertThat(session.find()).as(said).isTrue();
    return session.group();
  }

  @Test
  void connection_thatIsOpenWhenTheCertificateChanges_goesOn() throws Exception {
    for (String kind : KINDS) {
      try (RawClient client = RawClient.secure(port(kind + "-kept"))) {
        client.send(ASK.replace("Connection: close\r\n", ""));
        assertThat(client.response()).endsWith("hello\n");
        copy(ONE);
        gateway.apply(listeners(), routes).await(10, SECONDS);
        client.send(ASK);
        assertThat(client.response()).endsWith("hello\n");
      } finally {
        copy(FIRST);
        gateway.apply(listeners(), routes).await(10, SECONDS);
      }
    }
  }

  @Test
  void reload_withAKeyOfAnotherCertificate_failsAndChangesNothing() throws Exception {
    Files.copy(ONE.key(), directory.resolve("kept.key"), StandardCopyOption.REPLACE_EXISTING);
    try {
      assertThatThrownBy(() -> gateway.apply(listeners(), routes).await(10, SECONDS))
          .hasMessageContaining("listener lane-kept: tls: ")
          .hasMessageContaining("is not the private key");
      assertThat(served("lane-kept", null, TLS13)).isEqualTo("first.example.com");
    } finally {
      copy(FIRST);
    }
  }

  @Test
  void handshake_thatTheClientAsksForAgain_resetsTheConnection() throws Exception {
    for (String kind : KINDS) {
      String said = SClient.talk(port(kind), "R\n", "-tls1_2");
      assertThat(said).contains("RENEGOTIATING").doesNotContain("HTTP/1.1", "\nclosed");
      assertThat(SUBJECT.matcher(said).find()).isTrue();
    }
    for (String kind : List.of("lane", "vertx")) { // of HTTP/2, too
      assertThat(SClient.talk(port(kind), "R\n", "-tls1_2", "-alpn", "h2"))
          .contains("RENEGOTIATING")
          .doesNotContain("\nclosed");
    }
  }
}
