package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The 146 tests of h2spec, which a test dependency brings for Linux on x86-64; elsewhere they are left out. */
@TestInstance(PER_CLASS)
final class H2SpecIT {
  private static final String ARCHIVE = "/h2spec/2.2.0/h2spec_linux_amd64.tar.gz";

  /** Two of the tests are about a body that is wrong; the server must not answer before it has come. */
  private static final String PATH = "/s/x";

  @TempDir
  private static Path directory;

  private TestGateway gateway;

  @BeforeAll
  void start() throws Exception {
    boolean isHere = System.getProperty("os.name").equals("Linux")
        && List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));
    assumeTrue(isHere, "h2spec is there for Linux on x86-64 only");
    try (InputStream packed = H2SpecIT.class.getResourceAsStream(ARCHIVE)) {
      assertThat(packed).as(ARCHIVE).isNotNull();
      Files.copy(packed, directory.resolve("h2spec.tar.gz"));
    }
    run(List.of("tar", "xzf", "h2spec.tar.gz"));
    gateway = new TestGateway(Engine.LANE);
    gateway
        .service(
            "s",
            gateway.http(request ->
                request.body().onSuccess(body -> request.response().end("x".repeat(1000)))))
        .listener(new JsonObject().put("name", "web"))
        .listener(new JsonObject()
            .put("name", "tls")
            .put("tls", SelfSigned.of("localhost").json()))
        .route("s", new JsonObject())
        .route(ConfigJson.route("s").put("listener", "tls"))
        .start();
  }

  @AfterAll
  void stop() throws Exception {
    if (gateway != null) {
      gateway.awaitIdle();
      gateway.stop();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"web", "tls"})
  void listener_keepsToTheRules(String listener) throws Exception {
    List<String> command = new ArrayList<>(List.of(
        "./h2spec",
        "--strict",
        "--host",
        "127.0.0.1",
        "--port",
        String.valueOf(gateway.gateway().port(listener)),
        "--path",
        PATH,
        "--timeout",
        "5"));
    if (listener.equals("tls")) {
      command.addAll(List.of("--tls", "--insecure"));
    }
    assertThat(run(command)).contains("146 tests, 146 passed, 0 skipped, 0 failed");
  }

  private String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return output;
  }
}
