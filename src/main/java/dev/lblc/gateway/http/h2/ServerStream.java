package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.HeaderPlan;
import dev.lblc.gateway.http.RequestPlan;
import dev.lblc.gateway.http.RequestPlan.Body;
import dev.lblc.gateway.http.lane.HeadBuffer;
import dev.lblc.gateway.http.lane.LaneAnswer;
import dev.lblc.gateway.http.lane.LaneClient;
import dev.lblc.gateway.http.lane.LaneServer;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on a connection to a server. Confined to the connection's event loop.
 *
 * <pre>
 *   RESERVED    has a place on the connection          send
 *   AWAITING    the request is on its way              interim answers pass, the head of the answer comes
 *   ANSWERING   the body of the answer passes          its end comes
 *   COMPLETE    the answer has come
 *   CLOSED
 * </pre>
 */
final class ServerStream implements LaneServer, Streams.Stream {
  private static final Logger LOG = LoggerFactory.getLogger(ServerStream.class);

  /** A server that has sent nothing on the whole connection for that long may be gone. */
  private static final long SUSPICIOUS_NANOS = TimeUnit.SECONDS.toNanos(3);

  private enum State {
    RESERVED,
    AWAITING,
    ANSWERING,
    COMPLETE,
    CLOSED
  }

  private final ServerStreams connection;
  private final RequestOutput output;
  private final AnswerInput input;
  private State state = State.RESERVED;
  private @Nullable LaneClient client;
  private @Nullable Http2Stream stream;
  private boolean isRefused;
  private boolean isReset;
  private boolean isFlushDue;
  private boolean isTunnel;
  private long framesBefore;
  private long sentNanos;

  ServerStream(ServerStreams connection) {
    this.connection = connection;
    this.output = new RequestOutput(connection, this::drained);
    this.input = new AnswerInput(connection);
  }

  // --- the request ---

  @Override
  public boolean isStale() {
    return false; // a connection that has ended has no room
  }

  @Override
  public void send(LaneClient from, String target, RequestPlan plan) {
    client = from;
    state = State.AWAITING;
    boolean hasBody = plan.body() != Body.NONE || plan.isUpgrade();
    input.begin(from.head().method().equals("HEAD"));
    framesBefore = connection.frames();
    sentNanos = connection.lane().lastTickNanos();
    Http2Headers head = Fields.request(
        from.head().method(), connection.scheme(), target, from.head().buffer(), plan);
    Http2Stream opened = connection.open(this, head, !hasBody);
    stream = opened;
    output.begin(opened, hasBody);
    if (opened == null) {
      isRefused = true;
      connection.context().executor().execute(() -> fail(Failure.CLOSED_EARLY));
    }
  }

  @Override
  public boolean wantsDataOnly() {
    return true;
  }

  @Override
  public void write(ByteBuf piece) {
    if (isOpen()) {
      output.write(piece, state == State.AWAITING);
    } else {
      piece.release();
    }
  }

  private boolean isOpen() {
    return state == State.AWAITING || state == State.ANSWERING;
  }

  @Override
  public void becameTunnel() {
    isTunnel = true;
    input.becameTunnel();
  }

  @Override
  public boolean opensTunnels() {
    return connection.opensTunnels();
  }

  @Override
  public void endBody(@Nullable HeadBuffer behind, @Nullable HeaderPlan plan) {
    if (isOpen() || (isTunnel && state == State.COMPLETE)) {
      output.end(behind, plan);
    }
  }

  @Override
  public void flush() {
    if (!isOpen() || !output.flush()) {
      connection.flushSoon();
    }
  }

  @Override
  public boolean isWritable() {
    return !isOpen() || output.isWritable();
  }

  private void drained() {
    LaneClient from = client;
    if (from != null) {
      from.serverDrained();
    }
  }

  // --- the answer ---

  @Override
  public LaneAnswer answer() {
    return input.answer();
  }

  @Override
  public boolean isChunked() {
    return false;
  }

  @Override
  public @Nullable HeadBuffer trailers() {
    return input.trailers();
  }

  @Override
  public void setReading(boolean isWanted) {
    Http2Stream from = stream;
    if (isWanted && from != null) {
      input.giveRoom(from);
    }
  }

  @Override
  public void head(Http2Headers headers, boolean isEnd) {
    switch (state) {
      case AWAITING -> headCame(headers, isEnd);
      case ANSWERING -> trailersCame(headers);
      case RESERVED, COMPLETE, CLOSED -> {}
    }
  }

