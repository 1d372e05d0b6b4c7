package dev.lblc.gateway.http.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The parser against Netty's: what it reads, Netty reads alike. What only Netty reads is counted by the fault. */
final class HeadParserFuzzTest {
  private static final int ROUNDS = Integer.getInteger("lblc.fuzz.rounds", 15_000);

  private static final String[] SEEDS = {
    "GET /a?b=c HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: h:80\r\nContent-Type: a/b; c=\"d\"\r\nX-Y:z\r\n\r\n",
    "OPTIONS * HTTP/1.0\r\n\r\n",
    "GET http://h/a HTTP/1.1\r\nHost: h\r\nCookie: a=b; c=d\r\nX-Empty:\r\n\r\n",
  };

  private static final String[] PIECES = {
    "\r\n",
    "\n",
    "\r",
    " ",
    "\t",
    ":",
    "\u0000",
    "\u007f",
    "\u0080",
    "\u00ff",
    "HTTP/1.1",
    "HTTP/2.0",
    "a",
    "\u000b",
    ": ",
    "\r\n ",
    "\r\n\r\n",
    ";",
    "%",
    "\"",
    "(",
    "Host: x\r\n"
  };

  @Test
  void heads_thatAreRead_areReadAlike() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    HeadParser parser = HeadParser.ofRequests();
    Map<HeadFault, Integer> onlyNettys = new EnumMap<>(HeadFault.class);
    int alike = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = mutated(random).getBytes(StandardCharsets.ISO_8859_1);
      parser.begin(0, new HeadLimits(8192, 65_536, 100));
      int end = parse(parser, bytes, random);
      @Nullable List<String> theirs = netty(bytes);
      if (end >= 0) {
        assertThat(theirs)
            .as("seed %d: %s", seed, new String(bytes, StandardCharsets.ISO_8859_1))
            .isEqualTo(HeadParserTest.parts(parser, bytes));
        alike++;
      } else if (parser.fault() != null && theirs != null) {
        onlyNettys.merge(parser.fault(), 1, Integer::sum);
      }
    }
    System.out.printf(
        "HeadParserFuzzTest: seed %d, %d of %d read alike; only Netty read: %s%n",
        seed, alike, ROUNDS, onlyNettys);
    assertThat(alike).isGreaterThan(ROUNDS / 20);
  }

  /** In pieces of any length. */
  private static int parse(HeadParser parser, byte[] bytes, Random random) {
    int to = 0;
    int end = HeadParser.MORE;
    while (end == HeadParser.MORE && to < bytes.length) {
      to = Math.min(bytes.length, to + 1 + random.nextInt(bytes.length));
      end = parser.parse(bytes, to);
    }
    return end;
  }

  private static String mutated(Random random) {
    StringBuilder text = new StringBuilder(SEEDS[random.nextInt(SEEDS.length)]);
    for (int i = random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(4)) {
        case 0 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
        case 1 -> text.deleteCharAt(at);
        case 2 -> text.setCharAt(at, (char) random.nextInt(256));
        default -> text.insert(at, text.substring(at, Math.min(text.length(), at + 8)));
      }
    }
    return text.toString();
  }

  /** What Netty's decoder reads of the first head; null: it reads none. */
  private static @Nullable List<String> netty(byte[] bytes) {
    EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder());
    try {
      channel.writeInbound(Unpooled.copiedBuffer(bytes));
      Object first = channel.readInbound();
      if (!(first instanceof HttpRequest head) || head.decoderResult().isFailure()) {
        return null;
      }
      List<String> parts = new ArrayList<>();
      parts.add(head.method().name());
      parts.add(head.uri());
      parts.add(String.valueOf(head.protocolVersion().minorVersion()));
      head.headers()
          .iteratorAsString()
          .forEachRemaining(header -> parts.add(header.getKey() + "=" + header.getValue()));
      return parts;
    } finally {
      channel.finishAndReleaseAll();
    }
  }
}
