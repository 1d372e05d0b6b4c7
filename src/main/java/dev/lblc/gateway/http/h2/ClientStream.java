package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.Answer;
import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.GrpcStatus;
import dev.lblc.gateway.http.HeaderPlan;
import dev.lblc.gateway.http.RequestPlan;
import dev.lblc.gateway.http.ResponsePlan;
import dev.lblc.gateway.http.lane.HeadBuffer;
import dev.lblc.gateway.http.lane.HeadFault;
import dev.lblc.gateway.http.lane.HeadLimits;
import dev.lblc.gateway.http.lane.HeldBody;
import dev.lblc.gateway.http.lane.LaneAnswer;
import dev.lblc.gateway.http.lane.LaneClient;
import dev.lblc.gateway.http.lane.LaneServer;
import dev.lblc.gateway.http.lane.Tunnel;
import dev.lblc.gateway.route.HttpRoutes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of the exchanges of one stream after another: passes the body of the request on, and writes the answer. Confined
 * to the connection's event loop.
 *
 * <p>What comes of a body before there is a server, or while the server is slow, is held here; the client gets room for more when it
 * is taken. So it is bounded by the window of the stream.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what addListener returns is the future itself
final class ClientStream implements LaneClient, Streams.Stream {
  private static final HeadLimits TRAILERS = new HeadLimits(0, 8192, 100);
  private static final AsciiString TEXT = AsciiString.cached("text/plain; charset=utf-8");
  private static final int CONTINUE = 100;
  private static final int OK = 200;
  private static final int NO_CONTENT = 204;
  private static final int LAST_SECONDS = 30;

  private final ClientStreams connection;
  private final StreamHead head;
  private final StreamOutput output;
  private final HeldBody held = new HeldBody();
  private @Nullable Exchange<LaneServer> kept;
  private @Nullable Exchange<LaneServer> exchange;
  private @Nullable Http2Stream stream;
  private @Nullable LaneServer server;
  private @Nullable HeadBuffer fields;
  private @Nullable HeadBuffer trailers;
  private int owed;
  private long received;
  private int status;
  private boolean isComplete;
  private boolean isExpecting;
  private boolean isHeadTaken;
  private boolean isAnswered;
  private boolean isClosed;

  /** What the client has done wrong on the stream, which is no request then; null: nothing. */
  private @Nullable Http2Error fault;

  /** The tunnel that the stream has become; null: it has not. */
  private @Nullable Tunnel tunnel;

  /** Whether the client asks for a tunnel, or has one: its request is complete, and what it sends is not the end of it. */
  private boolean isUnbounded;

  private boolean isGrpc;
  private boolean isFlushDue;

  ClientStream(ClientStreams connection) {
    this.connection = connection;
    this.head = new StreamHead(connection.facts());
    this.output = new StreamOutput(connection, this::drained);
  }

  // --- from the client ---

  /** Begins an exchange with the first head of a stream. */
  void begin(Http2Stream next, Http2Headers headers, boolean isEnd, HttpRoutes routes) {
    stream = next;
    output.begin(next);
    owed = 0;
    received = 0;
    status = 0;
    isComplete = isEnd;
    isHeadTaken = false;
    isAnswered = false;
    isClosed = false;
    HeadBuffer read = connection
        .lane()
        .requests()
        .take(HeadLimits.of(routes.limits()))
        .beginFields(0, HeadLimits.of(routes.limits()));
    fields = read;
    HeadFault bad = Fields.read(headers, read);
    if (bad == null) {
      bad = StreamHead.fault(headers);
    }
    if (bad == null && StreamHead.isBadConnect(headers)) {
      bad = HeadFault.NAME;
    }
    head.begin(headers, read, isEnd);
    isUnbounded = bad == null && head.connectProtocol() != null;
    isExpecting = !isEnd && !isUnbounded && "100-continue".equalsIgnoreCase(head.header("expect"));
    isGrpc = GrpcStatus.isGrpc(head);
    fault = bad == HeadFault.NAME || bad == HeadFault.VALUE ? Http2Error.PROTOCOL_ERROR : null;
    Exchange<LaneServer> begun = opened(routes);
    if (bad != null) {
      begun.refuse(bad.failure(), bad.reason());
      return;
    }
    try {
      begun.begin();
    } catch (RuntimeException e) {
      begun.crashed(e);
    }
  }

