package dev.lblc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.HttpLimits;
import dev.lblc.gateway.route.AddressBlocks;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InboundFactsTest {
  @ParameterizedTest
  @CsvSource({
    "Content-Length: 5, 5, false",
    "Content-Length: 6, 5, true",
    "Content-Length: 9223372036854775807, 5, true",
    "Content-Length: 9223372036854775808, 5, true",
    "Content-Length: 9223372036854775808, -1, false",
    "Content-Length: 0, 5, false",
    "Transfer-Encoding: chunked, 5, false",
    "X: y, 5, false"
  })
  void length_thatIsAnnounced_isComparedWithTheLimit(String field, long limit, boolean isLonger) {
    RequestHead head =
        new StatedHead(Protocol.HTTP_1_1, "192.0.2.1").lines(List.of("Host: h", field));
    InboundFacts facts = new InboundFacts(head, AddressBlocks.compile(List.of()));
    assertThat(facts.isLongerThan(limit < 0 ? HttpLimits.NONE : limit)).isEqualTo(isLonger);
  }
}
