package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.lane.LaneLoop;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.DeadlineRing.Stage;
import dev.lblc.tls.UpstreamTls;
import dev.lblc.tls.UpstreamTlsException;
import dev.lblc.tls.UpstreamTlsFailure;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.Future;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of HTTP/2 to a server, which serves many requests at once. Confined to its event loop.
 *
 * <p>It takes requests once the server has said how many it allows: those that come earlier might be more, and would be refused.
 * A server that speaks another protocol is found out before it gets a request, too.
 */
// Nobody waits for a connection that is given up to be closed.
@SuppressWarnings("FutureReturnValueIgnored")
final class ServerStreams extends Streams<ServerStream> implements DeadlineRing.Timed {
  private static final Logger LOG = LoggerFactory.getLogger(ServerStreams.class);
  private static final int LAST_STREAM = Integer.MAX_VALUE - 2;

  private final LaneLoop lane;
  private final StreamConnections pooledWith;
  private final @Nullable UpstreamTls tls;
  private final DeadlineRing.Entry limits = new DeadlineRing.Entry(this);
  private final SentBody.Total sentBodies = new SentBody.Total();
  private final long openedNanos;
  private final long limitMillis;
  private int reserved;
  private int widened;
  private boolean hasSettings;
  private boolean opensTunnels;
  private boolean isBroken;
  private boolean isLate;
  private boolean hasMoved;
  private boolean isRetired;
  private boolean isHandshakeRefused;
  private boolean isUsed;
  private long frames;
  private Future<?> settingUp;

  /**
   * Creates one for a connection that was just made.
   *
   * @param tls what it speaks; null: clear text
   * @param limitMillis how long the server may take to send its settings
   */
  @SuppressWarnings("NullAway.Init") // handlerAdded comes first
  ServerStreams(
      LaneLoop lane,
      StreamConnections pooledWith,
      @Nullable UpstreamTls tls,
      Codec codec,
      long limitMillis) {
    super(codec);
    this.lane = lane;
    this.pooledWith = pooledWith;
    this.tls = tls;
    this.limitMillis = limitMillis;
    this.openedNanos = lane.nanoTime();
  }

  LaneLoop lane() {
    return lane;
  }

  String serverId() {
    return pooledWith.server().id();
  }

  // --- streams ---

  /** Returns whether it takes another request. */
  boolean hasRoom() {
    return !isRetired
        && !isGone()
        && !connection().goAwayReceived()
        && inUse() < connection().local().maxActiveStreams();
  }

  private int inUse() {
    return connection().local().numActiveStreams() + reserved;
  }

  /** Takes a place for a request; the stream begins when the request is sent. */
  ServerStream reserve() {
    reserved++;
    return new ServerStream(this);
  }

  /** Gives a place back on which nothing was sent. */
  void unreserve() {
    reserved--;
    freed();
  }

  /** Opens the stream of a request that has a place, by sending its head. Returns null if the connection cannot. */
  @Nullable
  Http2Stream open(ServerStream kept, Http2Headers head, boolean isEnd) {
    reserved--;
    int id = connection().local().incrementAndGetNextStreamId();
    if (id < 0 || id >= LAST_STREAM) {
      retire();
      return null;
    }
    try {
      Http2Stream stream = connection().local().createStream(id, false);
      keep(stream, kept);
      encoder().writeHeaders(context(), id, head, 0, isEnd, context().newPromise());
      return stream;
    } catch (Http2Exception e) {
      LOG.debug("server {} takes no stream", serverId(), e);
      return null;
    }
  }

  /** Ends the part of a request in its stream; the server is told if one side of it is not at its end. */
  void release(Http2Stream stream, boolean isWhole) {
    if (!isWhole && !isGone() && stream.state() != Http2Stream.State.CLOSED) {
      reset(stream.id(), Http2Error.CANCEL);
    }
  }

  /** Widens the window of a stream, if there is enough left for that of all of them. Returns by how much. */
  int widen(Http2Stream stream, int by) {
    if (widened + by > Codec.MOST_WIDENED) {
      return 0;
    }
    try {
      decoder().flowController().incrementWindowSize(stream, by);
    } catch (Http2Exception e) {
      LOG.debug("the window of a stream of server {} cannot be wider", serverId(), e);
      return 0;
    }
    widened += by;
    flushSoon();
    return by;
  }

  /** Takes back by how much the window of a stream that is over was widened. */
  void narrow(int by) {
    widened -= by;
  }

  /** Notes that a request got its answer, or was refused: the connection is no fresh one any more. */
  void used() {
    isUsed = true;
  }

  /** Notes that the server has not moved for long: it may be gone without a word, so others should not wait for it, too. */
  void suspect() {
    LOG.debug("server {} does not move: its connection takes no more requests", serverId());
    retire();
  }

  /** Returns whether the connection has served or refused a request: a request that is to have a fresh one takes another. */
  boolean isUsed() {
    return isUsed;
  }

