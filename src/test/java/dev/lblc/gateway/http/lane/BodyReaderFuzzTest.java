package dev.lblc.gateway.http.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reader of chunked bodies against Netty's decoder: what it takes for a body, Netty takes for the same one. */
final class BodyReaderFuzzTest {
  private static final int ROUNDS = Integer.getInteger("lblc.fuzz.rounds", 15_000) / 5;
  private static final HeadLimits LIMITS = new HeadLimits(0, 8192, 100);
  private static final String HEAD =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

  private static final List<String> SEEDS = List.of(
      "0\r\n\r\n",
      "5\r\nabcde\r\n0\r\n\r\n",
      "00a\r\n0123456789\r\n3;n=v\r\nabc\r\n0\r\n\r\n",
      "1 ; n=v ;m\r\nx\r\n0\r\n\r\n",
      "1 ; n=\"v;\\\"\"\r\nx\r\nB\r\nhello world\r\n000\r\nA: b\r\nC:d\r\n\r\n");

  private static final List<String> PIECES = List.of(
      "\r\n",
      "\n",
      "\r",
      " ",
      "\t",
      ";",
      ";x",
      "\"",
      "\\",
      "0",
      "1",
      "f",
      "0x",
      "+",
      "-",
      "_",
      "0\r\n",
      "0\r\n\r\n",
      "\u0000",
      "\u0080",
      "ffffffffffffffff",
      ": ",
      "\r\n ");

  /** What RFC 9112 7.1.1 allows in an extension, and Netty refuses. */
  private static final Pattern SPACE_AFTER_VALUE = Pattern.compile("=[^\\r\\n]+[ \\t];");

  /** {@code isData}: without the framing, as an old client gets it. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bodies_thatAreRead_areReadAlike(boolean isData) {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Mutations mutations = new Mutations(random, SEEDS, PIECES);
    int alike = 0;
    int onlyOurs = 0;
    int onlyNettys = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = mutations.next();
      @Nullable String ours = ours(bytes, isData, random);
      @Nullable String theirs = netty(bytes, isData);
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      if (ours != null && theirs == null && SPACE_AFTER_VALUE.matcher(text).find()) {
        onlyOurs++;
      } else if (ours != null) {
        assertThat(theirs).as("seed %d: %s", seed, text).isEqualTo(ours);
        alike++;
      } else if (theirs != null) {
        onlyNettys++;
      }
    }
    System.out.printf(
        "BodyReaderFuzzTest: seed %d, %d of %d read alike; only Netty read %d, only we %d%n",
        seed, alike, ROUNDS, onlyNettys, onlyOurs);
    assertThat(alike).isGreaterThan(ROUNDS / 20);
  }

  /** The data of the body, or how long it is with its framing, and how much is left behind it; null: it is none. */
  private static @Nullable String ours(byte[] bytes, boolean isData, Random random) {
    BodyReader reader = new BodyReader(new HeadBuffers(true), LIMITS);
    reader.begin(Framing.CHUNKED);
    ByteBuf all = Unpooled.wrappedBuffer(bytes);
    StringBuilder data = new StringBuilder();
    while (all.isReadable() && !reader.isDone() && !reader.isFaulty()) {
      ByteBuf in = all.readSlice(1 + random.nextInt(all.readableBytes()));
      while (in.isReadable() && !reader.isDone() && !reader.isFaulty()) {
        int length = isData ? reader.takeData(in) : reader.take(in);
        if (length > 0) {
          data.append(in.readCharSequence(length, StandardCharsets.ISO_8859_1));
        } else {
          reader.readTrailers(in);
        }
      }
      all.readerIndex(all.readerIndex() - in.readableBytes());
    }
    return reader.isDone() ? (isData ? data : "") + "|" + all.readableBytes() : null;
  }

  private static @Nullable String netty(byte[] bytes, boolean isData) {
    EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder());
    StringBuilder data = new StringBuilder();
    try {
      // Octet by octet, so that what is behind the body is not taken for the next head.
      channel.writeInbound(Unpooled.copiedBuffer(HEAD, StandardCharsets.US_ASCII));
      for (int i = 0; i < bytes.length; i++) {
        channel.writeInbound(Unpooled.wrappedBuffer(bytes, i, 1));
        for (Object read = channel.readInbound(); read != null; read = channel.readInbound()) {
          boolean isEnd =
              read instanceof LastHttpContent last && last.decoderResult().isSuccess();
          boolean isFault =
              read instanceof HttpContent part && part.decoderResult().isFailure();
          if (read instanceof HttpContent part && !(read instanceof HttpRequest)) {
            data.append(part.content().toString(StandardCharsets.ISO_8859_1));
          }
          ReferenceCountUtil.release(read);
          if (isFault) {
            return null;
          }
          if (isEnd) {
            return (isData ? data : "") + "|" + (bytes.length - i - 1);
          }
        }
      }
      return null;
    } finally {
      channel.finishAndReleaseAll();
    }
  }
}
