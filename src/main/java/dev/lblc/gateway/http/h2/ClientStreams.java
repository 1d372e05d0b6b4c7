package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.http.lane.ClientFacts;
import dev.lblc.gateway.http.lane.LaneLoop;
import dev.lblc.gateway.http.lane.VertxPipeline;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.DeadlineRing.Stage;
import dev.lblc.gateway.route.HttpRoutes;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Exception.HeaderListSizeException;
import io.netty.handler.codec.http2.Http2Exception.StreamException;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.vertx.core.http.HttpConnection;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client's connection of HTTP/2: begins an exchange for each stream. Confined to its event loop. */
// Nobody waits for a connection that is given up to be closed.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientStreams extends Streams<ClientStream> implements DeadlineRing.Timed {
  private static final Logger LOG = LoggerFactory.getLogger(ClientStreams.class);
  private static final int MOST_KEPT = 16;

  private final LaneLoop lane;
  private final Http2Worker worker;
  private final Supplier<HttpRoutes> routes;
  private final ClientFacts facts;
  private final DeadlineRing.Entry limits = new DeadlineRing.Entry(this);
  private final Deque<ClientStream> free = new ArrayDeque<>();
  private boolean hasMoved;
  private boolean hasBegun;
  private boolean isLeaving;
  private boolean isShutDown;
  private boolean isLastKnown;

  ClientStreams(
      LaneLoop lane,
      Http2Worker worker,
      Codec codec,
      HttpConnection connection,
      Supplier<HttpRoutes> routes) {
    super(codec);
    this.lane = lane;
    this.worker = worker;
    this.routes = routes;
    this.facts = new ClientFacts(connection);
  }

  LaneLoop lane() {
    return lane;
  }

  ClientFacts facts() {
    return facts;
  }

  // --- streams ---

  @Override
  void opened(Http2Stream stream, Http2Headers headers, boolean isEnd) {
    hasBegun = true;
    ClientStream begun = free.poll();
    if (begun == null) {
      begun = new ClientStream(this);
    }
    keep(stream, begun);
    begun.begin(stream, headers, isEnd, routes.get());
  }

  /** Answers a request whose head is larger than allowed, and was not kept. Netty would reset its stream with an error. */
  @Override
  protected void onStreamError(
      ChannelHandlerContext at, boolean isOutbound, Throwable cause, StreamException why) {
    boolean isLarge = why instanceof HeaderListSizeException head && head.duringDecode();
    if (isLarge && connection().stream(why.streamId()) == null) {
      refuseHead(why.streamId());
      countReset();
    } else {
      super.onStreamError(at, isOutbound, cause, why);
    }
  }

  private void refuseHead(int streamId) {
    try {
      Http2Stream stream = connection().remote().createStream(streamId, false);
      ClientStream begun = new ClientStream(this);
      keep(stream, begun);
      begun.refuseHead(stream, routes.get());
    } catch (Http2Exception e) {
      onError(context(), false, e);
    }
  }

  /** Does nothing, where Netty would answer: trailers that are too large end a request like others that are none. */
  @Override
  protected void handleServerHeaderDecodeSizeError(ChannelHandlerContext at, Http2Stream stream) {}

  /** Takes back a stream's part that is over, to be used for another stream. */
  void giveBack(ClientStream over) {
    if (free.size() < MOST_KEPT) {
      free.push(over);
    }
  }

  /** Lets so much more come on a stream before it is taken. */
  void widen(Http2Stream stream, int by) {
    try {
      decoder().flowController().incrementWindowSize(stream, by);
      flushSoon();
    } catch (Http2Exception e) {
      onError(context(), true, e);
    }
  }

  @Override
  void streamRemoved() {
    hasMoved = true;
    closeIfDone();
  }

  @Override
  void messageCame() {
    hasMoved = true;
  }

  @Override
  void settingsCame(Http2Settings settings) {
    if (!hasBegun) {
      hasBegun = true;
      lane.deadlines().enter(limits, Stage.IDLE);
    }
  }

  @Override
  void goAwayCame(int lastStream, long code) {
    LOG.debug("a client says that it leaves, code {}", code);
  }

  // --- the ends ---

  @Override
  public void handlerAdded(ChannelHandlerContext added) throws Exception {
    super.handlerAdded(added);
    int window = Limits.window(connection().remote().maxActiveStreams());
    widen(window);
    ((DefaultHttp2LocalFlowController) decoder().flowController())
        .windowUpdateRatio(connection().connectionStream(), Codec.refillAt(window));
    worker.opened(this);
    lane.deadlines().enter(limits, Stage.SETTING_UP);
    if (lane.isStopping()) {
      leave();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext at, Object event) throws Exception {
    if (VertxPipeline.isShutdown(event)) {
      leave(); // Vert.x, which knows of no stream, would close at once
      isShutDown = true;
      connection().forEachActiveStream(this::goAway);
    } else {
      super.userEventTriggered(at, event);
    }
  }

  private boolean goAway(Http2Stream stream) {
    ClientStream begun = of(stream);
    if (begun != null) {
      begun.goAway();
    }
    return true;
  }

  /** Returns whether tunnels are to end as well. */
  boolean isShutDown() {
    return isShutDown;
  }

  /** Says first that no more requests are wanted, and later which one was the last: RFC 9113 6.8. */
  void leave() {
    if (isLeaving || isGone()) {
      return;
    }
    isLeaving = true;
    goAway(Integer.MAX_VALUE, Http2Error.NO_ERROR);
    context().executor().schedule(this::sayLast, Limits.LAST_REQUEST_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void sayLast() {
    if (!isGone()) {
      isLastKnown = true;
      goAway(connection().remote().lastStreamCreated(), Http2Error.NO_ERROR);
      closeIfDone();
    }
  }

  private void closeIfDone() {
    if (isLastKnown && connection().numActiveStreams() == 0) {
      closeBehindWrites();
    }
  }

  @Override
  void failed(Throwable cause) {
    LOG.debug("a client of HTTP/2 is cut off", cause);
  }

  @Override
  void ended() {
    lane.deadlines().leave(limits);
    worker.closed(this);
  }

  // --- time limits ---

  @Override
  public boolean hasMoved() {
    boolean moved = hasMoved || connection().numActiveStreams() > 0;
    hasMoved = false;
    return moved;
  }

  @Override
  public void checkLimits(long nowNanos, long phaseNanos, long quietNanos) {
    HttpRoutes now = routes.get();
    if (!hasBegun && phaseNanos > now.headerNanos()) {
      context().close();
    } else if (hasBegun && quietNanos > now.idleNanos()) {
      lane.deadlines().leave(limits);
      goAway(connection().remote().lastStreamCreated(), Http2Error.NO_ERROR);
      closeBehindWrites();
    }
  }

  @Override
  public void checkFailed(RuntimeException cause) {
    LOG.error("the time limits of a client's connection could not be checked: it is closed", cause);
    context().close();
  }
}