  /** Returns what is kept of the bodies of all requests that may be refused. */
  SentBody.Total sentBodies() {
    return sentBodies;
  }

  /** Returns whether the server has said that it takes CONNECT with a protocol: RFC 8441 3. */
  boolean opensTunnels() {
    return opensTunnels;
  }

  String scheme() {
    return tls == null ? "http" : "https";
  }

  /** Notes why the connection fails. With TLS 1.3 a server may refuse a handshake that seems complete. */
  @Override
  public void exceptionCaught(ChannelHandlerContext at, Throwable cause) throws Exception {
    UpstreamTls spoken = tls;
    if (!hasSettings && spoken != null && UpstreamTlsFailure.isLateRefusal(cause)) {
      isHandshakeRefused = true;
      spoken.failed(serverId(), new UpstreamTlsException(UpstreamTlsFailure.REFUSED, cause));
    }
    super.exceptionCaught(at, cause);
  }

  @Override
  void opened(Http2Stream stream, Http2Headers headers, boolean isEnd) throws Http2Exception {
    throw Http2Exception.streamError(
        stream.id(), Http2Error.PROTOCOL_ERROR, "a head that answers no request");
  }

  @Override
  void streamRemoved() {
    hasMoved = true;
    freed();
  }

  private void freed() {
    pooledWith.goOn();
    if (isRetired && inUse() == 0 && !isGone()) {
      leave();
    }
  }

  // --- the connection ---

  @Override
  public void handlerAdded(ChannelHandlerContext added) throws Exception {
    super.handlerAdded(added);
    widen(Codec.SERVER_WINDOW);
    settingUp = added
        .executor()
        .schedule(this::checkSettings, Math.max(1, limitMillis), TimeUnit.MILLISECONDS);
  }

  private void checkSettings() {
    if (!hasSettings && !isGone()) {
      isLate = true;
      context().close();
    }
  }

  @Override
  void messageCame() {
    hasMoved = true;
    frames++;
  }

  /** Returns how many frames of messages have come so far. */
  long frames() {
    return frames;
  }

  @Override
  void settingsCame(Http2Settings settings) {
    Boolean connects = settings.connectProtocolEnabled();
    if (connects != null) {
      opensTunnels = connects;
    }
    if (hasSettings) {
      pooledWith.goOn();
      return;
    }
    hasSettings = true;
    settingUp.cancel(false);
    lane.deadlines().enter(limits, Stage.IDLE);
    pooledWith.connected(this);
  }

  @Override
  void goAwayCame(int lastStream, long code) {
    LOG.debug("server {} takes no more streams, code {}", serverId(), code);
    try {
      connection().forEachActiveStream(stream -> {
        ServerStream kept = of(stream);
        if (kept != null && stream.id() > lastStream) {
          kept.refused();
        }
        return true;
      });
    } catch (Http2Exception e) {
      onError(context(), false, e);
    }
    retire();
  }

  /** Takes no more requests: the connection closes with the last that it has. */
  void retire() {
    if (!isRetired) {
      isRetired = true;
      pooledWith.retired(this);
      if (inUse() == 0 && !isGone()) {
        leave();
      }
    }
  }

  /** Returns whether no new request should take it: it is old, speaks another TLS than {@code wanted}, or its address is none of the server's any more. */
  boolean isOutdated(@Nullable UpstreamTls wanted) {
    return !Objects.equals(tls, wanted)
        || lane.lastTickNanos() - openedNanos > pooledWith.maxAgeNanos()
        || !pooledWith.hasAddress(context().channel().remoteAddress());
  }

  private void leave() {
    goAway(0, Http2Error.NO_ERROR);
    closeBehindWrites();
  }

  @Override
  void failed(Throwable cause) {
    isBroken = true;
    retire();
  }

  @Override
  void ended() {
    lane.deadlines().leave(limits);
    settingUp.cancel(false);
    isRetired = true;
    if (hasSettings) {
      pooledWith.closed(this);
    } else {
      pooledWith.refused(whyRefused());
    }
  }

  private Failure whyRefused() {
    if (isLate) {
      return Failure.CONNECT_TIMEOUT;
    }
    if (isHandshakeRefused) {
      return Failure.TLS_REFUSED;
    }
    return isBroken ? Failure.BAD_ANSWER : Failure.CLOSED_EARLY;
  }

  @Override
  public boolean hasMoved() {
    boolean moved = hasMoved || inUse() > 0;
    hasMoved = false;
    return moved;
  }

  @Override
  public void checkLimits(long nowNanos, long phaseNanos, long quietNanos) {
    if (quietNanos > pooledWith.idleNanos()) {
      retire();
    }
  }

  @Override
  public void checkFailed(RuntimeException cause) {
    LOG.error(
        "the limits of a connection to server {} could not be checked: it is closed",
        serverId(),
        cause);
    context().close();
  }
}
