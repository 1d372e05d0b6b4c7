package dev.lblc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostNameTest {
  @ParameterizedTest
  @CsvSource({
    "example.com, example.com",
    "EXAMPLE.Com:8080, example.com",
    "example.com., example.com",
    "example.com.:80, example.com",
    "127.0.0.1:80, 127.0.0.1",
    "[::1], ::1",
    "[2001:DB8::1]:443, 2001:db8::1",
    "a_b.c:, a_b.c"
  })
  void of_anAuthority_isTheBareName(String authority, String host) {
    assertThat(HostName.of(authority)).isEqualTo(host);
  }

  @Test
  void of_aBareName_isTheSameInstance() {
    String host = "images.example.com";
    assertThat(HostName.of(host)).isSameAs(host);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b",
        "a@b",
        "a/b",
        "a\\b",
        "a:b",
        "a:1:2",
        "[::1",
        "[::1]x",
        "%61.com",
        "a\"b",
        "a\u00e9",
        "a?b",
        "a,b",
        "a.example,b.example:80",
        ","
      })
  void of_whatIsNoAuthority_isRefused(String authority) {
    assertThatThrownBy(() -> HostName.of(authority)).isInstanceOf(BadRequestException.class);
  }
}
