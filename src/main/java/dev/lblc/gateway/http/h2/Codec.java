package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.Limits;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2PromisedRequestVerifier;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;

/**
 * The parts of Netty's codec for one connection.
 *
 * @param settings to begin the connection with
 * @param budget what the peer may send beside messages
 * @param late what it may send on streams that are over
 */
record Codec(
    Http2ConnectionDecoder decoder,
    Http2ConnectionEncoder encoder,
    Http2Settings settings,
    FrameBudget budget,
    LateFrames late) {
  /** How much of a body may come on one stream before it is taken: what 50 ms of 160 Mbit/s are. */
  static final int STREAM_WINDOW = 1 << 20;

  /** How much of an answer may come before its client has taken anything, and is held in memory if it takes nothing. */
  static final int FIRST_WINDOW = 128 << 10;

  /** How much may be on its way on all streams from a server. */
  static final int SERVER_WINDOW = 16 << 20;

  /** By how much the windows of all streams from a server together may be wider than the first ones. */
  static final int MOST_WIDENED = 16 << 20;

  private static final float REFILL_AT = 0.5f;
  private static final int MOST_SMALL_CONTINUATIONS = 16;

  /**
   * Returns which part of a client's window as a whole is left when it is refilled. What waits for a server counts as not taken all the
   * time, so at a half those that have a server would wait for octets that may not come.
   */
  static float refillAt(int window) {
    return 1 - Limits.SERVED_BYTES * REFILL_AT / window;
  }

  /** Returns the codec of a client's connection. */
  static Codec ofClient(int maxHeaders, int maxStreams, FrameBudget budget) {
    Http2Settings settings = new Http2Settings()
        .maxConcurrentStreams(maxStreams)
        .connectProtocolEnabled(true)
        .initialWindowSize(Limits.WAITING_BYTES)
        .maxHeaderListSize(maxHeaders);
    DefaultHttp2Connection connection = new DefaultHttp2Connection(true);
    connection.remote().maxActiveStreams(maxStreams);
    connection
        .local()
        .flowController(new DefaultHttp2LocalFlowController(connection, REFILL_AT, false));
    return of(connection, maxHeaders, settings, budget);
  }

  /**
   * Returns the codec of a connection to a server. Its window as a whole is refilled at once: one client that does not read stops
   * its stream, and no other. So what such clients have the gateway hold is bounded by the windows of the streams alone.
   */
  static Codec ofServer(int maxHeaders, FrameBudget budget) {
    Http2Settings settings = new Http2Settings()
        .pushEnabled(false)
        .maxConcurrentStreams(0)
        .initialWindowSize(FIRST_WINDOW)
        .maxHeaderListSize(maxHeaders);
    DefaultHttp2Connection connection = new DefaultHttp2Connection(false);
    connection
        .local()
        .flowController(new DefaultHttp2LocalFlowController(connection, REFILL_AT, true));
    return of(connection, maxHeaders, settings, budget);
  }

  private static Codec of(
      Http2Connection connection, int maxHeaders, Http2Settings settings, FrameBudget budget) {
    connection
        .remote()
        .flowController(new DefaultHttp2RemoteFlowController(
            connection, new UniformStreamByteDistributor(connection)));
    Http2ConnectionEncoder encoder =
        new DefaultHttp2ConnectionEncoder(connection, new CountingWriter(budget));
    LateFrames late = new LateFrames();
    Http2ConnectionDecoder decoder = new DefaultHttp2ConnectionDecoder(
        connection,
        encoder,
        new CountingReader(
            new DefaultHttp2FrameReader(
                new DefaultHttp2HeadersDecoder(true, maxHeaders), MOST_SMALL_CONTINUATIONS),
            connection,
            budget,
            late),
        Http2PromisedRequestVerifier.ALWAYS_VERIFY,
        true,
        true,
        true,
        true);
    return new Codec(decoder, encoder, settings, budget, late);
  }
}
