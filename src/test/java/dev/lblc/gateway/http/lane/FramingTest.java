package dev.lblc.gateway.http.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.gateway.http.lane.HeadBuffer.Progress;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FramingTest {
  @ParameterizedTest
  @CsvSource({
    "1.1, X: 1, 0",
    "1.1, Content-Length: 0, 0",
    "1.1, content-length: 12, 12",
    "1.1, Content-Length: 12|CONTENT-LENGTH: 12, -3",
    "1.0, Content-Length: 12, 12",
    "1.1, Content-Length: 999999999999999999, 999999999999999999",
    "1.1, Transfer-Encoding: chunked, -1",
    "1.1, transfer-encoding:  CHUNKED , -1",
    "1.1, Content-Length: 1|Content-Length: 2, -3",
    "1.0, Content-Length: 1|Content-Length: 2, -3",
    "1.1, 'Content-Length: 1, 1', -3",
    "1.1, Content-Length: , -3",
    "1.1, Content-Length: +1, -3",
    "1.1, Content-Length: 1_0, -3",
    "1.1, Content-Length: 0x1, -3",
    "1.1, Content-Length: 1 1, -3",
    "1.1, Content-Length: 9999999999999999999, -3",
    "1.1, Content-Length: 3|Transfer-Encoding: chunked, -3",
    "1.1, Transfer-Encoding: chunked|Content-Length: 3, -3",
    "1.1, Transfer-Encoding: chunked|Transfer-Encoding: chunked, -3",
    "1.1, 'Transfer-Encoding: gzip, chunked', -3",
    "1.1, 'Transfer-Encoding: chunked, identity', -3",
    "1.1, Transfer-Encoding: xchunked, -3",
    "1.1, Transfer-Encoding: , -3",
    "1.0, Transfer-Encoding: chunked, -3"
  })
  void request_isFramedInOneWay(String version, String headers, long framing) {
    HeadBuffer head =
        read(HeadParser.ofRequests(), "POST / HTTP/" + version + "|" + headers + "||");
    assertThat(Framing.ofRequest(head)).isEqualTo(framing);
  }

  @ParameterizedTest
  @CsvSource({
    "200, X: 1, -2",
    "200, Content-Length: 12, 12",
    "200, Transfer-Encoding: chunked, -1",
    "204, Content-Length: 12, 0",
    "304, Content-Length: 12, 0",
    "304, Transfer-Encoding: chunked, 0",
    "103, X: 1, 0",
    "204, Content-Length: 1|Content-Length: 2, -3",
    "200, Content-Length: 1|Transfer-Encoding: chunked, -3"
  })
  void response_isFramedInOneWay(int status, String headers, long framing) {
    HeadBuffer head = read(HeadParser.ofResponses(), "HTTP/1.1 " + status + " x|" + headers + "||");
    assertThat(Framing.ofResponse(head, false)).isEqualTo(framing);
    assertThat(Framing.ofResponse(head, true))
        .as("of HEAD")
        .isEqualTo(framing == Framing.FAULTY ? Framing.FAULTY : 0);
  }

  private static HeadBuffer read(HeadParser parser, String lines) {
    HeadBuffer head = new HeadBuffer(parser).begin(new HeadLimits(8192, 65_536, 100));
    byte[] bytes = lines.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    assertThat(head.read(Unpooled.wrappedBuffer(bytes))).isEqualTo(Progress.WHOLE);
    return head;
  }
}