  private void headCame(Http2Headers headers, boolean isEnd) {
    output.dropKept(); // the server has looked at the request
    boolean isFinal = false;
    try {
      switch (input.readHead(headers, isEnd)) {
        case FAULTY -> {
          LOG.debug("server {} sent no answer", connection.serverId());
          fail(Failure.BAD_ANSWER);
        }
        case INTERIM -> {
          client().interim(input.answer());
          client().flush();
        }
        case FINAL -> {
          isFinal = true;
          state = State.ANSWERING;
          exchange().responseBegan(input.answer());
        }
      }
    } finally {
      input.releaseHead();
    }
    if (isEnd && state == State.ANSWERING) {
      completed();
    } else if (isFinal) {
      flushClient();
    }
  }

  private void trailersCame(Http2Headers headers) {
    if (input.readTrailers(headers)) {
      completed();
    } else {
      fail(Failure.BROKEN_ANSWER);
    }
    input.releaseTrailers();
  }

  @Override
  public int data(ByteBuf data, boolean isEnd) {
    int octets = data.readableBytes();
    LaneClient to = client;
    if (state != State.ANSWERING || to == null) {
      if (state == State.AWAITING) {
        fail(Failure.BAD_ANSWER);
      }
      return octets;
    }
    Http2Stream from = stream;
    if (!isFlushDue && from != null && to.waiting() == 0) {
      input.taken(from); // all that came before this turn of the loop
    }
    if (!input.count(octets, isEnd)) {
      LOG.debug("server {} sent an answer of another length than it said", connection.serverId());
      fail(Failure.BROKEN_ANSWER);
      return octets;
    }
    if (octets > 0) {
      to.piece(data.retainedSlice());
    }
    if (state != State.ANSWERING) { // a tunnel has ended with that
      return octets;
    }
    if (isEnd) {
      completed();
      return octets;
    }
    flushClient();
    if (to.isWritable()) {
      return octets;
    }
    input.owe(octets);
    return 0;
  }

  private void completed() {
    state = State.COMPLETE;
    connection.used();
    exchange().responseEnded(input.trailers());
    flushClient();
  }

  /** Has the client's side send what it got, when the loop has read what there is. */
  private void flushClient() {
    if (!isFlushDue) {
      isFlushDue = true;
      connection.flushOtherLater(this);
    }
  }

  @Override
  public void flushOther() {
    isFlushDue = false;
    LaneClient to = client;
    if (to != null) {
      to.flush();
      if (to.isWritable()) {
        setReading(true);
      }
    }
  }

  // --- the end ---

  @Override
  public void reset(long code) {
    if (code == Http2Error.REFUSED_STREAM.code() && state == State.AWAITING) {
      refused();
    }
    isReset = true;
    LOG.debug("server {} has reset a stream, code {}", connection.serverId(), code);
  }

  /** Notes that the server has not looked at the request, and will not. */
  void refused() {
    isRefused = true;
    connection.used(); // so that the request goes to another one
  }

  @Override
  public void broken(Http2Error why) {
    fail(state == State.AWAITING ? Failure.BAD_ANSWER : Failure.BROKEN_ANSWER);
  }

  @Override
  public void closed() {
    switch (state) {
      case AWAITING -> fail(Failure.CLOSED_EARLY);
      case ANSWERING -> fail(Failure.CUT_SHORT);
      case RESERVED, COMPLETE, CLOSED -> {}
    }
  }

  private void fail(Failure why) {
    if (client != null && isOpen()) {
      exchange().serverFailed(why);
    }
  }

  /** Only the end of the connection may come unheard: a stream that the server resets is not sent again to the same server. */
  @Override
  public boolean isReused() {
    return isRefused || (!isReset && connection.isUsed());
  }

  /** A request that the server has refused is as good as one that was not sent, as long as all of its body is there. */
  @Override
  public boolean isUntouched() {
    return state == State.RESERVED || (isRefused && output.isKept());
  }

  @Override
  public boolean isStalled() {
    return isOpen() && output.waiting() > 0;
  }

  @Override
  public long waiting() {
    return output.waiting();
  }

  @Override
  public void giveBack() {
    end();
  }

  @Override
  public void close() {
    boolean isLate = state == State.AWAITING
        && connection.frames() == framesBefore
        && connection.lane().lastTickNanos() - sentNanos > SUSPICIOUS_NANOS;
    end();
    if (isLate && !isRefused) {
      connection.suspect();
    }
  }

  private void end() {
    State before = state;
    Http2Stream over = stream;
    boolean isRequestGone = output.isGone();
    state = State.CLOSED;
    LaneClient from = client;
    client = null;
    if (isRefused && from != null) {
      from.serverLost(output.takeKept());
    }
    output.drop();
    input.end();
    if (before == State.RESERVED) {
      connection.unreserve();
    } else if (over != null && before != State.CLOSED) {
      connection.release(over, before == State.COMPLETE && isRequestGone);
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
