package dev.lblc.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.lblc.testing.PluginJar;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Verticles of plugins that a gateway waits for. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PluginStartIT {
  private static final Logger VERTX = (Logger) LoggerFactory.getLogger("io.vertx.core.impl");
  private static final String STOPPED = "acme.stopped";
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final String CONFIG = """
      {"listeners": [{"name": "web", "protocol": "http", "host": "127.0.0.1", "port": 0}],
       "routes": [{"listener": "web", "service": "images", "destination": ["{path}"]}],
       "services": {"images": {"strategy": "wlc", "servers": [
         {"id": "a", "host": "127.0.0.1", "port": 1}]}}}
      """;

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @BeforeEach
  void quiet() {
    VERTX.setLevel(Level.OFF); // it logs what fails on purpose
  }

  @AfterEach
  void forget() {
    VERTX.setLevel(null);
    System.clearProperty(STOPPED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "public Future<?> start() { return Promise.promise().future(); }",
        "public Future<?> start() { return null; }"
      })
  void verticle_thatNeverStarts_isGivenUpByName_andTheOthersEnd(String body) throws Exception {
    verticle(
        "first",
        "public Future<?> stop() { System.setProperty(\"" + STOPPED
            + "\", \"yes\"); return Future.succeededFuture(); }");
    verticle("late", body);
    assertThatThrownBy(this::start)
        .isInstanceOf(StartException.class)
        .hasMessage("plugin " + plugins().resolve("late.json") + ": did not start within 2 s");
    assertThat(System.getProperty(STOPPED)).isEqualTo("yes");
  }

  /** What the verticle fails with is not what a wait ends with. */
  @Test
  void verticle_thatFailsByATimeoutOfItsOwn_isToldAsSuch() throws Exception {
    verticle(
        "late",
        "public Future<?> start() throws Exception {"
            + " throw new java.util.concurrent.TimeoutException(\"no answer\"); }");
    assertThatThrownBy(this::start)
        .isInstanceOf(StartException.class)
        .hasMessage("plugin " + plugins().resolve("late.json")
            + ": java.util.concurrent.TimeoutException: no answer");
  }

  private Application start() throws Exception {
    Path file = Files.writeString(directory.resolve("gateway.json"), CONFIG);
    try (PluginFolder opened = PluginFolder.open(plugins())) {
      return Application.start(GatewayFile.read(file, opened), null, LIMIT, LIMIT);
    }
  }

  private void verticle(String name, String body) throws Exception {
    PluginJar.buildVerticle(plugins(), directory.resolve(name), name, body);
  }

  private Path plugins() throws Exception {
    return Files.createDirectories(directory.resolve("plugins"));
  }
}
