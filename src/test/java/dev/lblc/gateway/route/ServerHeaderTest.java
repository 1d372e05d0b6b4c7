package dev.lblc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.HttpRouteConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerHeaderTest {
  /** An id is any text; a header must not end where the id wants it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cache-1 | cache-1; hit",
        "10.0.0.1:8080 | 10.0.0.1:8080; hit",
        "[::1]:80 | [::1]:80; hit",
        "a b;c,d%e | a%20b%3Bc%2Cd%25e; hit",
        "häuschen | h%C3%A4uschen; hit"
      })
  void id_isWrittenSoThatItCanBeRead(String id, String value) {
    HttpRouteConfig.HeaderEdits none = new HttpRouteConfig.HeaderEdits(Map.of(), Set.of());
    HttpRouteConfig route = new HttpRouteConfig(
        0,
        new HttpRouteConfig.Match(null, null, Set.of(), Map.of(), Map.of()),
        "s",
        List.of(),
        new HttpRouteConfig.Timeouts(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            null),
        new HttpRouteConfig.Limits(null, null),
        0,
        null,
        Set.of(),
        new HttpRouteConfig.HostHeader(HttpRouteConfig.HostHeader.Mode.KEEP, null),
        none,
        none,
        "X-Served-By",
        null,
        List.of(),
        null,
        null);
    HeaderEdits edits = Objects.requireNonNull(ServerHeader.compile(route)).edits(id, "hit");
    assertThat(edits.dropped().contains("x-served-by")).isTrue();
    assertThat(edits.set()).singleElement().satisfies(line -> {
      assertThat(line.name().toString()).isEqualTo("x-served-by");
      assertThat(line.value().toString()).isEqualTo(value);
    });
  }
}