  /** Answers a head that was too large to be kept; whether a body follows is not known. */
  void refuseHead(Http2Stream next, HttpRoutes routes) {
    stream = next;
    output.begin(next);
    Exchange<LaneServer> begun = opened(routes);
    begun.refuse(HeadFault.HEADERS_TOO_LARGE.failure());
  }

  private Exchange<LaneServer> opened(HttpRoutes routes) {
    Exchange<LaneServer> begun = kept;
    if (begun == null) {
      begun = new Exchange<>(this, connection.lane().context(), routes);
      kept = begun;
    } else {
      begun.next(routes);
    }
    exchange = begun;
    return begun;
  }

  /** Takes the trailers of the request. */
  @Override
  public void head(Http2Headers headers, boolean isEnd) {
    HeadBuffer read = connection.lane().requests().take(TRAILERS).beginFields(0, TRAILERS);
    if (Fields.read(headers, read) == null) {
      trailers = read;
      completed();
    } else {
      connection.lane().requests().giveBack(read);
      broken(Http2Error.PROTOCOL_ERROR);
    }
  }

  @Override
  public int data(ByteBuf data, boolean isEnd) {
    int length = data.readableBytes();
    received += head.connectProtocol() == null ? length : 0; // a tunnel counts by itself
    int taken = length;
    Exchange<LaneServer> current = exchange;
    if (length > 0 && current != null && isWanted(current) && current.bodyGrew(received)) {
      taken = take(data.retainedSlice(), length);
    }
    if (isEnd) {
      completed();
    }
    return taken;
  }

  /** Returns whether there is, or will be, somebody for the body: not if the gateway itself has answered, or there is no tunnel. */
  private boolean isWanted(Exchange<LaneServer> current) {
    boolean isRefused = head.connectProtocol() != null && !isUnbounded;
    return !current.isOver() && !isRefused && (server != null || !isHeadTaken);
  }

  /** Passes a piece of the body on, or holds it. Returns how many octets of it need no room any more. */
  private int take(ByteBuf piece, int length) {
    LaneServer to = server;
    if (to == null || isAsking()) {
      held.add(piece);
      owed += length;
      return 0;
    }
    write(to, piece);
    flushServerLater();
    if (to.isWritable()) {
      return length;
    }
    owed += length;
    return 0;
  }

  private void write(LaneServer to, ByteBuf piece) {
    if (tunnel == null) {
      to.write(piece);
    } else {
      tunnel.fromClient(piece);
    }
  }

  /** Returns whether it is open whether what follows the head belongs to a tunnel, or to nobody. */
  private boolean isAsking() {
    return isUnbounded && tunnel == null;
  }

  private void completed() {
    isComplete = true;
    Exchange<LaneServer> current = exchange;
    if (tunnel != null && current != null && current.isOver()) {
      current.restDiscarded();
    }
    if (server != null && !isAsking()) {
      endBody(server);
    }
  }

  private void endBody(LaneServer to) {
    if (tunnel != null) {
      tunnel.clientEnded();
      return;
    }
    HeadBuffer behind = trailers;
    to.endBody(behind, behind == null ? null : exchange().trailersPlan(behind));
    flushServerLater();
  }

  private void flushServerLater() {
    if (!isFlushDue) {
      isFlushDue = true;
      connection.flushOtherLater(this);
    }
  }

  @Override
  public void flushOther() {
    isFlushDue = false;
    LaneServer to = server;
    if (to != null) {
      to.flush();
      serverDrained();
    }
  }

  @Override
  public void reset(long code) {
    isClosed = true; // what is written to it goes nowhere
  }

  @Override
  public void broken(Http2Error why) {
    fault = why;
    Exchange<LaneServer> current = exchange;
    if (current != null) {
      current.abort(Failure.BAD_BODY);
    }
  }

  private void drained() {
    LaneServer from = server;
    if (from != null) {
      from.setReading(true);
    }
  }

  /** Ends the exchange unless its answer was written to the end: then the last frame tells. */
  @Override
  public void closed() {
    if (isClosed || !output.isEnded() || fault != null) {
      isClosed = true;
      gone();
    } else {
      isClosed = true;
      endIfOver();
    }
  }

  private void gone() {
    Exchange<LaneServer> current = exchange;
    if (current != null) {
      current.clientGone();
      ended();
    }
  }

