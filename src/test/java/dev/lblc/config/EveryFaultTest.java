package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A fault hides no other: whatever can be judged without the faulty value is judged. */
final class EveryFaultTest {
  /**
   * A file with a fault in each part, with single quotes for double ones. A case replaces some of it, which adds a fault of
   * its own.
   */
  private static final String FILE = """
      {
        'listeners': [{'name': 'web', 'protocol': 'http', 'port': 0, 'maxConnections': 0}],
        'routes': [{'listener': 'web', 'service': 's', 'match': {'path': 'x'}, 'destination': ['{'],
                    'timeouts': {'connect': 'soon'}, 'retries': -1}],
        'services': {'s': {'strategy': 'wlc', 'options': {'expiration': 'never'},
                           'servers': [{'id': 'a', 'host': 'h', 'port': 1, 'weight': -1}],
                           'health': {'active': {'rise': 0}}}},
        'cluster': {'reportInterval': 'often'},
        'admin': {'port': -1}
      }
      """;

  private static final List<String> FAULTS = List.of(
      "$.listeners[0].maxConnections",
      "$.routes[0].match.path",
      "$.routes[0].destination[0]",
      "$.routes[0].timeouts.connect",
      "$.routes[0].retries",
      "$.services.s.options.expiration",
      "$.services.s.servers[0].weight",
      "$.services.s.health.active.rise",
      "$.cluster.reportInterval",
      "$.admin.port");

  private static final String LISTENERS =
      "[{'name': 'web', 'protocol': 'http', 'port': 0, 'maxConnections': 0}]";

  private static final String SERVICES =
      FILE.substring(FILE.indexOf("{'s': {'strategy'"), FILE.indexOf(",\n  'cluster'"));

  /** What is replaced, by what, the faults that this adds, and the parts whose faults are not found any more. */
  private static Stream<Arguments> cases() {
    return Stream.of(
        // The listener of a route is not known, or faulty.
        change("'listener': 'web'", "'listener': 'nowhere'", "$.routes[0].listener"),
        change("'listener': 'web'", "'listener': 7", "$.routes[0].listener"),
        change("'listener': 'web'", "'listener': ''", "$.routes[0].listener"),
        change("'listener': 'web', ", "", "$.routes[0].listener"),
        change("'listener': 'web'", "'listener': '${UNSET}'", "$.routes[0].listener"),
        change("'name': 'web'", "'name': 'wbe'", "$.routes[0].listener"),
        change("'name': 'web'", "'name': ''", "$.listeners[0].name"),
        change("'name': 'web', ", "", "$.listeners[0].name"),
        change("'name': 'web'", "'name': {}", "$.listeners[0].name"),
        change("'protocol': 'http'", "'protocol': 'udp'", "$.listeners[0].protocol"),
        change("'protocol': 'http', ", "", "$.listeners[0].protocol"),
        change("'protocol': 'http'", "'protocol': null", "$.listeners[0].protocol"),
        change("'port': 0", "'port': 'eighty'", "$.listeners[0].port"),
        change("'port': 0, ", "", "$.listeners[0].port"),
        // All listeners are.
        without("listeners", LISTENERS, "{'web': {}}", "$.listeners"),
        without("listeners", LISTENERS, "[]", "$.listeners"),
        without("listeners", LISTENERS, "null", "$.listeners"),
        without("listeners", LISTENERS, "[7]", "$.listeners[0]"),
        without("listeners", "'listeners': " + LISTENERS + ",", "", "$.listeners"),
        // A service is, or all of them are.
        change("'service': 's'", "'service': 'none'", "$.routes[0].service"),
        change("'service': 's'", "'service': ['s']", "$.routes[0].service"),
        change("'service': 's', ", "", "$.routes[0]"),
        without("services", SERVICES, "[]", "$.services"),
        without("services", SERVICES, "{}", "$.services"),
        without("services", "'services': " + SERVICES + ",", "", "$.services"),
        change("'strategy': 'wlc'", "'strategy': 'wcl'", "$.services.s.strategy"),
        change("'strategy': 'wlc', ", "", "$.services.s.strategy"),
        change("'id': 'a'", "'id': 1", "$.services.s.servers[0].id"),
        change("'host': 'h'", "'host': 'h h'", "$.services.s.servers[0].host"),
        change("'active'", "'aktive': 1, 'active'", "$.services.s.health.aktive"),
        // Two at a time.
        change(
            "'service': 's'",
            "'service': 's', 'redirect': {'scheme': 'ftp'}",
            "$.routes[0].redirect",
            "$.routes[0].redirect.scheme"),
        change(
            "'listener': 'web', 'service': 's'",
            "'listener': 7, 'service': 's', 'redirect': {'scheme': 'ftp'}",
            "$.routes[0].listener",
            "$.routes[0].redirect",
            "$.routes[0].redirect.scheme"),
        change(
            "'listener': 'web', 'service': 's'",
            "'listener': 'nowhere'",
            "$.routes[0].listener",
            "$.routes[0]"));
  }

  private static Arguments change(String old, String replacement, String... faults) {
    return Arguments.of(old, replacement, List.of(faults), "none");
  }

