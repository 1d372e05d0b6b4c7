package dev.lblc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FramesTest {
  private static final int TEXT = 0x81;
  private static final int CLOSE = 0x88;

  private final Frames frames = new Frames();

  @Test
  void nothing_isAtABoundary() {
    assertThat(frames.isAtBoundary()).isTrue();
    assertThat(frames.hasClosed()).isFalse();
  }

  @Test
  void frames_ofAnyLengthInAnyPieces_endWhereTheyDo() {
    Random random = new Random(7);
    Buffer all = Buffer.buffer();
    List<Integer> ends = new ArrayList<>();
    for (int length : new int[] {0, 1, 125, 126, 127, 65_535, 65_536, 3}) {
      for (boolean isMasked : new boolean[] {false, true}) {
        all.appendBuffer(frame(TEXT, length, isMasked));
        ends.add(all.length());
      }
    }
    List<Integer> seen = new ArrayList<>();
    int from = 0;
    while (from < all.length()) {
      int to = Math.min(all.length(), from + 1 + random.nextInt(random.nextBoolean() ? 3 : 40_000));
      Buffer piece = all.slice(from, to);
      int at = 0;
      while (at < piece.length()) {
        at = frames.followFrame(piece::getByte, at, piece.length());
        if (frames.isAtBoundary()) {
          seen.add(from + at);
        }
      }
      from = to;
    }
    assertThat(seen).isEqualTo(ends);
    assertThat(frames.hasClosed()).isFalse();
  }

  @Test
  void closeFrame_isNoticed() {
    follow(frame(TEXT, 3, false).appendBuffer(frame(CLOSE, 2, true)));
    assertThat(frames.hasClosed()).isTrue();
    assertThat(frames.isAtBoundary()).isTrue();
  }

  @Test
  void whatIsInsideAFrame_isNotRead() {
    Buffer frame = frame(TEXT, 4, false).setByte(2, (byte) CLOSE);
    follow(frame.slice(0, 4));
    assertThat(frames.isAtBoundary()).isFalse();
    follow(frame.slice(4, 6));
    assertThat(frames.isAtBoundary()).isTrue();
    assertThat(frames.hasClosed()).isFalse();
  }

  @Test
  void lengthThatIsTooLong_neverEnds() {
    follow(Buffer.buffer(new byte[] {(byte) TEXT, 127}).appendLong(-1L));
    follow(Buffer.buffer(new byte[100]));
    assertThat(frames.isAtBoundary()).isFalse();
  }

  private void follow(Buffer data) {
    frames.follow(data::getByte, 0, data.length());
  }

  private static Buffer frame(int first, int length, boolean isMasked) {
    int mask = isMasked ? 0x80 : 0;
    Buffer frame = Buffer.buffer().appendByte((byte) first);
    if (length < 126) {
      frame.appendByte((byte) (mask | length));
    } else if (length < 65_536) {
      frame.appendByte((byte) (mask | 126)).appendShort((short) length);
    } else {
      frame.appendByte((byte) (mask | 127)).appendLong(length);
    }
    return frame.appendBytes(new byte[isMasked ? 4 : 0]).appendBytes(new byte[length]);
  }
}
