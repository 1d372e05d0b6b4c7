package dev.lblc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestTargetTest {
  @Test
  void parse_originForm_keepsItAndItsQuery() {
    RequestTarget target = RequestTarget.parse("/%61//b?x=%2f..&y");
    assertThat(target.authority()).isNull();
    assertThat(target.origin()).isEqualTo("/%61//b?x=%2f..&y");
    assertThat(target.path()).isEqualTo("/a/b");
    assertThat(target.query()).isEqualTo("x=%2f..&y");
  }

  @ParameterizedTest
  @CsvSource({
    "http://h/a?b, h, /a?b",
    "HTTP://H:80/a, H:80, /a",
    "https://h, h, /",
    "http://h?q, h, /?q"
  })
  void parse_absoluteForm_yieldsAuthorityAndOrigin(String text, String authority, String origin) {
    RequestTarget target = RequestTarget.parse(text);
    assertThat(target.authority()).isEqualTo(authority);
    assertThat(target.origin()).isEqualTo(origin);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "a",
        "host:443",
        "ftp://h/",
        "http://",
        "http:///a",
        "/a#b",
        "/a?b#c",
        "/a?b c"
      })
  void parse_anyOther_isRefused(String text) {
    assertThatThrownBy(() -> RequestTarget.parse(text)).isInstanceOf(BadRequestException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "/api/x?q, /x?q",
    "/api, /",
    "/api/, /",
    "/api?q, /?q",
    "/apix, /apix",
    "/api/%78//y, /%78//y",
    "/%61pi/x, /x",
    "//api/x, /x",
    "/a/../api/x?q, /x?q",
    "/api/a/../b, /a/../b",
    "/api/../b, /api/../b"
  })
  void withoutPrefix_aTarget_losesWholeSegmentsOnly(String text, String rest) {
    assertThat(RequestTarget.parse(text).withoutPrefix("/api")).isEqualTo(rest);
  }
}
