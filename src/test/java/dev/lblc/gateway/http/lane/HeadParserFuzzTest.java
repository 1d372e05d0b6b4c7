package dev.lblc.gateway.http.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The parser against Netty's: what it reads, Netty reads alike. What only Netty reads is counted by the fault. */
final class HeadParserFuzzTest {
  private static final int ROUNDS = Integer.getInteger("lblc.fuzz.rounds", 15_000);

  private static final HeadLimits LIMITS = new HeadLimits(8192, 65_536, 100);

  private static final List<String> REQUESTS = List.of(
      "GET /a?b=c HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n",
      "POST /a HTTP/1.1\r\nHost: h:80\r\nContent-Type: a/b; c=\"d\"\r\nX-Y:z\r\n\r\n",
      "OPTIONS * HTTP/1.0\r\n\r\n",
      "GET http://h/a HTTP/1.1\r\nHost: h\r\nCookie: a=b; c=d\r\nX-Empty:\r\n\r\n");

  private static final List<String> ANSWERS = List.of(
      "HTTP/1.1 200 OK\r\nServer: s\r\nETag: \"1\"\r\n\r\n",
      "HTTP/1.0 404 Not Found\r\nX-Y:z\r\n\r\n",
      "HTTP/1.1 304 \r\nSet-Cookie: a=b; c=d\r\nX-Empty:\r\n\r\n",
      "HTTP/1.1 503 Try later\r\n\r\n");

  private static final List<String> PIECES = List.of(
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
      "Host: x\r\n");

  @Test
  void requests_thatAreRead_areReadAlike() {
    compare(HeadParser.ofRequests(), REQUESTS, HttpRequestDecoder::new);
  }

  @Test
  void answers_thatAreRead_areReadAlike() {
    compare(HeadParser.ofResponses(), ANSWERS, HttpResponseDecoder::new);
  }

  private static void compare(
      HeadParser parser, List<String> seeds, Supplier<ChannelHandler> decoder) {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Mutations mutations = new Mutations(random, seeds, PIECES);
    Map<HeadFault, Integer> onlyNettys = new EnumMap<>(HeadFault.class);
    int alike = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = mutations.next();
      parser.begin(0, LIMITS);
      int end = parse(parser, bytes, random);
      @Nullable List<String> theirs = netty(bytes, decoder.get());
      if (end >= 0) {
        assertThat(theirs)
            .as("seed %d: %s", seed, new String(bytes, StandardCharsets.ISO_8859_1))
            .isEqualTo(parts(parser, bytes));
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

  /** Netty leaves out the white space around a phrase; the lane passes it on. */
  private static List<String> parts(HeadParser parser, byte[] bytes) {
    List<String> parts = HeadParserTest.parts(parser, bytes);
    if (!parser.isRequest()) {
      parts.set(1, parts.get(1).strip());
    }
    return parts;
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

  /** What Netty's decoder reads of the first head; null: it reads none. */
  private static @Nullable List<String> netty(byte[] bytes, ChannelHandler decoder) {
    EmbeddedChannel channel = new EmbeddedChannel(decoder);
    try {
      channel.writeInbound(Unpooled.copiedBuffer(bytes));
      Object first = channel.readInbound();
      if (!(first instanceof HttpMessage head) || head.decoderResult().isFailure()) {
        return null;
      }
      List<String> parts = new ArrayList<>();
      if (head instanceof HttpRequest request) {
        parts.add(request.method().name());
        parts.add(request.uri());
      } else if (head instanceof HttpResponse response) {
        parts.add(String.valueOf(response.status().code()));
        parts.add(response.status().reasonPhrase());
      }
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
