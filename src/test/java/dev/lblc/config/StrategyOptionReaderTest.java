package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.lblc.scheduler.OptionReader;
import dev.lblc.scheduler.SchedulerOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StrategyOptionReaderTest {
  private static final String OPTIONS = "$.services.s.options";
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Map<String, String> ENVIRONMENT =
      Map.of("FOUR", "4", "NO", "false", "NAN", "NaN", "MODE", "as_before");

  /** Constants with a name of more than one word, too. */
  private enum Mode {
    STRICT,
    AS_BEFORE
  }

  private record Options(
      int size, double share, Duration pause, boolean sticky, Mode mode, String tag) {}

  private static final Options DEFAULTS = new Options(3, 0.5, SECOND, true, Mode.STRICT, "none");

  /** Every type that there is. */
  private static Options all(OptionReader reader) {
    return new Options(
        reader.integer("size", 3, 1, 9),
        reader.number("share", 0.5, 0, 1),
        reader.duration("pause", SECOND, SECOND, HOUR),
        reader.flag("sticky", true),
        reader.oneOf("mode", Mode.STRICT),
        reader.text("tag", "none"));
  }

  @Test
  void options_leftOut_areTheirDefaults() throws Exception {
    StrategyOptions read = read("{}", StrategyOptionReaderTest::all);
    assertThat(read.value()).isEqualTo(DEFAULTS);
    assertThat(read.byKey())
        .isEqualTo(Map.of(
            "size", 3, "share", 0.5, "pause", SECOND, "sticky", true, "mode", "strict", "tag",
            "none"));
  }

  @Test
  void options_withoutTheObject_areTheirDefaults() throws Exception {
    String text = text("own", "{}").replace("\"options\":{}, ", "");
    assertThat(text).doesNotContain("options");
    assertThat(service(text, StrategyOptionReaderTest::all).strategyOptions().value())
        .isEqualTo(DEFAULTS);
  }

  /** A provider's object need not have an equals: what the file says decides whether it has changed. */
  @Test
  void options_ofAProviderWithoutEquals_areEqualWhereTheFileIs() throws Exception {
    Function<OptionReader, Object> provider = reader -> new int[] {reader.integer("size", 3, 1, 9)};
    assertThat(service(text("own", "{}"), provider))
        .isEqualTo(service(text("own", "{'size': 3}"), provider))
        .hasSameHashCodeAs(service(text("own", "{'size': 3}"), provider))
        .isNotEqualTo(service(text("own", "{'size': 4}"), provider));
  }

  @Test
  void options_given_arriveBesideTheCommonOnes() throws Exception {
    String text = "{'size': 9, 'expiration': '2h', 'share': 1, 'pause': '5s', 'sticky': false,"
        + " 'mode': 'as_before', 'tag': '', '// why': 'comment'}";
    ServiceConfig service = service(text("own", text), StrategyOptionReaderTest::all);
    assertThat(service.strategyOptions().value())
        .isEqualTo(new Options(9, 1, Duration.ofSeconds(5), false, Mode.AS_BEFORE, ""));
    assertThat(service.options())
        .isEqualTo(SchedulerOptions.DEFAULTS.withExpiration(Duration.ofHours(2)));
  }

  @Test
  void options_fromTheEnvironment_arrive() throws Exception {
    String text = "{'size': '${FOUR}', 'share': '${HALF:-0.25}', 'pause': '${FOUR}s', 'sticky':"
        + " '${NO}', 'mode': '${MODE}', 'tag': 'a${FOUR}'}";
    assertThat(read(text, StrategyOptionReaderTest::all).value())
        .isEqualTo(new Options(4, 0.25, Duration.ofSeconds(4), false, Mode.AS_BEFORE, "a4"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      delimiter = '|',
      value = {
        "size    | 10            | 10                          | a whole number, 1 to 9",
        "size    | 0             | 0                           | a whole number, 1 to 9",
        "size    | 1.5           | 1.5                         | a whole number, 1 to 9",
        "size    | 'five'        | 'five'                      | a whole number, 1 to 9",
        "size    | null          | null                        | a whole number, 1 to 9",
        "share   | 1.0001        | 1.0001                      | a number, 0.0 to 1.0",
        "share   | -0.1          | -0.1                        | a number, 0.0 to 1.0",
        "share   | 1e400         | 1e400                       | a number, 0.0 to 1.0",
        "share   | '0.5'         | '0.5'                       | a number, 0.0 to 1.0",
        "share   | '${NO}'       | '${NO}', which is 'false'   | a number, 0.0 to 1.0",
        "share   | '${NAN}'      | '${NAN}', which is 'NaN'    | a number, 0.0 to 1.0",
        "share   | []            | []                          | a number, 0.0 to 1.0",
        "pause   | 'soon'        | 'soon'                      | a duration such as 250ms, 5s, 6m or 24h, from 1s to 1h",
        "pause   | '2h'          | '2h'                        | a duration such as 250ms, 5s, 6m or 24h, from 1s to 1h",
        "sticky  | 'no'          | 'no'                        | true or false",
        "mode    | 'STRICT'      | 'STRICT'                    | one of strict, as_before",
        "mode    | 1             | 1                           | one of strict, as_before",
        "tag     | 7             | 7                           | a string",
        "tag     | '${UNSET}'    | '${UNSET}'                  | environment variable UNSET to be set",
        "sizes   | 1             | unknown key                 | one of expiration, maxEntries, hardLimit, ties, checkInterval,"
            + " entryCounter, whenFull, size, share, pause, sticky, mode, tag; did you mean size?",
      })
  void option_withAFault_isReportedBesideTheOthers(
      String key, String value, String found, String expected) {
    String text = "{'" + key + "': " + value + ", 'expiration': 'later'}";
    assertThatThrownBy(() -> read(text, StrategyOptionReaderTest::all))
        .isInstanceOfSatisfying(
            ConfigException.class,
            thrown -> assertThat(thrown.errors())
                .extracting(ConfigError::path, ConfigError::value, ConfigError::expected)
                .containsExactly(
                    tuple(OPTIONS + "." + key, found.replace('\'', '"'), expected),
                    tuple(
                        OPTIONS + ".expiration",
                        "\"later\"",
                        "a duration such as 250ms, 5s, 6m or 24h, from 0ms to 8760h")));
  }

  @Test
  void refuse_afterReading_isAFaultOfThatKey() {
    Function<OptionReader, Object> lowAndHigh = reader -> {
      int low = reader.integer("low", 1, 1, 9);
      int high = reader.integer("high", 9, 1, 9);
      if (low > high) {
        reader.refuse("low", "at most high, which is " + high);
      }
      return List.of(low, high);
    };
    assertThat(errors("{'low': 5, 'high': 4}", lowAndHigh))
        .containsExactly(
            new ConfigError("test", OPTIONS + ".low", "5", "at most high, which is 4"));
    assertThat(errors("{'low': 5, 'high': 5}", lowAndHigh)).isEmpty();
    assertThat(errors("{'low': 10, 'high': 0}", lowAndHigh))
        .extracting(ConfigError::path)
        .containsExactly(OPTIONS + ".low", OPTIONS + ".high");
  }

  @Test
  void refuse_ofAKeyThatHasAFault_addsNone() {
    Function<OptionReader, Object> never = reader -> {
      int size = reader.integer("size", 3, 1, 9);
      reader.refuse("size", "another");
      return size;
    };
    assertThat(errors("{'size': 'x'}", never))
        .containsExactly(
            new ConfigError("test", OPTIONS + ".size", "\"x\"", "a whole number, 1 to 9"));
    assertThat(errors("{}", never))
        .containsExactly(new ConfigError("test", OPTIONS + ".size", "missing", "another"));
  }

  @Test
  void unknownStrategy_withKeysOfItsOwn_onlyCommonOnesAreJudged() {
    String text = text("owm", "{'percent': 5, 'size': 'x', 'maxEntries': 0, 'expirations': '1h'}");
    assertThat(errorsOf(text, StrategyOptionReaderTest::all))
        .extracting(ConfigError::path)
        .containsExactly(
            OPTIONS + ".maxEntries", OPTIONS + ".expirations", "$.services.s.strategy");
  }

  @Test
  void reader_wronglyUsed_throws() {
    assertMisuse(
        "option ties (expected: a key that was not read before",
        reader -> reader.flag("ties", true));
    assertMisuse(
        "option size (expected: a key that was not read before",
        reader -> reader.integer("size", 1, 1, 2) + reader.integer("size", 1, 1, 2));
    assertMisuse(
        "option size: fallback 0 (expected: 1 to 2)", reader -> reader.integer("size", 0, 1, 2));
    assertMisuse(
        "option share: fallback NaN (expected: 0.0 to 1.0)",
        reader -> reader.number("share", Double.NaN, 0, 1));
    assertMisuse(
        "option pause: fallback PT2H (expected: PT1S to PT1H)",
        reader -> reader.duration("pause", Duration.ofHours(2), SECOND, HOUR));
    assertMisuse("option size (expected: one that was read before)", reader -> {
      reader.refuse("size", "any");
      return "";
    });
  }

  private static void assertMisuse(String message, Function<OptionReader, Object> options) {
    assertThatThrownBy(() -> read("{}", options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  private static List<ConfigError> errors(String options, Function<OptionReader, Object> strategy) {
    return errorsOf(text("own", options), strategy);
  }

  private static List<ConfigError> errorsOf(String text, Function<OptionReader, Object> strategy) {
    try {
      service(text, strategy);
      return List.of();
    } catch (ConfigException e) {
      return e.errors();
    }
  }

  private static StrategyOptions read(String options, Function<OptionReader, Object> strategy)
      throws ConfigException {
    return service(text("own", options), strategy).strategyOptions();
  }

  private static ServiceConfig service(String text, Function<OptionReader, Object> strategy)
      throws ConfigException {
    StrategyCatalog catalog = new StrategyCatalog() {
      @Override
      public Set<String> names() {
        return Set.of("own");
      }

      @Override
      public Object readOptions(String name, OptionReader reader) {
        return strategy.apply(reader);
      }
    };
    return Sample.service(ConfigReader.readText("test", text, catalog, ENVIRONMENT), "s");
  }

  /** A file whose service has that strategy and those options, with single quotes for double ones. */
  private static String text(String strategy, String options) {
    return ("{'listeners': [{'name': 'web', 'protocol': 'http', 'port': 0}], 'routes': [],"
            + "'services': {'s': {'options':" + options + ", 'strategy': '" + strategy
            + "', 'servers': []}}}")
        .replace('\'', '"');
  }
}
