package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Variables where JSON has a number or a flag, and keys that are comments. */
final class VariablesAndCommentsTest {
  @TempDir
  private Path directory;

  @Test
  void variableForANumberOrAFlag_read_isTaken() throws Exception {
    JsonObject json = Sample.full(directory);
    Sample.set(json, "$.listeners[0].port", "${PORT}");
    Sample.set(json, "$.listeners[1].port", "${UNSET:-8081}");
    Sample.set(json, "$.listeners[1].accessLog", "${LOG}");
    Sample.set(json, "$.listeners[1].maxConnections", "1${ZEROS}");
    Sample.set(json, "$.services.images.strategy", "${EMPTY:-wlc}");
    Map<String, String> variables =
        Map.of("PORT", "9443", "LOG", "true", "ZEROS", "000", "EMPTY", "", "SECRET", "x");

    GatewayConfig config = ConfigReader.readText("t", json.encode(), Sample.STRATEGIES, variables);

    HttpListenerConfig plain = config.httpListeners().get(1);
    assertThat(config.httpListeners().get(0).port()).isEqualTo(9443);
    assertThat(plain.port()).isEqualTo(8081);
    assertThat(plain.accessLog()).isEqualTo(AccessLogConfig.STANDARD);
    assertThat(plain.maxConnections()).isEqualTo(1000);
    assertThat(Sample.service(config, "images").strategy()).isEqualTo("wlc");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "$.listeners[0].port | ${X} | 80a | a whole number, 0 to 65535",
        "$.listeners[0].port | ${X} | 65536 | a whole number, 0 to 65535",
        "$.listeners[0].port | ${X} | 8080.5 | a whole number, 0 to 65535",
        "$.listeners[0].port | ${X} | tcp://10.0.0.1:80 | a whole number, 0 to 65535",
        "$.listeners[0].port | 80${X} | x | a whole number, 0 to 65535",
        "$.listeners[0].port | ${X} | '' | a whole number, 0 to 65535",
        "$.listeners[0].port | ${X} | ' 80' | a whole number, 0 to 65535",
        "$.listeners[0].port | ${X} | +80 | a whole number, 0 to 65535",
        "$.listeners[0].port | ${X:-x} | '' | a whole number, 0 to 65535",
        "$.listeners[0].accessLog | ${X} | yes | true, false, or an object with format and file",
        "$.listeners[0].accessLog | ${X} | TRUE | true, false, or an object with format and file",
        "$.listeners[0].accessLog | ${X} | 1 | true, false, or an object with format and file",
        "$.services.images.servers[0].weight | ${X} | -1 | a whole number, 0 to 1000000",
        "$.routes[1].redirect.status | ${X} | 304 | one of [301, 302, 303, 307, 308]",
        "$.services.images.health.active.rise | ${X} | 0 | a whole number, 1 to 1000",
        "$.listeners[1].port | ${X} | 8443 | a port that $.listeners[0].port has not taken",
        "$.services.images.options.hardLimit | ${X} | 9 | at least maxEntries, which is 10",
        "$.cluster.eventBus.publicPort | ${X} | 0 | a whole number, 1 to 65535",
      })
  void variableThatIsNoNumberOrFlag_read_isNamedWithItsValue(
      String path, String text, String value, String expected) {
    JsonObject json = Sample.set(Sample.full(directory), path, text);
    ConfigException e = catchThrowableOfType(
        ConfigException.class,
        () -> ConfigReader.readText(
            "t", json.encode(), Sample.STRATEGIES, Map.of("X", value, "SECRET", "x")));

    assertThat(e.errors()).singleElement().satisfies(error -> {
      String shown = value.isEmpty() && text.contains(":-") ? "x" : text.replace("${X}", value);
      assertThat(error.path()).isEqualTo(path);
      assertThat(error.value()).startsWith("\"" + text + "\"").contains("\"" + shown + "\"");
      assertThat(error.expected()).startsWith(expected);
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"$.listeners[0].port", "$.listeners[0].accessLog"})
  void variableForANumberOrAFlag_unset_isNamed(String path) {
    assertThat(Sample.errors(Sample.set(Sample.full(directory), path, "${NOT_SET}")))
        .containsExactly(new ConfigError(
            "test.json", path, "\"${NOT_SET}\"", "environment variable NOT_SET to be set"));
    for (String text : List.of("8080", "true", "$${X}", "")) {
      assertThat(Sample.errors(Sample.set(Sample.full(directory), path, text)))
          .as("no variable: " + text)
          .hasSize(1);
    }
  }

  @Test
  void variableInAListOfPorts_read_isAPortOrARange() throws Exception {
    JsonObject json = Sample.full(directory);
    Sample.set(json, "$.listeners[2].ports", new JsonArray().add("${PORT}").add("${PORTS}"));
    Sample.set(json, "$.routes[2].match.port", new JsonArray().add("${PORT}"));
    Map<String, String> variables = Map.of("PORT", "5432", "PORTS", "6000-6002", "SECRET", "x");

    GatewayConfig config = ConfigReader.readText("t", json.encode(), Sample.STRATEGIES, variables);

    assertThat(config.tcpListeners().get(0).ports()).containsExactly(5432, 6000, 6001, 6002);
    Sample.set(json, "$.listeners[2].ports[0]", "${SECRET}");
    assertThatThrownBy(
            () -> ConfigReader.readText("t", json.encode(), Sample.STRATEGIES, variables))
        .hasMessageContaining("$.listeners[2].ports[0]")
        .hasMessageContaining("a port, or a range of ports");
  }

  /** In every object there is, those with keys of the user's choice too. */
  @Test
  void comments_anywhere_areIgnored() throws Exception {
    String text = Sample.full(directory).encode();
    String comments = "\"//\": \"one\", \"//\": {\"a\": 1, \"a\": 2}, \"// port\": [null],"
        + " \"$comment\": \"${NOT_SET}\", \"$comment\": 1";
    String commented =
        text.replaceAll("\\{(?=\")", Matcher.quoteReplacement("{" + comments + ", "));

    assertThat(commented.length()).isGreaterThan(text.length() + 20 * comments.length());
    assertThat(Sample.read(commented)).isEqualTo(Sample.read(text));
    assertThat(Sample.errors("{" + comments + "}")).isEqualTo(Sample.errors("{}"));
  }

  @Test
  void keysThatLookLikeComments_areNone() {
    for (String key : List.of("/", "$comments", "comment", "#", " //", "_comment")) {
      assertThat(Sample.errors(Sample.full(directory).put(key, 1)))
          .extracting(ConfigError::value)
          .as(key)
          .containsExactly("unknown key");
    }
  }
}
