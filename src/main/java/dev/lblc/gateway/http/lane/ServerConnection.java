package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.HeaderPlan;
import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.http.RequestPlan;
import dev.lblc.gateway.http.RequestPlan.Body;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.DeadlineRing.Stage;
import dev.lblc.gateway.net.Sockets;
import dev.lblc.gateway.net.TlsEnd;
import dev.lblc.scheduler.Server;
import dev.lblc.tls.UpstreamTls;
import dev.lblc.tls.UpstreamTlsException;
import dev.lblc.tls.UpstreamTlsFailure;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to a server, which serves one request after another. Confined to its event loop.
 *
 * <pre>
 *   IDLE        in the pool, or just taken             send
 *   AWAITING    a request is on its way                interim answers pass, the head of the answer comes
 *   ANSWERING   the body of the answer passes          its end comes
 *   COMPLETE    the client still takes the answer      giveBack: IDLE, or CLOSED
 *   CLOSED
 * </pre>
 *
 * <p>Bytes that nobody has asked for close it: they would become the beginning of another client's answer.
 */
// Nobody waits for a socket that is given up to be closed.
@SuppressWarnings("FutureReturnValueIgnored")
final class ServerConnection extends ChannelInboundHandlerAdapter
    implements LaneServer, DeadlineRing.Timed {
  private static final Logger LOG = LoggerFactory.getLogger(ServerConnection.class);

  private static final HeadLimits LIMITS =
      new HeadLimits(Limits.LINE_BYTES, Limits.HEADER_BYTES, 1000);
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int FIRST_FINAL = 200;

  private enum State {
    IDLE,
    AWAITING,
    ANSWERING,
    COMPLETE,
    CLOSED
  }

  // The pool's list.
  @Nullable
  ServerConnection before;

  @Nullable
  ServerConnection after;

  boolean isPooled;

  private final LaneLoop lane;
  private final ServerConnections pooledWith;
  private final Server server;
  private final Channel channel;
  private final @Nullable UpstreamTls tls;
  private final DeadlineRing.Entry limits = new DeadlineRing.Entry(this);
  private final BodyReader body;
  private final LaneAnswer answer = new LaneAnswer();
  private State state = State.IDLE;
  private @Nullable LaneClient client;
  private @Nullable HeadBuffer head;
  private boolean isOfHead;
  private boolean isKept = true;
  private boolean isReused;
  private boolean isOutputEnded;
  private boolean isRequestChunked;
  private boolean isTunnel;
  private boolean isWrapping;
  private boolean isBroken;
  private boolean isProven;

  /** What the server says instead of the end of a handshake that was complete on this side; null: nothing. */
  private @Nullable Throwable refusal;

  private boolean isReading;
  private long openedNanos;

  /** The addresses of the server at the last look, when this connection's was among them. */
  private @Nullable List<InetAddress> seen;

  /**
   * Creates one that is not open yet.
   *
   * @param tls what it speaks; null: clear text
   */
  ServerConnection(
      LaneLoop lane, ServerConnections pooledWith, Channel channel, @Nullable UpstreamTls tls) {
    this.lane = lane;
    this.pooledWith = pooledWith;
    this.server = pooledWith.server();
    this.channel = channel;
    this.tls = tls;
    this.isProven = !UpstreamTls.mayRefuseLate(channel);
    this.body = new BodyReader(lane.responses(), LIMITS);
  }

  /** Notes that the connection is made. */
  void opened() {
    openedNanos = lane.nanoTime();
    setReading(true);
  }

  /** Returns whether it goes to an address that the server's name no longer has, or speaks another TLS than {@code wanted}. */
  boolean isOutdated(@Nullable UpstreamTls wanted) {
    if (!Objects.equals(tls, wanted)) {
      return true;
    }
    List<InetAddress> now = pooledWith.host().addresses();
    if (now != seen) { // nearly always it is the same list
      if (!(channel.remoteAddress() instanceof InetSocketAddress remote)
          || !now.contains(remote.getAddress())) {
        return true;
      }
      seen = now;
    }
    return false;
  }

  private boolean isTooOld() {
    return lane.lastTickNanos() - openedNanos > pooledWith.maxAgeNanos();
  }

  /** Returns all connections to the same server. */
  ServerConnections pooledWith() {
    return pooledWith;
  }

  // --- the request ---

  @Override
  public void send(LaneClient from, String target, RequestPlan plan) {
    lane.deadlines().leave(limits);
    HeadBuffer request = from.head().buffer();
    HeadOut out = lane.out();
    boolean isOfStream = from.head().connectProtocol() != null;
    HeadWriter.requestLine(isOfStream ? "GET" : from.head().method(), target, out);
    lane.headers().write(request, plan.headers(), out);
    isRequestChunked = plan.body() == Body.CHUNKED;
    isWrapping = isRequestChunked && !from.sendsChunks();
    HeadWriter.end(isRequestChunked, null, out);
    client = from;
    isOfHead = from.head().method().equals("HEAD");
    state = State.AWAITING;
    channel.write(out.toBuffer(channel.alloc(), 0), channel.voidPromise());
  }

  @Override
  public boolean wantsDataOnly() {
    return false;
  }

  @Override
  public void write(ByteBuf piece) {
    if (isOutputEnded || state == State.CLOSED) {
      piece.release();
    } else if (isWrapping) {
      write(Chunks.head(piece.readableBytes(), lane.out()));
      channel.write(piece, channel.voidPromise());
      channel.write(Chunks.end(), channel.voidPromise());
    } else {
      channel.write(piece, channel.voidPromise());
    }
  }

  @Override
  public void becameTunnel() {
    isTunnel = true;
    isKept = false;
    body.begin(Framing.UNTIL_CLOSE);
  }

  @Override
  public void endBody(@Nullable HeadBuffer trailers, @Nullable HeaderPlan plan) {
    if (isTunnel && !isOutputEnded && state != State.CLOSED) {
      isOutputEnded = true;
      channel.flush(); // what is not flushed would not be waited for
      Sockets.finish(channel);
    }
    if (!isRequestChunked || isOutputEnded || state == State.CLOSED) {
      return;
    }
    HeadOut out = lane.out();
    if (isWrapping) {
      Chunks.last(out);
    }
    if (trailers != null && plan != null) {
      lane.headers().write(trailers, plan, out);
    }
    write(out.lineEnd());
  }

  private void write(HeadOut out) {
    channel.write(out.toBuffer(channel.alloc(), 0), channel.voidPromise());
  }

  @Override
  public void flush() {
    channel.flush();
  }

  @Override
  public boolean isWritable() {
    return isOutputEnded || state == State.CLOSED || channel.isWritable();
  }

  // --- the answer ---

  @Override
  public LaneAnswer answer() {
    return answer;
  }

  @Override
  public boolean isChunked() {
    return body.isChunked();
  }

  @Override
  public @Nullable HeadBuffer trailers() {
    return body.trailers();
  }

  @Override
  public void setReading(boolean isWanted) {
    if (isReading != isWanted && state != State.CLOSED) {
      isReading = isWanted;
      channel.config().setAutoRead(isWanted);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf in = (ByteBuf) message;
    try {
      while (in.isReadable() && state != State.CLOSED) {
        read(in);
      }
    } finally {
      in.release();
    }
  }

  private void read(ByteBuf in) {
    switch (state) {
      case AWAITING -> readHead(in);
      case ANSWERING -> readBody(in);
      case IDLE, COMPLETE -> unasked(in);
      case CLOSED -> {}
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    LaneClient to = client;
    if (to != null && (state == State.ANSWERING || state == State.AWAITING)) {
      to.flush();
      setReading(to.isWritable());
    }
  }

  private void readHead(ByteBuf in) {
    HeadBuffer reading = head;
    if (reading == null) {
      reading = lane.responses().take(LIMITS);
      head = reading;
    }
    switch (reading.read(in)) {
      case MORE -> {}
      case FAULTY -> {
        LOG.debug("server {} sent no answer: {}", server.id(), reading.parser().fault());
        exchange().serverFailed(Failure.BAD_ANSWER);
      }
      case WHOLE -> headCame(reading, in);
    }
  }

  private void headCame(HeadBuffer whole, ByteBuf in) {
    answer.set(whole);
    isProven = true;
    if (answer.status() < FIRST_FINAL && answer.status() != SWITCHING_PROTOCOLS) {
      client().interim(answer);
      releaseHead();
      return;
    }
    long framing = Framing.ofResponse(whole, isOfHead);
    if (framing == Framing.FAULTY) {
      LOG.debug("server {} sent an answer with more than one length", server.id());
      exchange().serverFailed(Failure.BAD_ANSWER);
      return;
    }
    isKept = whole.isKeptAlive() && framing != Framing.UNTIL_CLOSE;
    body.begin(framing);
    state = State.ANSWERING;
    exchange().responseBegan(answer);
    releaseHead();
    if (state == State.ANSWERING && body.isDone()) {
      completed(in);
    }
  }

  private void readBody(ByteBuf in) {
    LaneClient to = client();
    int length = body.isChunked() && to.wantsDataOnly() ? body.takeData(in) : body.take(in);
    if (length > 0) {
      to.piece(in.readRetainedSlice(length));
    } else {
      body.readTrailers(in);
    }
    if (body.isFaulty()) {
      exchange().serverFailed(to.isHeadWritten() ? Failure.BROKEN_ANSWER : Failure.BAD_ANSWER);
    } else if (body.isDone()) {
      completed(in);
    }
  }

  private void completed(ByteBuf in) {
    isKept &= !in.isReadable(); // the connection must not serve anybody else meanwhile
    state = State.COMPLETE;
    exchange().responseEnded(body.trailers());
    body.release();
  }

  /** Closes the connection, on which bytes have come that answer no request. The answer before them is the client's already. */
  private void unasked(ByteBuf in) {
    LOG.debug(
        "server {} sent {} bytes that answer no request: the connection is closed",
        server.id(),
        in.readableBytes());
    LaneClient answered = client;
    close();
    if (answered != null) {
      answered.serverDrained(); // it may wait with the rest of its request
    }
  }

  // --- the end ---

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == TlsEnd.TRUNCATED) {
      isBroken = true;
    } else if (event instanceof ChannelInputShutdownEvent) {
      ended();
    } else if (event instanceof ChannelOutputShutdownEvent) {
      isOutputEnded = true; // it may have answered before it closed
      if (client != null) {
        client.serverDrained();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ended();
  }

  @Override
  @SuppressWarnings("deprecation") // for outbound handlers only
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (Sockets.isFailure(cause)) {
      LOG.debug("the connection to server {} failed", server.id(), cause);
      isBroken |= !(cause instanceof ChannelOutputShutdownException); // that is about writing only
      if (!isProven && UpstreamTlsFailure.isLateRefusal(cause)) {
        refusal = cause;
      }
    } else {
      crashed(cause);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (client != null && channel.isWritable()) {
      client.serverDrained();
    }
  }

  /** The server sends no more. */
  private void ended() {
    switch (state) {
      case IDLE -> close();
      case AWAITING -> {
        if (refusal != null) {
          refused(refusal);
        } else if (head == null) {
          exchange().serverFailed(Failure.CLOSED_EARLY);
        } else {
          exchange().abort(Failure.CLOSED_EARLY);
        }
      }
      case ANSWERING -> {
        if (body.endsWithConnection() && (!isBroken || isTunnel)) {
          state = State.COMPLETE;
          exchange().responseEnded(null);
        } else {
          exchange().serverFailed(Failure.CUT_SHORT);
        }
      }
      case COMPLETE -> isKept = false;
      case CLOSED -> {}
    }
  }

  private void refused(Throwable cause) {
    if (tls != null) {
      tls.failed(server.id(), new UpstreamTlsException(UpstreamTlsFailure.REFUSED, cause));
    }
    exchange().serverFailed(Failure.TLS_REFUSED);
  }

  private void crashed(Throwable cause) {
    if (client != null) {
      exchange().crashed(cause);
    } else {
      LOG.error(
          "a connection to server {} failed in the gateway: it is closed", server.id(), cause);
      close();
    }
  }

  @Override
  public boolean isReused() {
    return isReused;
  }

  @Override
  public boolean isProven() {
    return isProven;
  }

  @Override
  public boolean isUntouched() {
    return state == State.IDLE;
  }

  /** Asks the kernel. */
  @Override
  public boolean isStale() {
    return Sockets.hasPeerEnded(channel);
  }

  @Override
  public boolean isStalled() {
    return !isWritable();
  }

  @Override
  public long waiting() {
    return Sockets.waiting(channel);
  }

  @Override
  public void giveBack() {
    boolean isComplete = isKept && !isOutputEnded && waiting() == 0;
    boolean isReusable = state == State.IDLE || (state == State.COMPLETE && isComplete);
    isReused |= state == State.COMPLETE;
    client = null;
    if (isReusable && channel.isActive() && !isTooOld()) {
      state = State.IDLE;
      setReading(true);
      lane.deadlines().enter(limits, Stage.IDLE);
      lane.pool().giveBack(this);
    } else {
      close();
    }
  }

  @Override
  public void close() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    client = null;
    lane.deadlines().leave(limits);
    releaseHead();
    body.release();
    channel.close();
    lane.pool().closed(this);
  }

  @Override
  public boolean hasMoved() {
    return false;
  }

  @Override
  public void checkLimits(long nowNanos, long phaseNanos, long quietNanos) {
    if (quietNanos > pooledWith.idleNanos()) {
      close();
    }
  }

  @Override
  public void checkFailed(RuntimeException cause) {
    LOG.error(
        "the idle limit of a connection to server {} could not be checked: it is closed",
        server.id(),
        cause);
    close();
  }

  private void releaseHead() {
    if (head != null) {
      lane.responses().giveBack(head);
      head = null;
      answer.set(null);
    }
  }

  private LaneClient client() {
    LaneClient known = client;
    if (known == null) {
      throw new IllegalStateException("no request is out");
    }
    return known;
  }

  private Exchange<LaneServer> exchange() {
    return client().exchange();
  }
}
