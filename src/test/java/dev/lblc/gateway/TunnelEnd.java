package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

/** One end of a tunnel, whose octets the test writes and reads itself; waits for at most 10 s for what is to come. */
interface TunnelEnd {
  int MOST_FRAME = 16_384;

  /** Sends octets, a character each. */
  void send(String text) throws IOException;

  /** Waits for exactly this. */
  void expect(String text) throws IOException;

  /** Says that this end sends no more. */
  void end() throws IOException;

  /** Waits for the other end to say so, and for nothing before that. */
  void expectEnd() throws IOException;

  /** Waits for the tunnel to be ended or cut off. */
  void expectGone() throws IOException;

  /** Gives the tunnel up. */
  void reset() throws IOException;

  private static void check(String seen, String expected) {
    assertThat(seen.equals(expected))
        .as("%s, which ends with %s", seen.length(), seen.substring(Math.max(0, seen.length() - 9)))
        .isTrue();
  }

  /** Returns an end that is a connection which has left HTTP/1.1. */
  static TunnelEnd of(RawClient connection) {
    return new TunnelEnd() {
      @Override
      public void send(String text) throws IOException {
        connection.send(text);
      }

      @Override
      public void expect(String text) throws IOException {
        check(connection.exactly(text.length()), text);
      }

      @Override
      public void end() throws IOException {
        connection.endOutput();
      }

      @Override
      public void expectEnd() {
        assertThat(connection.rest()).isEmpty();
      }

      @Override
      public void expectGone() {
        assertThat(connection.rest()).isIn("", "<reset>");
      }

      @Override
      public void reset() throws IOException {
        connection.reset();
      }
    };
  }

  /** Returns an end that is a stream of HTTP/2. */
  static TunnelEnd of(Http2Peer.Stream stream) {
    return new TunnelEnd() {
      private int read;

      @Override
      public void send(String text) throws IOException {
        for (int from = 0; from < text.length(); from += MOST_FRAME) {
          String piece = text.substring(from, Math.min(text.length(), from + MOST_FRAME));
          stream.awaitRoom(piece.length()).data(false, piece);
        }
      }

      @Override
      public void expect(String text) throws IOException {
        String all = stream.awaitBody(read + text.length()).body();
        check(all.substring(read, read + text.length()), text);
        read += text.length();
      }

      @Override
      public void end() throws IOException {
        stream.data(true, "");
      }

      @Override
      public void expectEnd() throws IOException {
        assertThat(stream.awaitEnd().body()).hasSize(read);
      }

      @Override
      public void expectGone() throws IOException {
        assertThat(stream.awaitReset()).isIn(Http2Peer.CANCEL, Http2Peer.NO_ERROR);
      }

      @Override
      public void reset() throws IOException {
        stream.reset(Http2Peer.CANCEL);
      }
    };
  }
}