  private static Arguments without(String part, String old, String replacement, String fault) {
    return Arguments.of(old, replacement, List.of(fault), part);
  }

  @Test
  void file_withAFaultInEachPart_hasThese() {
    assertThat(paths(FILE)).containsExactlyElementsOf(FAULTS);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void fault_thatOthersDependOn_hidesNone(
      String old, String replacement, List<String> added, String lost) {
    assertThat(FILE).containsOnlyOnce(old);
    List<String> expected = Stream.concat(FAULTS.stream(), added.stream())
        .filter(path -> !path.startsWith("$." + lost) || added.contains(path))
        .toList();
    assertThat(paths(FILE.replace(old, replacement))).containsExactlyInAnyOrderElementsOf(expected);
  }

  /** A key, and a misspelt form of it. Not of {@code options}, where a strategy may have the key that is found. */
  @ParameterizedTest
  @CsvSource({
    "listeners, listners",
    "listeners, Listeners",
    "listeners, listenres",
    "listeners, listener",
    "routes, routs",
    "routes, route",
    "services, servces",
    "services, service",
    "cluster, clutser",
    "admin, admn",
    "name, nmae",
    "protocol, protcol",
    "maxConnections, maxConections",
    "match, macth",
    "path, pth",
    "timeouts, timeout",
    "connect, conect",
    "retries, retires",
    "options, option",
    "servers, server",
    "health, helth",
    "active, activ",
    "rise, rises",
    "weight, wieght",
    "reportInterval, reportinterval",
  })
  void key_misspelt_isAFaultAndItsValueIsReadAllTheSame(String key, String misspelt) {
    // The first: other objects that come later may have the same key.
    String text = FILE.replaceFirst("'" + key + "':", "'" + misspelt + "':");
    List<String> faults = paths(text);
    String there = faults.stream()
        .filter(path -> path.endsWith("." + misspelt))
        .findFirst()
        .orElse("none");
    String meant = there.substring(0, there.length() - misspelt.length()) + key;
    List<String> expected = Stream.concat(
            Stream.of(there),
            FAULTS.stream()
                .map(
                    path -> path.startsWith(meant) ? there + path.substring(meant.length()) : path))
        .toList();
    assertThat(faults).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(Sample.errors(text.replace('\'', '"')))
        .filteredOn(error -> error.value().equals("unknown key"))
        .singleElement()
        .satisfies(error -> assertThat(error.expected()).endsWith("did you mean " + key + "?"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"'listener': 7", "'listener': 'nowhere'"})
  void routeOfNoListener_withKeysOfEitherProtocol_isNotBlamedForThem(String listener) {
    String keys = listener + ", 'match': {'sni': 'a.b', 'client': ['::1'], 'host': 'a.b'},"
        + " 'host': 'keep',";
    assertThat(paths(FILE.replace("'listener': 'web',", keys)
            .replace("'match': {'path': 'x'}, ", "")
            .replace(
                "'connect'", "'response': '1s', 'lifetime': '1h', 'request': '1h', 'connect'")))
        .filteredOn(path -> path.startsWith("$.routes"))
        .containsExactly(
            "$.routes[0].listener",
            "$.routes[0].destination[0]",
            "$.routes[0].timeouts.connect",
            "$.routes[0].retries");
  }

  @Test
  void listenerOfNoProtocol_withKeysOfEither_isJudgedByThem() {
    String keys =
        "'protocol': 'udp', 'ports': [0, '9-8'], 'transparent': 'no', 'proxyProtocol': true,"
            + " 'timeouts': {'hello': 1, 'idle': 2}, 'engine': 3, 'limits': {'body': 4}, 'accessLog': 1,"
            + " 'colour': 1,";
    assertThat(paths(FILE.replace("'protocol': 'http', 'port': 0,", keys)))
        .filteredOn(path -> path.startsWith("$.listeners"))
        .containsExactly(
            "$.listeners[0].protocol",
            "$.listeners[0].ports[0]",
            "$.listeners[0].ports[1]",
            "$.listeners[0].transparent",
            "$.listeners[0].timeouts.hello",
            "$.listeners[0].timeouts.idle",
            "$.listeners[0].engine",
            "$.listeners[0].limits.body",
            "$.listeners[0].accessLog",
            "$.listeners[0].colour",
            "$.listeners[0].maxConnections");
  }

  @Test
  void routeOfAnAmbiguousName_withKeysOfEitherProtocol_isNotBlamedForThem() {
    String two = "[{'name': 'web', 'protocol': 'tcp', 'port': 0}, {'name': 'web'";
    String file = FILE.replace("[{'name': 'web'", two)
        .replace("'match': {'path': 'x'}", "'host': 'keep', 'match': {'path': 'x', 'sni': 'a.b'}");
    assertThat(paths(file))
        .containsExactlyInAnyOrderElementsOf(Stream.concat(
                Stream.of("$.listeners[1].name", "$.listeners[1].maxConnections"),
                FAULTS.stream().filter(path -> !path.startsWith("$.listeners")))
            .toList());
  }

  private static List<String> paths(String text) {
    return Sample.errors(text.replace('\'', '"')).stream()
        .map(ConfigError::path)
        .toList();
  }
}
