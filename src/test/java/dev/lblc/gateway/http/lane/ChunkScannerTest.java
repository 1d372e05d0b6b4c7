package dev.lblc.gateway.http.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChunkScannerTest {
  private final ChunkScanner scanner = new ChunkScanner();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0|",
        "3|abc|0|",
        "A|0123456789|0|",
        "0000a|0123456789|00|",
        "2;a=b|ok|0|",
        "2 ;a|ok|0;x=y|",
        "2;a=\"b;c\\\"\"|ok|0|"
      })
  void body_endsBehindTheLastChunk(String body) {
    byte[] octets = bytes(body + "X-Trailer: 1||GET");
    int end = bytes(body).length;
    assertThat(scan(octets, octets.length)).isEqualTo(end);
    assertThat(scanner.isDone()).isTrue();
    assertThat(scan(octets, 1)).as("octet by octet").isEqualTo(end);
    assertThat(scanner.isDone()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "|",
        "zz|",
        "-1|",
        "+1|",
        "0x1|",
        " 1|",
        "1 1|a",
        "1_0|",
        ";a|",
        "1\n",
        "1\r\r",
        "1|ab",
        "1|a\n",
        "1|a\rx",
        "1;a\n",
        "1;a=\"\u0001\"|",
        "1;a=\"b|",
        "1234567890abcdef|"
      })
  void body_thatIsNotChunked_isFaulty(String body) {
    byte[] octets = bytes(body + "|");
    scan(octets, octets.length);
    assertThat(scanner.isFaulty()).isTrue();
    scan(octets, 1);
    assertThat(scanner.isFaulty()).isTrue();
  }

  @Test
  void body_thatIsNotThroughYet_isNeitherDoneNorFaulty() {
    for (String body :
        new String[] {"", "3", "3|", "3|ab", "3|abc", "3|abc\r", "3|abc|", "3;a", "0", "0\r"}) {
      byte[] octets = bytes(body);
      assertThat(scan(octets, 1)).isEqualTo(octets.length);
      assertThat(scanner.isDone() || scanner.isFaulty()).as(body).isFalse();
    }
  }

  @Test
  void extensions_thatGoOn_areFaulty() {
    byte[] octets = bytes("1;" + "a".repeat(5_000));
    scan(octets, 1);
    assertThat(scanner.isFaulty()).isTrue();
  }

  private int scan(byte[] octets, int step) {
    ByteBuf bytes = Unpooled.wrappedBuffer(octets);
    scanner.begin();
    int at = 0;
    for (int to = Math.min(step, octets.length);
        at == 0 || (at < octets.length && !scanner.isDone() && !scanner.isFaulty());
        to = Math.min(to + step, octets.length)) {
      int next = scanner.scan(bytes, at, to);
      if (next == at && to == octets.length) {
        break;
      }
      at = next;
    }
    return at;
  }

  private static byte[] bytes(String lines) {
    return lines.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }
}
