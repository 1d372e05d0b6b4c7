package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.DeadlineRing.Stage;
import dev.lblc.gateway.net.Sockets;
import dev.lblc.gateway.route.HttpRoutes;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.vertx.core.http.HttpConnection;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection: reads one request after another and begins an exchange for each. Confined to its event loop.
 *
 * <pre>
 *   HEAD        nothing, or a part of a head           whole: an exchange begins; faulty: refused, then LINGERING
 *   REQUEST     an exchange runs                       its end: HEAD, or CLOSED
 *   LINGERING   what comes is dropped                  the client's end, or a time limit: CLOSED
 *   CLOSED      or HTTP/2 serves the connection
 * </pre>
 *
 * <p>What was read and belongs to no stage yet stays in {@code input}; while there is any, nothing more is read, except
 * for a bounded part while a request waits in a queue. So a request that follows another waits for the end of that one's exchange, a
 * body for its server, and what follows a request for another protocol for its answer.
 */
// Nobody waits for a socket that is given up to be closed.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientConnection extends ChannelInboundHandlerAdapter implements DeadlineRing.Timed {
  private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

  /** How long a client may go on sending what nobody reads, so that it sees the answer first. */
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** How much is read of a client whose request waits for a server, and read once more: many bodies are that short. */
  private static final int MOST_AHEAD = 16 * 1024;

  /** Octets that some clients send behind a request; they are no beginning of the next. */
  private static final int EMPTY_LINE = 2;

  /**
   * A client that ends its side that soon after its request still wants the answer; later it has left. Nothing else tells the
   * two apart. The first says so in the same breath.
   */
  private static final long HALF_CLOSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** How long such a client waits for a sign of life: it may have left all the same, and its request counts meanwhile. */
  private static final long HALF_CLOSED_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** What a connection of HTTP/2 begins with. */
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private enum Phase {
    HEAD,
    REQUEST,
    LINGERING,
    CLOSED
  }

  private final LaneLoop lane;
  private final Channel channel;
  private final Supplier<HttpRoutes> routes;
  private final HttpConnection connection;
  private final DeadlineRing.Entry limits = new DeadlineRing.Entry(this);
  private Phase phase = Phase.HEAD;
  private ClientRequest request;
  private @Nullable HeadBuffer head;
  private @Nullable ByteBuf input;
  private @Nullable LaneServer toFlush;
  private boolean isProcessing;
  private boolean isInRead;
  private boolean isReading = true;
  private boolean isSettingUp = true;
  private boolean isNew = true;
  private boolean isFaulty;
  private @Nullable Object shutdown;
  private boolean inputEnded;
  private long seenSent;
  private long completeNanos;

  @SuppressWarnings("NullAway.Init") // handlerAdded comes first
  ClientConnection(
      LaneLoop lane, Channel channel, HttpConnection connection, Supplier<HttpRoutes> routes) {
    this.lane = lane;
    this.channel = channel;
    this.routes = routes;
    this.connection = connection;
  }

  // --- events of the channel ---

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    request = new ClientRequest(this, lane, context, new ClientHead(connection));
    lane.deadlines().enter(limits, Stage.SETTING_UP);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf data = (ByteBuf) message;
    isInRead = true;
    input = input == null
        ? data
        : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(channel.alloc(), input, data);
    process();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    isInRead = false;
    flushServer();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      request.clientDrained();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (VertxPipeline.isShutdown(event)) {
      shutdown = event; // Vert.x, which knows of no request, would close at once
      request.goAway();
      closeSoonIfIdle();
    } else if (event instanceof ChannelInputShutdownEvent
        || event instanceof SslCloseCompletionEvent) {
      endInput(event instanceof ChannelInputShutdownEvent);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    closed();
    context.fireChannelInactive();
  }

  @Override
  @SuppressWarnings("deprecation") // for outbound handlers only
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (Sockets.isFailure(cause)) {
      LOG.debug("the connection of a client failed", cause);
      close();
    } else {
      crashed(cause);
    }
  }

  /** Ends the request that the gateway has failed at, and the connection behind it: how much was read of it is not known. */
  void crashed(Throwable cause) {
    isFaulty = true;
    if (!request.crashed(cause)) {
      LOG.error("a client's connection failed in the gateway: it is closed", cause);
      close();
    }
  }

  // --- reading ---

  /** Goes on with what was read and not used yet. */
  void resume() {
    if (!isProcessing) {
      process();
      flushServer();
    }
  }

  private void process() {
    isProcessing = true;
    try {
      while (input != null && step(input)) {
        dropIfRead();
      }
    } finally {
      isProcessing = false;
      if (phase == Phase.CLOSED) {
        dropInput(); // closed() left it to the step that closed, which may have failed since
      }
    }
    dropIfRead();
    if (inputEnded && input == null) {
      inputUsed();
    }
    readIfTaken();
  }

  /** Handles the end of what the client sends. */
  private void inputUsed() {
    if (isUnfinished()) {
      close();
    } else if (phase == Phase.REQUEST) {
      request.inputEnded();
    }
  }

  /** Reads on unless something that was read still waits, here or at the server. */
  private void readIfTaken() {
    setReading((input == null || mayReadAhead(input))
        && !(phase == Phase.REQUEST && request.isHeldBack()));
  }

  /** Returns whether more is read than is used: while a request waits, NIO does not tell of a client that leaves before all it sent was read. */
  private boolean mayReadAhead(ByteBuf unused) {
    return unused.readableBytes() < MOST_AHEAD && phase == Phase.REQUEST && request.isQueued();
  }

  /** Returns whether more of a request has to come. */
  private boolean isUnfinished() {
    return phase == Phase.HEAD || (phase == Phase.REQUEST && !request.isRequestComplete());
  }

  /** Returns whether it makes sense to go on. */
  private boolean step(ByteBuf in) {
    switch (phase) {
      case HEAD -> {
        readHead(in);
        return true;
      }
      case REQUEST -> {
        return request.readBody(in);
      }
      case LINGERING, CLOSED -> {
        in.skipBytes(in.readableBytes());
        return false;
      }
    }
    throw new IllegalStateException(phase.name());
  }

  private void readHead(ByteBuf in) {
    HeadBuffer reading = reading();
    switch (reading.read(in)) {
      case MORE -> {
        if (!isSettingUp && reading.length() > EMPTY_LINE) {
          enter(true);
        }
      }
      case WHOLE -> begin(reading);
      case FAULTY -> {
        HeadFault fault = reading.parser().fault();
        if (fault == HeadFault.VERSION && isNew && isPreface(reading)) {
          changeToHttp2(reading);
          return;
        }
        refuse(reading, fault == null ? HeadFault.PROTOCOL : fault);
      }
    }
  }

  /** Returns the head that is being read, or the next one. */
  private HeadBuffer reading() {
    HeadBuffer reading = head;
    if (reading == null) {
      reading = lane.requests().take(HeadLimits.of(routes.get().limits()));
      head = reading;
    }
    return reading;
  }

  private void begin(HeadBuffer whole) {
    long framing = Framing.ofRequest(whole);
    if (framing == Framing.FAULTY) {
      refuse(whole, HeadFault.FRAMING);
    } else {
      startRequest();
      request.begin(whole, framing, routes.get());
    }
  }

  private void refuse(HeadBuffer faulty, HeadFault fault) {
    isFaulty = true;
    startRequest();
    request.refuse(faulty, fault, routes.get());
  }

  private void startRequest() {
    phase = Phase.REQUEST;
    isNew = false;
    completeNanos = lane.nanoTime();
    if (isSettingUp) {
      enter(false);
    }
  }

  /** Notes that the request has come to its end. */
  void requestComplete() {
    completeNanos = lane.nanoTime();
  }

  /** Returns whether a client begins HTTP/2 without having asked, as its first octets say. */
  private boolean isPreface(HeadBuffer first) {
    return routes.get().isHttp2()
        && VertxPipeline.isClearText(channel)
        && Octets.isPrefix(first.octets(), first.length(), PREFACE);
  }

  /** Gives the connection to HTTP/2, which reads all from its first octet on. */
  private void changeToHttp2(HeadBuffer first) {
    ByteBuf all =
        channel.alloc().buffer(first.length() + (input == null ? 0 : input.readableBytes()));
    all.writeBytes(first.octets(), 0, first.length());
    if (input != null) {
      all.writeBytes(input);
    }
    releaseHead();
    phase = Phase.CLOSED;
    lane.deadlines().leave(limits);
    VertxPipeline.change(channel, this, lane.http2().serve(channel, connection, routes), all);
    if (shutdown != null) {
      channel.pipeline().fireUserEventTriggered(shutdown);
    }
  }

  /** Reads on, since the request has become a tunnel, whose part is what has come behind it. */
  void becameTunnel() {
    if (shutdown != null) {
      request.goAway();
    }
    resume();
  }

  /** Reads, or does not. To read on behind the end of the input is an error with the native transport. */
  private void setReading(boolean isWanted) {
    if (isReading != isWanted && !inputEnded && phase != Phase.CLOSED) {
      isReading = isWanted;
      channel.config().setAutoRead(isWanted);
    }
  }

  private void dropIfRead() {
    if (input != null && !input.isReadable()) {
      input.release();
      input = null;
    }
  }

  /** Has what was written to a server flushed, at the end of what is being read at the latest. */
  void flushLater(LaneServer to) {
    toFlush = to;
  }

  private void flushServer() {
    LaneServer to = toFlush;
    if (to != null && !isInRead) {
      toFlush = null;
      to.flush();
      readIfTaken();
    }
  }

  // --- the ends ---

  /** Returns whether the connection ends with the present exchange, whatever the client wants. */
  boolean isEnding() {
    return shutdown != null || lane.isStopping() || isAtEnd();
  }

  /** Returns whether nothing can come behind the present request. */
  private boolean isAtEnd() {
    return isFaulty || (inputEnded && !hasInput());
  }

  private void closeSoonIfIdle() {
    if (isIdle()) {
      channel
          .eventLoop()
          .schedule(this::closeIfIdle, Limits.LAST_REQUEST_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void closeIfIdle() {
    if (isIdle()) {
      close();
    }
  }

  /** Returns whether no request has begun to come; {@code timeouts.header} limits one that has. */
  private boolean isIdle() {
    return phase == Phase.HEAD && (head == null || head.length() <= EMPTY_LINE);
  }

  private boolean hasInput() {
    return input != null && input.isReadable();
  }

  /** Ends the present exchange: its answer was delivered, and its request read to the end. */
  void exchangeEnded() {
    boolean isKept = request.isKeptAlive() && !isAtEnd();
    boolean isUnbounded = request.isUnbounded();
    request.ended();
    releaseHead();
    if (phase != Phase.REQUEST) {
      return;
    }
    if (isKept) {
      phase = Phase.HEAD;
      enter(false);
      resume(); // also if nothing was read: reading may have been off for the server's sake
      if (shutdown != null) { // since the head of the answer was written
        closeSoonIfIdle();
      }
    } else if (isFaulty || isUnbounded || input != null) {
      linger();
    } else {
      close();
    }
  }

  /** Says that nothing more will be written, and drops what still comes: a close would make the client lose the answer. */
  void linger() {
    if (inputEnded) { // nothing comes
      close();
      return;
    }
    phase = Phase.LINGERING;
    dropInput();
    lane.deadlines().enter(limits, Stage.ENDING);
    setReading(true);
    Sockets.finish(channel);
  }

  /** Closes the connection at once. */
  void close() {
    closed();
    VertxPipeline.close(channel, this);
  }

  /** Ends an answer that is not complete, so that the client sees it. */
  void cut(boolean isReset) {
    if (isReset) {
      Sockets.abortively(channel);
    } else {
      request.flush(); // io_uring tells of an end before it tells that what has come was all read
    }
    close();
  }

  /** Notes that nothing more comes. The native transport says so while something that has come still waits. */
  private void endInput(boolean isOfSocket) {
    if (phase == Phase.REQUEST && (request.isTunnel() || isHalfClosed(isOfSocket))) {
      inputEnded = true;
      if (request.isTunnel() && !isProcessing && input == null) {
        request.inputEnded();
      }
    } else {
      close();
    }
  }

  private boolean isHalfClosed(boolean isOfSocket) {
    return isOfSocket && (hasInput() || isJustComplete()) && VertxPipeline.isClearText(channel);
  }

  private boolean isJustComplete() {
    return request.isRequestComplete() && lane.nanoTime() - completeNanos < HALF_CLOSE_NANOS;
  }

  private void closed() {
    if (phase == Phase.CLOSED) {
      return;
    }
    Phase before = phase;
    HeadBuffer part = head;
    phase = Phase.CLOSED;
    lane.deadlines().leave(limits);
    if (before == Phase.REQUEST) {
      request.clientGone();
    } else if (before == Phase.HEAD && part != null && part.length() > EMPTY_LINE) {
      request.leftWithin(part, routes.get());
    } else {
      request.ended();
    }
    releaseHead();
    dropInput();
  }

  /** Drops what was read; what is being processed is dropped behind that. */
  private void dropInput() {
    if (input != null && !isProcessing) {
      input.release();
      input = null;
    }
  }

  private void releaseHead() {
    if (head != null) {
      lane.requests().giveBack(head);
      head = null;
    }
  }

  // --- time limits ---

  private void enter(boolean isSetUp) {
    isSettingUp = isSetUp;
    lane.deadlines().enter(limits, isSetUp ? Stage.SETTING_UP : Stage.IDLE);
  }

  @Override
  public boolean hasMoved() {
    long sent = request.sent();
    boolean hasSent = sent != seenSent;
    seenSent = sent;
    return phase == Phase.REQUEST && (!inputEnded || hasSent);
  }

  @Override
  public void checkLimits(long nowNanos, long phaseNanos, long quietNanos) {
    switch (phase) {
      case HEAD -> {
        if (isSettingUp && phaseNanos > routes.get().headerNanos()) {
          refuse(reading(), HeadFault.LATE);
        } else if (!isSettingUp && quietNanos > routes.get().idleNanos()) {
          close();
        }
      }
      case REQUEST -> {
        boolean isQuiet = quietNanos > HALF_CLOSED_NANOS && !request.isTunnel();
        if (inputEnded && (isQuiet || Sockets.hasError(channel))) {
          close();
        }
      }
      case LINGERING -> {
        if (phaseNanos > LINGER_NANOS) {
          close();
        }
      }
      case CLOSED -> {}
    }
  }

  @Override
  public void checkFailed(RuntimeException cause) {
    LOG.error("the time limits of a client's connection could not be checked: it is closed", cause);
    close();
  }
}
