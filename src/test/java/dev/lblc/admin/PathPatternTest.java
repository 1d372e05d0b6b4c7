package dev.lblc.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PathPatternTest {
  @ParameterizedTest
  @CsvSource({
    "/a/{x}/b, /a/1/b, {x=1}",
    "/a/{x}/b, /a/1/b/, {x=1}",
    "/a/{x}/b, /a//b,",
    "/a/{x}/b, /a/1/2/b,",
    "/a/{x}/b, /a/1/b//,",
    "/a/{x}, /a/%2F%2525+, {x=/%25+}",
    "/a/{x}, /a/, ",
    "/a/{x}, /a, ",
    "/a/{x*}, /a/, {x=}",
    "/a/{x*}, /a, ",
    "/a/{x*}, /a//b//c/, {x=/b//c/}",
    "/a/{x}/b/{y*}, /a/1/b/.., '{x=1, y=..}'",
    "/, /, {}",
    "/, //, {}",
    "/a, /A,",
  })
  void path_comparedWithAPattern_givesParametersOrNothing(
      String pattern, String path, String parameters) {
    Map<String, String> found = new PathPattern(pattern).match(path);
    assertThat(found == null ? null : found.toString()).isEqualTo(parameters);
  }

  @Test
  void pattern_shown_isItsText() {
    assertThat(new PathPattern("/a/{x}")).hasToString("/a/{x}");
  }
}
