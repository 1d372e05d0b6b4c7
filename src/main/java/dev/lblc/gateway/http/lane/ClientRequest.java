package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.Answer;
import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.HeaderPlan;
import dev.lblc.gateway.http.Protocol;
import dev.lblc.gateway.http.RequestPlan;
import dev.lblc.gateway.http.ResponsePlan;
import dev.lblc.gateway.net.Sockets;
import dev.lblc.gateway.route.BodyStart;
import dev.lblc.gateway.route.HttpRoutes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of the exchanges of one connection, one after another: passes the body of the request on, and writes the
 * answer. Confined to the connection's event loop.
 */
// Nobody waits for a write but the end of an answer.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientRequest implements LaneClient {
  private static final HeadLimits TRAILERS = new HeadLimits(0, 8192, 100);
  private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

  private final ClientConnection connection;
  private final LaneLoop lane;
  private final ChannelHandlerContext context;
  private final Channel channel;
  private final ClientHead head;
  private final BodyReader body;
  private final AnswerWriter answer;
  private final HeldBody held = new HeldBody();
  private @Nullable Exchange<LaneServer> kept;
  private @Nullable Exchange<LaneServer> exchange;
  private @Nullable LaneServer server;
  private @Nullable Tunnel tunnel;
  private @Nullable BodyStart looking;
  private @Nullable BodyStart looked;
  private boolean isUnchunked;
  private boolean isComplete;
  private boolean isDiscarding;
  private boolean isExpecting;
  private boolean isAnswered;

  ClientRequest(
      ClientConnection connection, LaneLoop lane, ChannelHandlerContext context, ClientHead head) {
    this.connection = connection;
    this.lane = lane;
    this.context = context;
    this.channel = context.channel();
    this.head = head;
    this.body = new BodyReader(lane.requests(), TRAILERS);
    this.answer = new AnswerWriter(lane, context);
  }

  // --- from the client's connection ---

  /** Begins an exchange; {@code framing} as {@link Framing#ofRequest} gives it. */
  void begin(HeadBuffer whole, long framing, HttpRoutes routes) {
    head.begin(whole);
    body.begin(framing);
    isComplete = framing == 0;
    isExpecting = !isComplete
        && head.protocol() == Protocol.HTTP_1_1
        && "100-continue".equalsIgnoreCase(head.header("expect"));
    Exchange<LaneServer> begun = opened(routes);
    try {
      begun.begin();
    } catch (RuntimeException e) {
      begun.crashed(e);
    }
  }

  /** Answers what cannot be served. */
  void refuse(HeadBuffer faulty, HeadFault fault, HttpRoutes routes) {
    body.begin(0);
    if (fault == HeadFault.FRAMING) {
      head.begin(faulty);
    } else {
      head.beginFaulty(faulty);
    }
    isComplete = true;
    isExpecting = false;
    opened(routes).refuse(fault.failure(), fault.reason());
  }

  /** Ends the exchange, if there is one, since the gateway has failed; returns false if there is none. */
  boolean crashed(Throwable cause) {
    if (exchange == null) {
      return false;
    }
    exchange.crashed(cause);
    return true;
  }

  /** Notes that the client has left within the head of a request. */
  void leftWithin(HeadBuffer part, HttpRoutes routes) {
    head.beginFaulty(part);
    isComplete = true;
    opened(routes).clientGone();
    ended();
  }

  private Exchange<LaneServer> opened(HttpRoutes routes) {
    isDiscarding = false;
    isAnswered = false;
    isUnchunked = false;
    answer.begin();
    Exchange<LaneServer> begun = kept;
    if (begun == null) {
      begun = new Exchange<>(this, lane.context(), routes);
      kept = begun;
    } else {
      begun.next(routes);
    }
    exchange = begun;
    return begun;
  }

  /** Passes on, or drops, what belongs to the body of the request; returns false if that is none of it for now. */
  boolean readBody(ByteBuf in) {
    LaneServer to = server;
    Tunnel joined = tunnel;
    if (joined != null) {
      joined.fromClient(in.readRetainedSlice(body.take(in)));
      flushServerLater();
      return true;
    }
    if (isComplete || body.isFaulty()) {
      return false;
    }
    BodyStart start = looking;
    if (start != null) {
      lookInto(start, in);
      return true;
    }
    if (to == null && !isDiscarding) {
      return false;
    }
    int length =
        to != null && body.isChunked() && !sendsChunks() ? body.takeData(in) : body.take(in);
    if (length > 0) {
      if (to != null && exchange().bodyGrew(body.received())) {
        to.write(in.readRetainedSlice(length));
        connection.flushLater(to);
      } else {
        in.skipBytes(length);
      }
    } else {
      body.readTrailers(in);
    }
    if (body.isFaulty()) {
      bodyFailed();
    } else if (body.isDone()) {
      completed();
    }
    return true;
  }

  /** Has the beginning of the body looked at, and what belongs to it held: without the framing of chunks. */
  private void lookInto(BodyStart start, ByteBuf in) {
    int end = in.writerIndex();
    in.writerIndex(Math.min(end, in.readerIndex() + start.room()));
    int length = body.isChunked() ? body.takeData(in) : body.take(in);
    if (length > 0) {
      start.add(in.nioBuffer(in.readerIndex(), length));
      in.skipBytes(length);
    } else {
      body.readTrailers(in);
    }
    in.writerIndex(end);
    if (body.isFaulty()) {
      looking = null;
      bodyFailed();
      return;
    }
    if (body.isDone()) {
      start.end();
      completed();
    }
    if (start.isSettled()) {
      endLook();
    }
  }

  /** Has what was written to the server flushed soon, unless that has ended the exchange. */
  private void flushServerLater() {
    LaneServer to = server;
    if (to != null) {
      connection.flushLater(to);
    }
  }

  /** Notes that the client sends no more; what it has sent was all read. */
  void inputEnded() {
    if (tunnel != null) {
      tunnel.clientEnded();
    }
  }

  /** Returns whether the request has become a tunnel. */
  boolean isTunnel() {
    return tunnel != null;
  }

  /** Returns whether a client may go on sending when its answer has ended, since nobody has said where its request ends. */
  boolean isUnbounded() {
    return tunnel != null && !tunnel.hasClientClosed();
  }

  /** Tells the ends of a tunnel that the gateway is to stop. */
  void goAway() {
    if (tunnel != null) {
      tunnel.goAway();
    }
  }

  /** Ends the request: where the next one begins is not known. */
  private void bodyFailed() {
    if (isDiscarding) {
      exchange().restDiscarded();
      connection.linger();
    } else {
      exchange().abort(Failure.BAD_BODY);
    }
  }

  /** Passes the end of the body on, with the trailers. */
  private void endBody(LaneServer to) {
    HeadBuffer trailers = body.trailers();
    to.endBody(trailers, trailers == null ? null : exchange().trailersPlan(trailers));
    connection.flushLater(to);
  }

  private void completed() {
    isComplete = true;
    if (server != null) {
      endBody(server);
    }
    connection.requestComplete();
    if (isAnswered) {
      exchange().restDiscarded();
      connection.exchangeEnded();
    }
  }

  /** Ends the exchange, if there is one: the client has gone. */
  void clientGone() {
    if (exchange != null) {
      exchange.clientGone();
    }
    ended();
  }

  /** Forgets an exchange that is over. */
  void ended() {
    body.release();
    held.drop();
    answer.release();
    head.end();
    if (exchange != null) {
      exchange.forget();
      exchange = null;
    }
    server = null;
    tunnel = null;
    looking = null;
    looked = null;
  }

  /** Returns whether the connection may serve another request after this one. */
  boolean isKeptAlive() {
    return answer.isKept() && !body.isFaulty();
  }

  // --- from the server's connection ---

  @Override
  public void interim(LaneAnswer interim) {
    HeaderPlan plan = exchange().interim(interim);
    if (plan != null) {
      answer.interim(interim, plan);
    }
  }

  @Override
  public boolean sendsChunks() {
    return !isUnchunked && (server == null || !server.wantsDataOnly());
  }

  @Override
  public boolean wantsDataOnly() {
    return answer.wantsDataOnly();
  }

  @Override
  public void piece(ByteBuf data) {
    if (tunnel == null) {
      answer.piece(data);
    } else {
      tunnel.fromServer(data);
    }
  }

  @Override
  public void flush() {
    answer.writeHead();
    context.flush();
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public void serverLost(Deque<ByteBuf> sent) {
    server = null;
    held.takeBack(sent);
  }

  @Override
  public void serverDrained() {
    connection.resume();
  }

  // --- from the client's connection, on its way out ---

  /** Notes that the client takes more of the answer. */
  void clientDrained() {
    if (server != null) {
      server.setReading(true);
    }
  }

  /** Returns whether the request waits for a server that has room. */
  boolean isQueued() {
    return exchange != null && exchange.isQueued();
  }

  /** Returns whether the rest of the request has to wait for the server. */
  boolean isHeldBack() {
    return server != null && !server.isWritable();
  }

  // --- what the exchange asks ---

  @Override
  public Exchange<LaneServer> exchange() {
    Exchange<LaneServer> known = exchange;
    if (known == null) {
      throw new IllegalStateException("no exchange has begun");
    }
    return known;
  }

  @Override
  public ClientHead head() {
    return head;
  }

  @Override
  public boolean isRequestComplete() {
    return isComplete;
  }

  @Override
  public boolean isHeadWritten() {
    return answer.isHeadWritten();
  }

  @Override
  public boolean isAnswered() {
    return isAnswered;
  }

  @Override
  public boolean isClosed() {
    return !channel.isActive();
  }

  @Override
  public boolean isStalled() {
    return !isAnswered && !channel.isWritable();
  }

  @Override
  public int status() {
    return answer.status();
  }

  @Override
  public long received() {
    return body.received();
  }

  @Override
  public long sent() {
    return answer.sent();
  }

  @Override
  public long waiting() {
    return Sockets.waiting(channel);
  }

  /** Does nothing: without a server the body stays where it is. */
  @Override
  public void holdBody() {}

  /** Looks at what has come, and from now on at what comes. */
  @Override
  public void look(BodyStart start) {
    looking = start;
    looked = start;
    isUnchunked = body.isChunked();
    goOnIfExpected();
    connection.resume();
  }

  @Override
  public void endLook() {
    looking = null;
    exchange().looked();
  }

  /** Tells a client that waits for it to go on with its body. */
  private void goOnIfExpected() {
    if (isExpecting && !isComplete) {
      isExpecting = false;
      context.writeAndFlush(
          Unpooled.copiedBuffer(CONTINUE, StandardCharsets.US_ASCII), context.voidPromise());
    }
  }

  @Override
  public void forward(LaneServer to, String target, RequestPlan plan) {
    boolean isRepeatable = isComplete && exchange().isIdempotent();
    if (to.isReused() && !isRepeatable && to.isStale()) {
      exchange().serverFailed(Failure.CLOSED_EARLY);
      return;
    }
    server = to;
    BodyStart start = looked;
    if (start != null) {
      looked = null;
      held.add(Unpooled.wrappedBuffer(start.octets(), 0, start.length()));
    }
    to.send(this, target, plan);
    goOnIfExpected();
    if (!plan.isUpgrade()) { // that of a tunnel ends with the tunnel
      sendAgain(to);
    }
    connection.flushLater(to);
    connection.resume();
  }

  /** Passes on what another server had of the request, and has refused. */
  private void sendAgain(LaneServer to) {
    ByteBuf piece;
    while (server == to && (piece = held.poll()) != null) { // a refusal takes the rest back
      to.write(piece);
    }
    if (isComplete && server == to) {
      endBody(to);
    }
  }

  @Override
  public void discardRest() {
    isDiscarding = true;
    server = null;
    looking = null;
    held.drop();
    if (body.isFaulty() || isExpecting) {
      connection.linger(); // where the next request begins is not known
    } else {
      connection.resume();
    }
  }

  @Override
  public void refuseRest() {
    connection.close();
  }

  @Override
  public void answer(Answer own) {
    looking = null;
    answer.own(own, head, mayKeepAlive());
    deliver();
  }

  @Override
  public void relay(LaneServer from, ResponsePlan plan) {
    answer.head(from, head, plan, mayKeepAlive());
  }

  @Override
  public void finish(@Nullable HeaderPlan trailers) {
    if (tunnel != null) {
      tunnel.end();
    }
    answer.finish(server == null ? null : server.trailers(), trailers);
    deliver();
  }

  @Override
  public void tunnel(LaneServer from, HeaderPlan plan) {
    answer.switched(from, plan);
    body.begin(Framing.UNTIL_CLOSE);
    isAnswered = true; // whichever end it is that ends it
    tunnel = Tunnel.open(this, from, answer::piece);
    connection.becameTunnel();
  }

  @Override
  public void cut() {
    connection.cut(answer.endsWithConnection());
  }

  private boolean mayKeepAlive() {
    return !connection.isEnding() && !body.isFaulty() && !isExpecting && head.isKeptAlive();
  }

  /** Flushes the answer; the exchange ends when all of it is with the kernel. */
  private void deliver() {
    Exchange<LaneServer> current = exchange();
    int number = current.number();
    context.flush();
    if (!current.isAt(number) || isClosed()) { // the client has gone, as the flush has found out
      return;
    }
    if (Sockets.waiting(channel) == 0) {
      delivered();
      return;
    }
    context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
      if (written.isSuccess() && current.isAt(number)) {
        try {
          delivered();
        } catch (RuntimeException e) { // Netty would log it, and nothing more
          connection.crashed(e);
        }
      }
    });
  }

  private void delivered() {
    Exchange<LaneServer> current = exchange();
    int number = current.number();
    isAnswered = true;
    current.answered();
    // Else the rest of the request was there, is dropped, and the next one may have begun.
    if (isComplete && exchange != null && current.number() == number) {
      connection.exchangeEnded();
    }
  }
}
