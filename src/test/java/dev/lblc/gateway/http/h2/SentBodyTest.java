package dev.lblc.gateway.http.h2;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Deque;
import org.junit.jupiter.api.Test;

final class SentBodyTest {
  private final SentBody.Total total = new SentBody.Total();
  private final SentBody body = new SentBody(total);

  private static ByteBuf piece(int octets) {
    return Unpooled.buffer(Math.max(1, octets)).writeZero(octets);
  }

  /** Adds a piece as one that writes it does; the piece is gone behind that. */
  private void send(SentBody to, int octets) {
    ByteBuf piece = piece(octets);
    to.add(piece);
    piece.release();
  }

  @Test
  void pieces_areGivenAwayInOrder_evenIfThoseThatWereSentAreRead() {
    for (String text : new String[] {"one", "two"}) {
      ByteBuf piece = Unpooled.copiedBuffer(text, US_ASCII);
      body.add(piece);
      piece.skipBytes(3).release();
    }
    assertThat(body.isWhole()).isTrue();
    Deque<ByteBuf> all = body.takePieces();
    assertThat(all).extracting(each -> each.toString(US_ASCII)).containsExactly("one", "two");
    assertThat(total.kept()).isZero();
    assertThat(all).allMatch(ByteBuf::release);
  }

  @Test
  void piece_thatIsASmallPartOfItsBuffer_doesNotKeepThat() {
    for (ByteBuf large : new ByteBuf[] {
      piece(10_000), PooledByteBufAllocator.DEFAULT.directBuffer(10_000).writeZero(10_000)
    }) {
      ByteBuf part = large.retainedSlice(5000, 100);
      body.add(part);
      part.release();
      assertThat(large.refCnt()).isEqualTo(1);
      ByteBuf half = large.retainedSlice(5000, 5000);
      body.add(half);
      half.release();
      assertThat(large.refCnt()).isEqualTo(2);
      large.release();
    }
    body.drop();
  }

  @Test
  void body_thatIsTooLarge_isNotKept() {
    send(body, 40_000);
    assertThat(total.kept()).isGreaterThanOrEqualTo(40_000);
    send(body, 40_000);
    assertThat(body.isWhole()).isFalse();
    assertThat(total.kept()).isZero();
    send(body, 1);
    assertThat(body.isWhole()).isFalse();
    assertThat(body.takePieces()).isEmpty();
  }

  /** Each piece takes memory, however short it is. */
  @Test
  void body_ofManyPieces_isNotKept() {
    for (int i = 0; i < 1000; i++) {
      send(body, 1);
    }
    assertThat(body.isWhole()).isFalse();
    assertThat(total.kept()).isZero();
  }

  @Test
  void bodies_ofAConnection_haveALimitInCommon() {
    SentBody[] bodies = new SentBody[1000];
    int whole = 0;
    for (int i = 0; i < bodies.length; i++) {
      bodies[i] = new SentBody(total);
      send(bodies[i], 60_000);
      whole += bodies[i].isWhole() ? 1 : 0;
    }
    assertThat(whole).isBetween(50, 100);
    assertThat(total.kept()).isLessThanOrEqualTo(4 << 20);
    for (SentBody each : bodies) {
      each.drop();
    }
    assertThat(total.kept()).isZero();
    send(body, 60_000);
    assertThat(body.isWhole()).isTrue();
    body.drop();
  }
}