  private void endIfOver() {
    Exchange<LaneServer> current = exchange;
    if (isClosed && current != null && current.isOver()) {
      ended();
    }
  }

  /** Forgets an exchange that is over. */
  private void ended() {
    Exchange<LaneServer> over = exchange;
    if (over == null) {
      return;
    }
    exchange = null;
    server = null;
    if (tunnel != null) {
      tunnel = null;
      over.restDiscarded();
    }
    output.drop();
    held.drop();
    head.end();
    over.forget();
    if (fields != null) {
      connection.lane().requests().giveBack(fields);
      fields = null;
    }
    if (trailers != null) {
      connection.lane().requests().giveBack(trailers);
      trailers = null;
    }
    connection.giveBack(this);
  }

  // --- from the server's side ---

  @Override
  public boolean sendsChunks() {
    return false;
  }

  @Override
  public void interim(LaneAnswer interim) {
    HeaderPlan plan = exchange().interim(interim);
    if (plan != null && !isClosed) {
      output.interim(Fields.answer(interim.status(), interim.buffer(), plan));
    }
  }

  @Override
  public boolean wantsDataOnly() {
    return true;
  }

  @Override
  public void piece(ByteBuf data) {
    if (tunnel == null) {
      output.data(data);
    } else {
      tunnel.fromServer(data);
    }
  }

  @Override
  public void flush() {
    if (!isClosed) {
      output.flush();
    }
  }

  @Override
  public boolean isWritable() {
    return isClosed || output.isWritable();
  }

  @Override
  public void serverLost(Deque<ByteBuf> sent) {
    server = null;
    held.takeBack(sent);
  }

