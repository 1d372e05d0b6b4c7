package dev.lblc.gateway.http.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.gateway.http.HeaderCases;
import dev.lblc.gateway.http.lane.HeadBuffer.Progress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same table as the other engine's writer. */
final class PlanWriterTest {
  static Stream<HeaderCases.Case> cases() {
    return HeaderCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void write_doesWhatThePlanSays(HeaderCases.Case row) {
    StringBuilder text = new StringBuilder("GET / HTTP/1.1\r\n");
    row.came().forEach(line -> text.append(line).append("\r\n"));
    byte[] bytes = text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    HeadBuffer head =
        new HeadBuffer(HeadParser.ofRequests()).begin(new HeadLimits(8192, 65_536, 100));
    assertThat(head.read(Unpooled.wrappedBuffer(bytes))).isEqualTo(Progress.WHOLE);
    HeadOut to = new HeadOut();
    new PlanWriter().write(head, row.plan(), to);
    ByteBuf buffer = to.toBuffer(UnpooledByteBufAllocator.DEFAULT, 0);
    String written = buffer.toString(StandardCharsets.ISO_8859_1);
    buffer.release();
    assertThat(lines(written))
        .containsExactlyInAnyOrderElementsOf(
            row.goes().stream().map(PlanWriterTest::lowerName).toList());
  }

  @Test
  void text_thatIsNoHeader_isRefused() {
    for (String text : new String[] {"a\r\nb", "\u0000", "\u0100", "\u010d\u010a"}) {
      assertThatThrownBy(() -> new HeadOut().text(text))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static List<String> lines(String written) {
    List<String> lines = new ArrayList<>();
    for (String line : written.split("\r\n", -1)) {
      if (!line.isEmpty()) {
        lines.add(lowerName(line));
      }
    }
    return lines;
  }

  private static String lowerName(String line) {
    int colon = line.indexOf(": ");
    return line.substring(0, colon).toLowerCase(Locale.ROOT) + line.substring(colon);
  }
}
