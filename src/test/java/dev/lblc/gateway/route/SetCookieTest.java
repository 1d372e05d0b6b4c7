package dev.lblc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SetCookieTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "SESSION=a                                 | a",
        "SESSION=a; Path=/; Max-Age=60             | a",
        "session=a                                 | -",
        "XSESSION=a                                | -",
        "SESSION=a=b; Secure                       | a=b",
        "SESSION = \"a b\" ;Secure                 | '\"a b\"'",
        "other; SESSION=a                          | -",
        "SESSION=a & SESSION=b                     | b",
        "SESSION=a & other=b                       | a",
        "SESSION=a; Max-Age=0                      | -",
        "SESSION=a; path=/; max-age=-1             | -",
        "SESSION=a & SESSION=; Max-Age=00          | -",
        "SESSION=a; Max-Age=0 & SESSION=b          | b",
        "SESSION                                   | -"
      })
  void value_isWhatTheClientHasThen(String fields, @Nullable String expected) {
    assertThat(SetCookie.value(List.of(fields.split(" & ", -1)), "SESSION")).isEqualTo(expected);
  }
}
