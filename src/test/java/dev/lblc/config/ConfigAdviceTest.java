package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigAdviceTest {
  /** A file without warnings, with single quotes for double ones. */
  private static final String FILE = """
      {'listeners': [{'name': 'web', 'protocol': 'http', 'port': 0}, {'name': 'raw', 'protocol': 'tcp', 'port': 0}],
       'routes': [HTTP, {'listener': 'raw', 'service': 'b'}],
       'services': {'a': {'strategy': 'lblc', 'servers': SERVERS}, 'b': {'strategy': 'wlc',
         'servers': [{'id': 's', 'host': 'h', 'port': 1, 'weight': 1}, {'id': 't', 'host': 'h', 'port': 2, 'weight': 1}]}}}
      """;

  /** What has warnings of its own where a service is used in another way than the file uses it. */
  private static final Set<String> OF_THE_FILE =
      Set.of("$.listeners[1]", "$.services.b", "$.services.a.tls.verify");

  private static final String HTTP =
      "{'listener': 'web', 'service': 'a', 'destination': ['{path}']}";

  private static final String SERVERS =
      "[{'id': 's', 'host': '::1', 'port': 1}, {'id': 't', 'host': 'h', 'port': 1}]";

  @Test
  void file_withoutFlaws_hasNoWarning() throws Exception {
    assertThat(warnings(HTTP, SERVERS)).isEmpty();
  }

  @ParameterizedTest(name = "weights {0}")
  @CsvSource(delimiter = '|', textBlock = """
          1,1,1     | true
          2,2       | true
          100,1     | true
          1,1,0     | true
          1         | false
          1,0       | false
          1,100,100 | false
          3,3       | false
          100,100   | false
          """)
  void weights_thatKeepEveryHome_areWarnedAbout(String weights, boolean warned) throws Exception {
    assertThat(warnings(HTTP, servers(weights)).stream().map(ConfigWarning::toString))
        .hasSize(warned ? 1 : 0)
        .allMatch(warning -> warning.startsWith("$.services.a.servers: weights of 1 or 2 "));
  }

  @ParameterizedTest(name = "destination {0}")
  @CsvSource(delimiter = '|', textBlock = """
          `host path`                     | 0 | has no field
          `fixed`                         | 0 | has no field
          `$$header_x_tenant`             | 0 | has no field
          `{header:x}`, `all`             | 1 | has no field
          `{path}`, `{header:x}`          | 1 | is never used
          `{client.ip}/{path:2}`, `{host}`| 1 | is never used
          `{header:x}`, `{path}`          |   |
          `{header:x}{path}`, `{path}`    |   |
          """)
  void destination_thatIsTheSameForAll_isWarnedAbout(
      String templates, Integer index, String message) throws Exception {
    List<ConfigWarning> warnings =
        warnings(HTTP.replace("'{path}'", templates.replace('`', '\'')), SERVERS);
    if (index == null) {
      assertThat(warnings).isEmpty();
    } else {
      assertThat(warnings.get(0).toString())
          .startsWith("$.routes[0].destination[" + index + "]: " + message);
    }
  }

  @Test
  void fieldOfACertificate_thatNoClientIsAskedFor_isWarnedAbout() throws Exception {
    assertThat(warnings(HTTP.replace("'{path}'", "'{tls.san}', '{path}'"), SERVERS))
        .singleElement()
        .asString()
        .startsWith(
            "$.routes[0].destination[0]: never has a value: the listener asks clients for no");
  }

  @Test
  void route_behindOneThatTakesAll_isWarnedAbout() throws Exception {
    String redirect = "{'listener': 'web', 'redirect': {'scheme': 'https'}}";
    String image = HTTP.replace("'service'", "'match': {'path': '/img/*'}, 'service'");
    assertThat(warnings(redirect + ", " + image + ", " + HTTP, SERVERS))
        .map(ConfigWarning::path)
        .containsExactly("$.routes[1]", "$.routes[2]");
    assertThat(warnings(redirect + ", " + HTTP, SERVERS))
        .singleElement()
        .asString()
        .contains("$.routes[0] before it takes all");
    assertThat(warnings(image + ", " + HTTP + ", " + redirect, SERVERS))
        .map(ConfigWarning::path)
        .containsExactly("$.routes[2]");
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(delimiter = '|', textBlock = """
          []     | $.services.a.servers: an empty list
          0,0    | $.services.a.servers: every weight is 0
          """)
  void servers_thatCannotServe_areWarnedAbout(String servers, String warning) throws Exception {
    assertThat(warnings(HTTP, servers.equals("[]") ? servers : servers(servers)))
        .singleElement()
        .asString()
        .startsWith(warning);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
          'upper': 0, 'max': 0 | $.services.a.queue: does nothing
          'upper': 9, 'max': 8 |
          'upper': 8, 'max': 8 | $.services.a.servers[0].upper: keeps requests from waiting
          'upper': 0, 'max': 8 |
          """)
  void queue_inWhichNobodyWaits_isWarnedAbout(String keys, @Nullable String warning)
      throws Exception {
    String servers = "[{'id': 's', 'host': 'h', 'port': 1, " + keys + "}]";
    assertThat(warnings(HTTP, servers + ", 'queue': {'length': 1}"))
        .map(ConfigWarning::toString)
        .hasSize(warning == null ? 0 : 1)
        .allMatch(each -> each.startsWith(String.valueOf(warning)));
  }

  @ParameterizedTest(name = "{0}, weight {1}, max {2}, {3} servers")
  @CsvSource({
    "lblc, 8, 8, 2, true",
    "lblcr, 100, 8, 2, true",
    "lblc, 7, 8, 2, false",
    "lblc, 100, 0, 2, false",
    "lblc, 100, 8, 1, false",
    "wlc, 100, 8, 2, false"
  })
  void server_thatIsFullBeforeItIsOverloaded_isWarnedAbout(
      String strategy, int weight, int max, int count, boolean warned) throws Exception {
    String server =
        "{'id': 's', 'host': 'h', 'port': 1, 'weight': " + weight + ", 'max': " + max + "}";
    String other = count == 1 ? "" : ", {'id': 't', 'host': 'i', 'port': 1}";
    String servers = "[" + server + other + "]";
    String file = file(HTTP, servers).replace("\"lblc\"", "\"" + strategy + "\"");
    assertThat(ConfigAdvice.warnings(Sample.read(file)))
        .map(ConfigWarning::toString)
        .hasSize(warned ? 1 : 0)
        .allMatch(each -> each.startsWith("$.services.a.servers[0].max: not above the weight, "));
  }

  @ParameterizedTest
  @CsvSource({"8, true", "101, false"})
  void serversToBeFound_thatAreFullBeforeTheyAreOverloaded_areWarnedAbout(int max, boolean warned)
      throws Exception {
    String found = "[], 'discovery': {'dns': 'h', 'port': 1, 'max': " + max + "}";
    assertThat(warnings(HTTP, found))
        .map(ConfigWarning::toString)
        .hasSize(warned ? 1 : 0)
        .allMatch(each -> each.startsWith("$.services.a.discovery.max: not above the weight, 100"));
  }

  @ParameterizedTest(name = "{0} and {1}")
  @CsvSource({"h,H,true", "::1,0:0::1,true", "10.0.0.1,10.0.0.1,true", "h,g,false", "::1,::2,false"
  })
  void servers_atOneAddress_areWarnedAbout(String one, String other, boolean warned)
      throws Exception {
    String servers =
        SERVERS.replace("'h'", "'" + other + "'").replaceFirst("'::1'", "'" + one + "'");
    assertThat(warnings(HTTP, servers).stream().map(ConfigWarning::toString))
        .hasSize(warned ? 1 : 0)
        .allMatch(warning -> warning.startsWith("$.services.a.servers[1]: has the address of")
            && warning.contains("\"s\""));
    assertThat(warnings(HTTP, servers.replaceFirst("'port': 1", "'port': 2"))).isEmpty();
  }

  @ParameterizedTest(name = "tls {0}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
          {}                | false
          {'verify': true}  | false
          {'verify': false} | true
          """)
  void tls_thatDoesNotVerify_isWarnedAbout(String tls, boolean warned) throws Exception {
    String with = file(HTTP, SERVERS + ", 'tls': " + tls);
    assertThat(ConfigAdvice.warnings(Sample.read(with)).stream().map(ConfigWarning::toString))
        .hasSize(warned ? 1 : 0)
        .allMatch(warning -> warning.startsWith("$.services.a.tls.verify: the certificates"));
  }

  @Test
  void serviceOrListener_withoutARoute_isWarnedAboutUnlessOthersMayUseIt() throws Exception {
    GatewayConfig config = Sample.read(file("{'listener': 'raw', 'service': 'b'}", SERVERS));

    assertThat(ConfigAdvice.warnings(config))
        .map(ConfigWarning::path)
        .containsExactly("$.listeners[0]", "$.routes[1]", "$.services.a");
    assertThat(ConfigAdvice.warnings(config, true))
        .map(ConfigWarning::path)
        .containsExactly("$.listeners[0]", "$.routes[1]");
  }

  @Test
  void redirect_withKeysOfForwarding_isWarnedAboutEach() throws Exception {
    String route = "{'listener': 'web', 'retries': 1, 'destination': ['{path}'], 'host': 'keep',"
        + " 'redirect': {'scheme': 'https'}, 'timeouts': {'connect': '1s'}, 'limits': {'body': '1B'},"
        + " 'rewrite': {}, 'requestHeaders': {}, 'responseHeaders': {}, 'requestId': 'x'}";
    CheckedConfig checked = ConfigReader.check(
        "test.json", file(route, SERVERS), Sample.STRATEGIES, Map.of(), FileChecks.NONE);
    assertThat(checked.warnings())
        .allMatch(warning -> warning.message().startsWith("does nothing"))
        .map(ConfigWarning::path)
        .containsExactly(
            "$.routes[0].retries",
            "$.routes[0].destination",
            "$.routes[0].host",
            "$.routes[0].timeouts",
            "$.routes[0].limits",
            "$.routes[0].rewrite",
            "$.routes[0].requestHeaders",
            "$.routes[0].responseHeaders",
            "$.routes[0].requestId");
  }

  /** What is written of a service behind its servers; it has an HTTP route, a TCP route or both. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
          http     | 'http': '2'                                                   |
          http tcp | 'http': '2'                                                   |
          tcp      | 'http': '1.1'                                                 |
          tcp      | 'http': '2'                                                   | http
          tcp      | 'http': '2', 'tls': {}                                        |
          tcp      | 'http': '2', 'health': {'active': {'path': '/'}}              |
          tcp      | 'http': '2', 'health': {'active': {'grpc': ''}}               | http
          tcp      | 'pool': {'idle': '1s'}                                        | pool
          http tcp | 'pool': {'idle': '1s'}                                        |
          http     | 'http': '2', 'pool': {'maxIdle': 1}                           | pool.maxIdle
          http     | 'pool': {'maxIdle': 1}                                        |
          http     | 'http': '2', 'pool': {'idle': '1s'}                           |
          http     | 'tls': {'verify': false, 'trust': 'pom.xml', 'serverName': 'a'} | tls.trust
          http     | 'tls': {'trust': 'pom.xml', 'serverName': 'a'}                |
          http     | 'health': {'active': {'grpc': ''}}                            | health.active.grpc
          tcp      | 'health': {'active': {'grpc': ''}}                            |
          http     | 'http': '2', 'health': {'active': {'grpc': ''}}               |
          """)
  void keyOfAService_thatDoesNothing_isWarnedAbout(String routes, String keys, String key)
      throws Exception {
    String of = "{'listener': '%s', 'service': 'a'}";
    String all =
        (routes.contains("http") ? of.formatted("web") : "{'listener': 'web', 'service': 'b'}")
            + (routes.contains("tcp") ? ", " + of.formatted("raw") : "");
    CheckedConfig checked = ConfigReader.check(
        "test.json",
        file(all, SERVERS + ", " + keys)
            .replace(", {\"listener\": \"raw\", \"service\": \"b\"}", "")
            .replace("\"lblc\"", "\"wlc\""),
        Sample.STRATEGIES,
        Map.of(),
        FileChecks.NONE);
    List<ConfigWarning> warnings = new ArrayList<>(checked.warnings());
    warnings.addAll(ConfigAdvice.warnings(checked.config()));
    warnings.removeIf(warning -> OF_THE_FILE.contains(warning.path()));
    if (key == null) {
      assertThat(warnings).isEmpty();
    } else {
      assertThat(warnings).map(ConfigWarning::path).containsExactly("$.services.a." + key);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
          'http2': false                                    |
          'http2': true                                     |
          'limits': {'streams': 1, 'resets': 1}             |
          'http2': false, 'limits': {'streams': 1}          | limits.streams
          'http2': false, 'limits': {'resets': 1}           | limits.resets
          'http2': false, 'limits': {'line': '8KiB'}        |
          'engine': 'vertx', 'limits': {'streams': 1}       | limits.streams
          'engine': 'vertx', 'limits': {'resets': 1}        | limits.resets
          'engine': 'vertx', 'http2': true                  | http2
          'engine': 'vertx', 'http2': false                 |
          TLS, 'engine': 'vertx', 'limits': {'streams': 1}  |
          TLS, 'engine': 'vertx', 'limits': {'resets': 1}   | limits.resets
          TLS, 'engine': 'vertx', 'http2': true             |
          """)
  void keyOfHttp2_thatDoesNothing_isWarnedAbout(String keys, String key) throws Exception {
    String with = keys.replace("TLS", "'tls': {'certificate': 'pom.xml', 'key': 'pom.xml'}");
    CheckedConfig checked = ConfigReader.check(
        "test.json",
        file(HTTP, SERVERS)
            .replace("\"http\", \"port\"", "\"http\", " + with.replace('\'', '"') + ", \"port\""),
        Sample.STRATEGIES,
        Map.of(),
        FileChecks.NONE);
    if (key == null) {
      assertThat(checked.warnings()).isEmpty();
    } else {
      assertThat(checked.warnings()).singleElement().satisfies(warning -> {
        assertThat(warning.path()).isEqualTo("$.listeners[0]." + key);
        assertThat(warning.message()).startsWith("does nothing: ");
      });
    }
  }

  private static List<ConfigWarning> warnings(String http, String servers) throws ConfigException {
    return ConfigAdvice.warnings(Sample.read(file(http, servers)));
  }

  private static String file(String http, String servers) {
    return FILE.replace("HTTP", http).replace("SERVERS", servers).replace('\'', '"');
  }

  private static String servers(String weights) {
    StringBuilder servers = new StringBuilder();
    for (String weight : weights.split(",", -1)) {
      servers
          .append(servers.isEmpty() ? "[" : ", ")
          .append("{'id': 's%1$d', 'host': 'h%1$d', 'port': 1, 'weight': %2$s}"
              .formatted(servers.length(), weight));
    }
    return servers + "]";
  }
}
