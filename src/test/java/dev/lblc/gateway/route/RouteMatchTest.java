package dev.lblc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.HttpRouteConfig.Match;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RouteMatchTest {
  @ParameterizedTest
  @CsvSource({
    "example.com, example.com, true",
    "example.com, www.example.com, false",
    "*.example.com, www.example.com, true",
    "*.example.com, a.b.example.com, true",
    "*.example.com, example.com, false",
    "*.example.com, .example.com, false",
    "*.example.com, badexample.com, false",
    "1.2.3.4, 1.2.3.4, true"
  })
  void matches_host_exactOrOneOrMoreLabels(String pattern, String host, boolean matches) {
    assertThat(match(pattern, null).matches(StatedFacts.get(host, "/"), "/")).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({
    "/a, /a, true",
    "/a, /a/, false",
    "/a/*, /a/, true",
    "/a/*, /a/b/c, true",
    "/a/*, /a, false",
    "/a*, /abc, true",
    "/*, /, true",
    "*, /x, true",
    "/a:b, /a:b, true"
  })
  void matches_path_exactOrPrefix(String pattern, String path, boolean matches) {
    assertThat(match(null, pattern).matches(StatedFacts.get("h", path), path)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({
    "/%61dmin/x",
    "//admin/x",
    "/public/../admin/x",
    "/public/%2e%2e/admin/x",
    "/%2fadmin%2fx",
    "/./admin//x"
  })
  void matches_anotherSpellingOfThePath_isNoWayAround(String target) {
    RequestFacts facts = StatedFacts.get("h", RequestTarget.parse(target).path());
    assertThat(match(null, "/admin/*").matches(facts, facts.path())).isTrue();
  }

  @Test
  void matches_methodsAndHeaders_allMustHold() {
    RouteMatch match = new RouteMatch(
        new Match(null, null, Set.of("GET", "HEAD"), Map.of("x-a", "1", "x-b", "*"), Map.of()),
        null);
    StatedFacts facts = StatedFacts.get("h", "/").with("x-a", "0").with("x-a", "1");
    assertThat(match.matches(facts, facts.path())).isFalse();
    assertThat(match.matches(facts.with("x-b", ""), facts.path())).isTrue();
    assertThat(match.matches(facts.with("x-b", "y").by("POST"), facts.path())).isFalse();
  }

  private static RouteMatch match(@Nullable String host, @Nullable String path) {
    return new RouteMatch(new Match(host, path, Set.of(), Map.of(), Map.of()), null);
  }
}
