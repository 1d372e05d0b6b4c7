package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.HeaderPlan;
import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.http.RequestPlan;
import dev.lblc.gateway.http.RequestPlan.Body;
import dev.lblc.gateway.http.lane.HeadBuffer;
import dev.lblc.gateway.http.lane.HeadLimits;
import dev.lblc.gateway.http.lane.LaneAnswer;
import dev.lblc.gateway.http.lane.LaneClient;
import dev.lblc.gateway.http.lane.LaneServer;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayDeque;
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
@SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end of a request
final class ServerStream implements LaneServer, Streams.Stream {
  private static final Logger LOG = LoggerFactory.getLogger(ServerStream.class);
  private static final HeadLimits LIMITS =
      new HeadLimits(Limits.LINE_BYTES, Limits.HEADER_BYTES, 1000);
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int FIRST_FINAL = 200;
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;
  private static final int MOST_DIGITS = 18;

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
  private final StreamOutput output;
  private final LaneAnswer answer = new LaneAnswer();
  private State state = State.RESERVED;
  private @Nullable LaneClient client;
  private @Nullable Http2Stream stream;
  private @Nullable HeadBuffer trailers;
  private @Nullable SentBody sent;
  private boolean isRefused;
  private boolean isReset;
  private boolean hasBody;
  private boolean isTunnel;
  private boolean isOfHead;

  /** How long the body of the answer is said to be; negative: nothing is said. */
  private long announced = -1;

  private long received;
  private boolean isFlushDue;
  private int owed;
  private long framesBefore;
  private long sentNanos;

  ServerStream(ServerStreams connection) {
    this.connection = connection;
    this.output = new StreamOutput(connection, this::drained);
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
    hasBody = plan.body() != Body.NONE || plan.isUpgrade();
    isOfHead = from.head().method().equals("HEAD");
    framesBefore = connection.frames();
    sentNanos = connection.lane().lastTickNanos();
    Http2Headers head = Fields.request(
        from.head().method(), connection.scheme(), target, from.head().buffer(), plan);
    Http2Stream opened = connection.open(this, head, !hasBody);
    if (opened == null) {
      isRefused = true;
      connection.context().executor().execute(() -> fail(Failure.CLOSED_EARLY));
      return;
    }
    stream = opened;
    output.begin(opened);
  }

  @Override
  public boolean wantsDataOnly() {
    return true;
  }

  @Override
  public void write(ByteBuf piece) {
    if (state == State.AWAITING) {
      keep(piece);
    }
    if (stream == null || !isOpen()) {
      piece.release();
    } else {
      output.data(piece);
    }
  }

  private void keep(ByteBuf piece) {
    SentBody known = sent;
    if (known == null) {
      known = new SentBody(connection.sentBodies());
      sent = known;
    }
    known.add(piece);
  }

  private void dropSent() {
    if (sent != null) {
      sent.drop();
    }
  }

  private boolean isOpen() {
    return state == State.AWAITING || state == State.ANSWERING;
  }

  @Override
  public void becameTunnel() {
    isTunnel = true;
    announced = -1;
  }

  @Override
  public boolean opensTunnels() {
    return connection.opensTunnels();
  }

  @Override
  public void endBody(@Nullable HeadBuffer behind, @Nullable HeaderPlan plan) {
    boolean isWanted = isOpen() || (isTunnel && state == State.COMPLETE);
    if (hasBody && stream != null && isWanted && !output.isEnded()) {
      output.end(behind == null || plan == null ? null : Fields.trailers(behind, plan));
    }
  }

