package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Programs of others' ask the gateway in each way that they can, for servers of each kind. What they were answered is the table of
 * conf/README.md; programs that are not installed are left out.
 */
@TestInstance(PER_CLASS)
final class ProtocolTableIT {
  private static final String CERTAIN = "it was ";

  /** Programs that wait for the end of their connection have to get it. */
  private static final JsonObject LONG = new JsonObject().put("idle", "1h");

  /** The first handshake of a JVM takes long. */
  private static final JsonObject PATIENT =
      new JsonObject().put("timeouts", new JsonObject().put("connect", "1m"));

  /** A server's kind, and the column that it has. */
  private enum Kind {
    H1("h1", false, false),
    H1_TLS("h1tls", false, true),
    H2("h2", true, false),
    H2_TLS("h2tls", true, true);

    private final String service;
    private final boolean isHttp2;
    private final boolean isTls;

    Kind(String service, boolean isHttp2, boolean isTls) {
      this.service = service;
      this.isHttp2 = isHttp2;
      this.isTls = isTls;
    }

    /** Returns what such a server sees of each request. */
    String seen() {
      return (isHttp2 ? "HTTP_2" : "HTTP_1_1") + (isTls ? " by TLS" : "");
    }
  }

  /**
   * A way to ask.
   *
   * @param program that has to be installed
   * @param row of the table
   * @param isTls whether it asks by TLS
   * @param command with URL, PORT and PATH to be replaced
   * @param input of the program
   * @param expected what the output has; SEEN is replaced by what the server has seen
   */
  private record Way(
      String program,
      String row,
      boolean isTls,
      List<String> command,
      String input,
      String expected) {
    @Override
    public String toString() {
      return row;
    }
  }

  private static final SelfSigned CERTIFICATE = SelfSigned.of("localhost");
  private TestGateway gateway;

  static Stream<Way> ways() {
    return Stream.of(
        way("curl", "HTTP/1.1", false, "SEEN.*1.1", "-sw", "%{http_version}", "--http1.1", "URL"),
        way("curl", "HTTP/1.1", true, "SEEN.*1.1", "-skw", "%{http_version}", "--http1.1", "URL"),
        way(
            "curl",
            "HTTP/2",
            false,
            "SEEN.*2",
            "-sw",
            "%{http_version}",
            "--http2-prior-knowledge",
            "URL"),
        way("curl", "HTTP/2", true, "SEEN.*2", "-skw", "%{http_version}", "--http2", "URL"),
        way("nghttp", "HTTP/2", false, "SEEN", "--no-dep", "URL"),
        way("nghttp", "HTTP/2", true, "SEEN", "--no-dep", "--no-verify-peer", "URL"),
        way("h2load", "HTTP/1.1", false, " 9 succeeded.* 9 2xx", "-n9", "-c2", "--h1", "URL"),
        way("h2load", "HTTP/1.1", true, " 9 succeeded.* 9 2xx", "-n9", "-c2", "--h1", "URL"),
        way("h2load", "HTTP/2", false, " 9 succeeded.* 9 2xx", "-n9", "-c2", "-m3", "URL"),
        way("h2load", "HTTP/2", true, " 9 succeeded.* 9 2xx", "-n9", "-c2", "-m3", "URL"),
        new Way(
            "openssl",
            "openssl s_client, HTTP/1.1",
            true,
            List.of(
                "openssl", "s_client", "-quiet", "-alpn", "http/1.1", "-connect", "localhost:PORT"),
            "GET PATH HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "200 OK.*SEEN"),
        node("HTTP/1.1", false, "require('http').get('URL', r => r.pipe(process.stdout))"),
        node(
            "HTTP/1.1",
            true,
            "require('https').get('URL', {rejectUnauthorized: false}, r => r.pipe(process.stdout))"),
        node("HTTP/2", false, http2("'ORIGIN'")),
        node("HTTP/2", true, http2("'ORIGIN', {rejectUnauthorized: false}")));
  }

  private static Way way(
      String program, String version, boolean isTls, String expected, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(arguments));
    return new Way(program, row(program, version, isTls), isTls, command, "", expected);
  }

  private static Way node(String version, boolean isTls, String script) {
    return new Way(
        "node", row("node", version, isTls), isTls, List.of("node", "-e", script), "", "SEEN");
  }

  private static String http2(String connect) {
    return "const c = require('http2').connect(" + connect + ");"
        + "const r = c.request({':path': 'PATH'}); r.pipe(process.stdout);"
        + "r.on('end', () => c.close())";
  }

  private static String row(String program, String version, boolean isTls) {
    return program + ", " + version + (isTls ? " by TLS" : "");
  }

  @BeforeAll
  void start() throws Exception {
    gateway = new TestGateway(Engine.LANE);
    JsonObject trust = new JsonObject()
        .put("trust", CERTIFICATE.certificate().toString())
        .put("serverName", "localhost");
    gateway
        .listener(new JsonObject().put("name", "web").put("timeouts", LONG))
        .listener(new JsonObject()
            .put("name", "tls")
            .put("timeouts", LONG)
            .put("tls", CERTIFICATE.json()));
    for (Kind kind : Kind.values()) {
      JsonObject more = new JsonObject().put("http", kind.isHttp2 ? "2" : "1.1");
      HttpServerOptions options = new HttpServerOptions();
      if (kind.isTls) {
        more.put("tls", trust);
        options.setSsl(true).setUseAlpn(true).setKeyCertOptions(CERTIFICATE.keyCertOptions());
      }
      gateway
          .service(
              kind.service,
              more,
              gateway.http(
                  options,
                  request -> request
                      .response()
                      .end(
                          CERTAIN + request.version() + (request.isSSL() ? " by TLS" : "") + "\n")))
          .route(kind.service, PATIENT)
          .route(ConfigJson.route(kind.service)
              .put("listener", "tls")
              .mergeIn(PATIENT)
              .put("match", new JsonObject().put("path", "/" + kind.service + "/*")));
    }
    gateway.start();
  }

  @AfterAll
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void program_isAnsweredByServersOfEachKind(Way way) throws Exception {
    Program.require(way.program);
    StringBuilder line = new StringBuilder("| ").append(way.row).append(" |");
    for (Kind kind : Kind.values()) {
      line.append(' ').append(answer(way, kind)).append(" |");
    }
    assertThat(Files.readAllLines(Path.of("conf/README.md"))).contains(line.toString());
  }

  private String answer(Way way, Kind kind) throws Exception {
    int port = gateway.gateway().port(way.isTls ? "tls" : "web");
    String origin = (way.isTls ? "https" : "http") + "://localhost:" + port;
    String path = "/" + kind.service + "/x";
    List<String> command = way.command.stream()
        .map(part -> part.replace("URL", origin + path)
            .replace("ORIGIN", origin)
            .replace("PORT", String.valueOf(port))
            .replace("PATH", path))
        .toList();
    String output =
        Program.outputFor(way.input.replace("PATH", path), command.toArray(String[]::new));
    String wanted = "(?s).*" + way.expected.replace("SEEN", CERTAIN + kind.seen()) + ".*";
    return output.matches(wanted) ? "yes" : "no: " + output;
  }
}
