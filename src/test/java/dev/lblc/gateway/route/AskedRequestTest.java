package dev.lblc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.config.DestinationTemplate;
import dev.lblc.config.DestinationTemplate.Field;
import dev.lblc.config.DestinationTemplate.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AskedRequestTest {
  private static final String URL = "http://h/a";
  private static final byte[] NO_BODY = {};

  @Test
  void header_beyondAscii_isReadAsAGatewayReadsWhatClientsSend() {
    AskedRequest asked =
        new AskedRequest(URL, "GET", Map.of("X-Id", List.of("\u00fc\t1")), NO_BODY);
    assertThat(asked.header("x-id")).isEqualTo("\u00c3\u00bc\t1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GET ", "GE\r\nT", "M\u00fc", "GET\u0000"})
  void method_thatNoRequestHas_isRefused(String method) {
    assertThatThrownBy(() -> new AskedRequest(URL, method, Map.of(), NO_BODY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("method: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"X Y:1", "X\r\nY:1", "X:1\r\nY: 2", "X:\u0000", "\u00fc:1"})
  void header_thatNoRequestHas_isRefused(String header) {
    String[] parts = header.split(":", 2);
    assertThatThrownBy(
            () -> new AskedRequest(URL, "GET", Map.of(parts[0], List.of(parts[1])), NO_BODY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("header: " + header);
  }

  /** A match looks at the body first, then the destination at more of it; another listener begins anew. */
  @Test
  void body_isLookedAtAsThatOfARequest() {
    byte[] body = "{\"user\": \"u1\", \"x\": 1}".getBytes(StandardCharsets.UTF_8);
    AskedRequest asked = new AskedRequest(URL, "POST", Map.of(), body);
    JsonFields fields = JsonFields.ofTemplates(
        List.of(new DestinationTemplate(List.of(new Field(Kind.JSON, "user", 0)))));
    assertThat(asked.knows(BodyNeeds.ofMatch(fields, 5))).isTrue();
    assertThat(asked.bodyStart().json(fields.node("user"))).isNull();
    assertThat(asked.bodyStart().length()).isEqualTo(5);
    assertThat(asked.knows(BodyNeeds.ofMatch(fields, 100))).isTrue();
    assertThat(asked.ofClient("192.0.2.1").bodyStart().json(fields.node("user")))
        .isEqualTo("u1");
    assertThat(asked.again().bodyStart()).isSameAs(BodyStart.NONE);
  }

  @Test
  void hosts_thatAreTwo_areRefusedAsOfARequest() {
    assertThatThrownBy(
            () -> new AskedRequest(URL, "GET", Map.of("Host", List.of("h", "h")), NO_BODY))
        .isInstanceOf(BadRequestException.class);
  }
}
