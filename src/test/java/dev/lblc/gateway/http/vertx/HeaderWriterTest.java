package dev.lblc.gateway.http.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.gateway.http.HeaderCases;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class HeaderWriterTest {
  static Stream<HeaderCases.Case> cases() {
    return HeaderCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void write_doesWhatThePlanSays(HeaderCases.Case row) {
    MultiMap from = HttpHeaders.headers();
    for (String line : row.came()) {
      from.add(line.substring(0, line.indexOf(": ")), line.substring(line.indexOf(": ") + 2));
    }
    MultiMap to = HttpHeaders.headers();
    HeaderWriter.write(from, row.plan(), to);
    assertThat(lines(to))
        .containsExactlyInAnyOrderElementsOf(
            row.goes().stream().map(HeaderWriterTest::lowerName).toList());
  }

  @Test
  void write_aHeaderThatCannotBeSent_isRefused() {
    MultiMap from = MultiMap.caseInsensitiveMultiMap().add("x-split", "a\r\nb: c");
    HeaderCases.Case row = HeaderCases.all().findFirst().orElseThrow();
    assertThatThrownBy(() -> HeaderWriter.write(from, row.plan(), HttpHeaders.headers()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Iterable<String> lines(MultiMap headers) {
    return headers.entries().stream()
        .map(each -> lowerName(each.getKey() + ": " + each.getValue()))
        .toList();
  }

  private static String lowerName(String line) {
    int colon = line.indexOf(": ");
    return line.substring(0, colon).toLowerCase(Locale.ROOT) + line.substring(colon);
  }
}