  @Override
  public void serverDrained() {
    LaneServer to = server;
    Http2Stream from = stream;
    if (owed > 0 && !isAsking() && from != null && to != null && to.isWritable()) {
      int taken = owed;
      owed = 0;
      connection.consumed(from, taken);
    }
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
  public StreamHead head() {
    return head;
  }

  @Override
  public boolean isRequestComplete() {
    return isComplete || isUnbounded;
  }

  @Override
  public boolean isHeadWritten() {
    return isHeadTaken && !output.isHeadWaiting();
  }

  @Override
  public boolean isAnswered() {
    return isAnswered;
  }

  @Override
  public boolean isClosed() {
    return isClosed;
  }

  @Override
  public boolean isStalled() {
    return !isAnswered && !isClosed && output.waiting() > 0;
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public long received() {
    return received;
  }

  @Override
  public long sent() {
    return output.written();
  }

  @Override
  public long waiting() {
    return output.waiting();
  }

  /** Does nothing: without a server the body is held anyway. */
  @Override
  public void holdBody() {}

  @Override
  public void forward(LaneServer to, String target, RequestPlan plan) {
    server = to;
    to.send(this, target, plan);
    if (isExpecting && !isComplete) {
      isExpecting = false;
      output.interim(new DefaultHttp2Headers(false).status(Statuses.of(CONTINUE)));
    }
    if (!isUnbounded) {
      writeHeld(to);
    }
    flushServerLater();
  }

  private void writeHeld(LaneServer to) {
    for (ByteBuf piece = held.poll(); piece != null; piece = held.poll()) {
      write(to, piece);
    }
    if (isComplete) {
      endBody(to);
    }
  }

  /** Asks the client to send no more of a request that was answered: RFC 9113 8.1. That of a tunnel may end it by itself. */
  @Override
  public void discardRest() {
    if (tunnel == null || connection.isShutDown()) {
      refuseRest();
    } else {
      server = null;
    }
  }

  @Override
  public void refuseRest() {
    Exchange<LaneServer> current = exchange(); // which is forgotten if the stream ends here
    server = null;
    held.drop();
    if (!isClosed) {
      connection.reset(id(), Http2Error.NO_ERROR);
    }
    current.restDiscarded();
  }

  @Override
  public void answer(Answer own) {
    isUnbounded = false;
    output.drop(); // the head of a server, if its answer turned out to be none
    status = own.status();
    isHeadTaken = true;
    if (fault != null) {
      exchange().cut(Failure.BAD_REQUEST);
      return;
    }
    output.begin(stream());
    if (isGrpc) {
      output.head(GrpcAnswers.head(own));
    } else {
      output.head(own(own));
      String text = textOf(own);
      if (text != null) {
        output.data(ByteBufUtil.writeAscii(connection.context().alloc(), text));
      }
    }
    deliver(output.end(null));
  }

  private Http2Headers own(Answer own) {
    Http2Headers headers = new DefaultHttp2Headers(false).status(Statuses.of(own.status()));
    if (own.name() != null && own.value() != null) {
      headers.add(own.name(), own.value());
    }
    String text = textOf(own);
    if (text != null) {
      headers.add("content-type", TEXT);
    }
    if (own.status() != NO_CONTENT && !isOfHead()) {
      headers.add("content-length", Integer.toString(text == null ? 0 : text.length()));
    }
    return headers;
  }

  private @Nullable String textOf(Answer own) {
    return isOfHead() ? null : own.text();
  }

  private boolean isOfHead() {
    return head.method().equals("HEAD");
  }

  @Override
  public void relay(LaneServer from, ResponsePlan plan) {
    isUnbounded = false;
    status = plan.status();
    isHeadTaken = true;
    output.head(Fields.answer(plan.status(), from.answer().buffer(), plan.headers()));
  }

  @Override
  public void finish(@Nullable HeaderPlan plan) {
    isUnbounded = false;
    if (tunnel != null) {
      tunnel.end();
    }
    HeadBuffer behind = server == null ? null : server.trailers();
    deliver(output.end(behind == null || plan == null ? null : Fields.trailers(behind, plan)));
  }

  /** The exchange ends when all of the answer is with the kernel. */
  private void deliver(ChannelFuture last) {
    Exchange<LaneServer> current = exchange();
    int number = current.number();
    last.addListener(written -> {
      if (!current.isAt(number)) {
        return;
      }
      if (written.isSuccess()) {
        delivered(current);
      } else {
        gone();
      }
    });
  }

  private void delivered(Exchange<LaneServer> current) {
    isAnswered = true;
    connection.budget().answered();
    try {
      current.answered();
    } catch (RuntimeException e) { // Netty would log it, and nothing more
      current.crashed(e);
    }
    endIfOver();
  }

  @Override
  public void tunnel(LaneServer from, HeaderPlan plan) {
    status = OK;
    isHeadTaken = true;
    isAnswered = true; // whichever end it is that ends it
    output.head(Fields.answer(OK, from.answer().buffer(), plan));
    tunnel = Tunnel.open(this, from, output::data);
    if (connection.isShutDown()) {
      goAway();
    }
    writeHeld(from);
    flushServerLater();
  }

  /** Tells the ends of a tunnel that the gateway is to stop. */
  void goAway() {
    if (tunnel != null) {
      tunnel.goAway();
    }
  }

  /** Ends the stream so that the client sees that the answer is not complete. */
  @Override
  public void cut() {
    boolean mayEnd = isGrpc && fault == null && !isClosed && !output.isEnded();
    if (mayEnd) {
      endCall();
    } else if (!isClosed) {
      output.drop();
      connection.reset(id(), fault != null ? fault : codeOfCut());
    }
    endIfOver();
  }

  /** Returns what a tunnel ends with that is cut off (RFC 8441 5), or an answer. */
  private Http2Error codeOfCut() {
    return tunnel != null ? Http2Error.CANCEL : Http2Error.INTERNAL_ERROR;
  }

  /** Ends a call of gRPC behind what waits of its answer, for which the client is given some time. */
  private void endCall() {
    Http2Stream of = stream();
    boolean isWhole = isComplete;
    output.end(GrpcAnswers.trailers(exchange())).addListener(written -> {
      if (!isWhole) {
        resetIfOpen(of, Http2Error.NO_ERROR);
      }
    });
    if (output.waiting() > 0) {
      connection
          .context()
          .executor()
          .schedule(() -> resetIfOpen(of, Http2Error.CANCEL), LAST_SECONDS, TimeUnit.SECONDS);
    }
  }

  private void resetIfOpen(Http2Stream of, Http2Error why) {
    if (of.state() != Http2Stream.State.CLOSED && !connection.isGone()) {
      connection.reset(of.id(), why);
    }
  }

  private Http2Stream stream() {
    Http2Stream known = stream;
    if (known == null) {
      throw new IllegalStateException("no stream");
    }
    return known;
  }

  private int id() {
    return stream().id();
  }
}
