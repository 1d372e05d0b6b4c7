package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.http.lane.HeadBuffer;
import dev.lblc.gateway.http.lane.HeadLimits;
import dev.lblc.gateway.http.lane.LaneAnswer;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * The answer on one stream as it is read: its heads, whether its body is as long as it is said to be, and for how much of that the
 * server is owed room. Confined to the connection's event loop.
 */
final class AnswerInput {
  private static final HeadLimits LIMITS =
      new HeadLimits(Limits.LINE_BYTES, Limits.HEADER_BYTES, 1000);
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int FIRST_FINAL = 200;
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;
  private static final int MOST_DIGITS = 18;
  private static final long UNKNOWN = -1;

  /** What a head is. */
  enum Head {
    /** None of an answer. */
    FAULTY,
    /** That of an answer that goes before the one that counts. */
    INTERIM,
    /** That of the answer. */
    FINAL
  }

  private final ServerStreams connection;
  private final LaneAnswer answer = new LaneAnswer();
  private @Nullable HeadBuffer head;
  private @Nullable HeadBuffer trailers;
  private boolean isOfHead;
  private long announced = UNKNOWN;
  private long received;
  private int window = Codec.FIRST_WINDOW;
  private long widenedAt;
  private int owed;

  AnswerInput(ServerStreams connection) {
    this.connection = connection;
  }

  /** Begins the answer to a request; that to one of HEAD has no body, whatever it says. */
  void begin(boolean isToHead) {
    isOfHead = isToHead;
  }

  // --- its head ---

  /** Reads a head, which {@link #answer} gives until {@link #releaseHead}. */
  Head readHead(Http2Headers headers, boolean isEnd) {
    int status = Statuses.parse(headers.status());
    HeadBuffer read = connection.lane().responses().take(LIMITS).beginFields(status, LIMITS);
    head = read;
    if (status == 0 || Fields.read(headers, read) != null) {
      return Head.FAULTY;
    }
    answer.set(read);
    if (status < FIRST_FINAL && status != SWITCHING_PROTOCOLS && !isEnd) {
      return Head.INTERIM;
    }
    boolean mayHaveBody = !isOfHead && status != NO_CONTENT && status != NOT_MODIFIED;
    announced = mayHaveBody ? length(answer.header("content-length")) : 0;
    return status < FIRST_FINAL || (isEnd && isShort()) ? Head.FAULTY : Head.FINAL;
  }

  private static long length(@Nullable String text) {
    if (text == null || text.isEmpty() || text.length() > MOST_DIGITS) {
      return UNKNOWN;
    }
    return text.chars().allMatch(Character::isDigit) ? Long.parseLong(text) : UNKNOWN;
  }

  LaneAnswer answer() {
    return answer;
  }

  void releaseHead() {
    answer.set(null);
    if (head != null) {
      connection.lane().responses().giveBack(head);
      head = null;
    }
  }

  // --- its body ---

  /** Notes that the answer is a tunnel, whose end nothing tells before it comes. */
  void becameTunnel() {
    announced = UNKNOWN;
  }

  /** Counts octets of the body. Returns whether it is as long as it is said to be, as far as it has come. */
  boolean count(int octets, boolean isEnd) {
    received += octets;
    return (announced < 0 || received <= announced) && !(isEnd && isShort());
  }

  /** Returns whether less of the body has come than was said: a client of HTTP/1.1 would take the next answer for the rest. */
  private boolean isShort() {
    return received < announced;
  }

  /** Widens the window if the client has taken all that has come, and that is a window's worth: who does not read gets no wider one. */
  void taken(Http2Stream from) {
    if (received - widenedAt >= window && window < Codec.STREAM_WINDOW) {
      widenedAt = received;
      window += connection.widen(from, Math.min(window, Codec.STREAM_WINDOW - window));
    }
  }

  /** Notes that the stream is over. */
  void end() {
    connection.narrow(window - Codec.FIRST_WINDOW);
    window = Codec.FIRST_WINDOW;
  }

  /** Notes that the client has not taken so many octets yet. */
  void owe(int octets) {
    owed += octets;
  }

  /** Gives the server room again for what the client has taken since. */
  void giveRoom(Http2Stream from) {
    if (owed > 0) {
      int taken = owed;
      owed = 0;
      connection.consumed(from, taken);
    }
  }

  // --- its trailers ---

  /** Reads the trailers; returns false if they are none, or come too early. */
  boolean readTrailers(Http2Headers headers) {
    HeadBuffer read = connection.lane().responses().take(LIMITS).beginFields(0, LIMITS);
    trailers = read;
    return Fields.read(headers, read) == null && !isShort();
  }

  /** Returns the trailers that have just come; null: there are none. */
  @Nullable
  HeadBuffer trailers() {
    return trailers;
  }

  void releaseTrailers() {
    if (trailers != null) {
      connection.lane().responses().giveBack(trailers);
      trailers = null;
    }
  }
}
