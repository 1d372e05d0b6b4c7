package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NormalPathTest {
  @ParameterizedTest
  @CsvSource({
    "/, /",
    "/a/b, /a/b",
    "/a/b/, /a/b/",
    "/a.b/c..d/...e, /a.b/c..d/...e",
    "/.well-known/x, /.well-known/x",
    "/a/./b, /a/b",
    "/a/../b, /b",
    "/a/b/.., /a/",
    "/a/b/., /a/b/",
    "/a/.., /",
    "/%61dmin, /admin",
    "/a/%2e/b, /a/b",
    "/a/%2e%2E/b, /b",
    "/a/.%2e/b, /b",
    "//a, /a",
    "/a//b///c//, /a/b/c/",
    "/a/./b//c, /a/b/c",
    "/a%2fb, /a/b",
    "/a%2Fb%2F, /a/b/",
    "/a%2f%2fb, /a/b",
    "/a%20b, /a%20b",
    "/caf%c3%a9, /caf%C3%A9",
    "/a%3Ab%40c%2Bd, /a:b@c+d",
    "/a;x=1/b, /a;x=1/b",
    "/a%3bx/b, /a;x/b",
    "/a%252e%252e/b, /a%252e%252e/b",
    "/a%25%32%65, /a%252e",
    "/a%3Fb%23c, /a%3Fb%23c"
  })
  void of_aPathWithOneMeaning_isThatForm(String path, String normal) {
    assertThat(NormalPath.of(path)).isEqualTo(normal);
    assertThat(NormalPath.of(normal)).as("a second time").isEqualTo(normal);
  }

  @Test
  void of_aNormalPath_isTheSameInstance() {
    String path = "/images/2024/a-b_c.d~e/";
    assertThat(NormalPath.of(path)).isSameAs(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "*",
        "/..",
        "/../a",
        "/a/../../b",
        "/%2e%2e/a",
        "/public/..%2fadmin",
        "/public%2f../admin",
        "/public%2f..%2fadmin",
        "/a%2f.%2fb",
        "/a/..%2F..%2Fb",
        "/admin/x%2f..%2f..%2fpublic/y",
        "/a%2fb/../c",
        "/admin//../public",
        "/a/..//b",
        "/public/..;/admin",
        "/public/..;x=1/admin",
        "/a/.;/b",
        "/public/..%3b/admin",
        "/public/%2e%2e;/admin",
        "/a\\b",
        "/a%5cb",
        "/public/..%5Cadmin",
        "/a#b",
        "/a b",
        "/a\tb",
        "/a\u0000b",
        "/a\u007fb",
        "/a\u00e9b",
        "/a%00b",
        "/a%0ab",
        "/a%0d%0ab",
        "/a%1fb",
        "/a%7fb",
        "/a%",
        "/a%2",
        "/a%zz",
        "/a%2g",
        "/a%%2f",
        "/%c0%ae%c0%ae/a",
        "/a%c0%afb",
        "/a%c1%9cb",
        "/a%e0%80%afb",
        "/a%f0%80%80%afb"
      })
  void of_aPathThatUpstreamsReadDifferently_isRefused(String path) {
    assertThatThrownBy(() -> NormalPath.of(path)).isInstanceOf(IllegalPathException.class);
  }
}