  @Override
  public void flush() {
    if (stream != null && isOpen() && !output.isEnded()) {
      output.flush();
    } else {
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
    return answer;
  }

  @Override
  public boolean isChunked() {
    return false;
  }

  @Override
  public @Nullable HeadBuffer trailers() {
    return trailers;
  }

  @Override
  public void setReading(boolean isWanted) {
    Http2Stream from = stream;
    if (isWanted && owed > 0 && from != null) {
      int taken = owed;
      owed = 0;
      connection.consumed(from, taken);
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
    dropSent(); // the server has looked at the request
    int status = Statuses.parse(headers.status());
    HeadBuffer read = connection.lane().responses().take(LIMITS).beginFields(status, LIMITS);
    try {
      if (status == 0 || Fields.read(headers, read) != null) {
        LOG.debug("server {} sent no answer", connection.serverId());
        fail(Failure.BAD_ANSWER);
        return;
      }
      answer.set(read);
      if (status < FIRST_FINAL && status != SWITCHING_PROTOCOLS && !isEnd) {
        client().interim(answer);
        client().flush();
        return;
      }
      announced = mayHaveBody(status) ? length(answer.header("content-length")) : 0;
      if (status < FIRST_FINAL || (isEnd && announced > 0)) {
        LOG.debug("server {} sent no whole answer", connection.serverId());
        fail(Failure.BAD_ANSWER);
        return;
      }
      state = State.ANSWERING;
      exchange().responseBegan(answer);
    } finally {
      answer.set(null);
      connection.lane().responses().giveBack(read);
    }
    if (isEnd && state == State.ANSWERING) {
      completed();
    } else {
      flushClient();
    }
  }

  private boolean mayHaveBody(int status) {
    return !isOfHead && status != NO_CONTENT && status != NOT_MODIFIED;
  }

  private static long length(@Nullable String text) {
    if (text == null || text.isEmpty() || text.length() > MOST_DIGITS) {
      return -1;
    }
    return text.chars().allMatch(Character::isDigit) ? Long.parseLong(text) : -1;
  }

  private void trailersCame(Http2Headers headers) {
    HeadBuffer read = connection.lane().responses().take(LIMITS).beginFields(0, LIMITS);
    trailers = read;
    if (Fields.read(headers, read) != null || isShort()) {
      fail(Failure.BROKEN_ANSWER);
    } else {
      completed();
    }
    releaseTrailers();
  }

  private void releaseTrailers() {
    if (trailers != null) {
      connection.lane().responses().giveBack(trailers);
      trailers = null;
    }
  }

  @Override
  public int data(ByteBuf data, boolean isEnd) {
    int length = data.readableBytes();
    LaneClient to = client;
    if (state != State.ANSWERING || to == null) {
      if (state == State.AWAITING) {
        fail(Failure.BAD_ANSWER);
      }
      return length;
    }
    received += length;
    if ((announced >= 0 && received > announced) || (isEnd && isShort())) {
      LOG.debug("server {} sent an answer of another length than it said", connection.serverId());
      fail(Failure.BROKEN_ANSWER);
      return length;
    }
    if (length > 0) {
      to.piece(data.retainedSlice());
    }
    if (state != State.ANSWERING) { // a tunnel has ended with that
      return length;
    }
    if (isEnd) {
      completed();
      return length;
    }
    flushClient();
    if (to.isWritable()) {
      return length;
    }
    owed += length;
    return 0;
  }

  /** Returns whether less of the answer has come than was announced: a client of HTTP/1.1 would take the next answer for the rest. */
  private boolean isShort() {
    return received < announced;
  }

  private void completed() {
    state = State.COMPLETE;
    connection.served();
    exchange().responseEnded(trailers);
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
    connection.served(); // so that the request goes to another one
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
    return isRefused || (!isReset && connection.hasServed());
  }

  /** A request that the server has refused is as good as one that was not sent, as long as all of its body is there. */
  @Override
  public boolean isUntouched() {
    return state == State.RESERVED || (isRefused && (sent == null || sent.isWhole()));
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
    boolean isRequestOut = !hasBody || (output.isEnded() && output.waiting() == 0);
    state = State.CLOSED;
    LaneClient from = client;
    client = null;
    if (isRefused && from != null) {
      from.serverLost(sent == null ? new ArrayDeque<>(0) : sent.takePieces());
    }
    dropSent();
    output.drop();
    if (before == State.RESERVED) {
      connection.unreserve();
    } else if (over != null && before != State.CLOSED) {
      connection.release(over, before == State.COMPLETE && isRequestOut);
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
