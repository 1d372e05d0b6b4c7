package dev.lblc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AskedRequestTest {
  private static final String URL = "http://h/a";

  @Test
  void header_beyondAscii_isReadAsAGatewayReadsWhatClientsSend() {
    AskedRequest asked = new AskedRequest(URL, "GET", Map.of("X-Id", List.of("\u00fc\t1")));
    assertThat(asked.header("x-id")).isEqualTo("\u00c3\u00bc\t1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GET ", "GE\r\nT", "M\u00fc", "GET\u0000"})
  void method_thatNoRequestHas_isRefused(String method) {
    assertThatThrownBy(() -> new AskedRequest(URL, method, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("method: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"X Y:1", "X\r\nY:1", "X:1\r\nY: 2", "X:\u0000", "\u00fc:1"})
  void header_thatNoRequestHas_isRefused(String header) {
    String[] parts = header.split(":", 2);
    assertThatThrownBy(() -> new AskedRequest(URL, "GET", Map.of(parts[0], List.of(parts[1]))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("header: " + header);
  }

  @Test
  void hosts_thatAreTwo_areRefusedAsOfARequest() {
    assertThatThrownBy(() -> new AskedRequest(URL, "GET", Map.of("Host", List.of("h", "h"))))
        .isInstanceOf(BadRequestException.class);
  }
}
