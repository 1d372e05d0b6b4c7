package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.lane.HeadBuffer;
import dev.lblc.gateway.http.lane.HeadLimits;
import dev.lblc.gateway.http.lane.HeldBody;
import dev.lblc.gateway.http.lane.LaneServer;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The body of the request of one stream after another, on its way from the client to a server. Confined to the connection's event
 * loop.
 *
 * <p>What comes before there is a server, or while the server is slow, is held; the client gets room for more when it is taken. So it
 * is bounded by the window of the stream.
 */
final class RequestBody {
  private static final HeadLimits TRAILERS = new HeadLimits(0, 8192, 100);

  private final ClientStreams connection;
  private final ClientStream client;
  private final HeldBody held = new HeldBody();
  private @Nullable Http2Stream stream;
  private @Nullable LaneServer server;
  private @Nullable HeadBuffer trailers;
  private int owed;
  private long received;
  private boolean isComplete;
  private boolean isFlushDue;

  RequestBody(ClientStreams connection, ClientStream client) {
    this.connection = connection;
    this.client = client;
  }

  /** Begins with the next request; with {@code isEnd} it has no body. */
  void begin(Http2Stream next, boolean isEnd) {
    stream = next;
    owed = 0;
    received = 0;
    isComplete = isEnd;
  }

  // --- what is known ---

  /** Returns whether it has come to its end. */
  boolean isComplete() {
    return isComplete;
  }

  /** Returns how many octets have come. */
  long received() {
    return received;
  }

  /** Returns the server that it goes to; null: there is none yet, or no more. */
  @Nullable
  LaneServer server() {
    return server;
  }

  // --- from the client ---

  /** Counts octets that have come, whether anybody wants them or not. */
  void count(int octets) {
    received += octets;
  }

  /** Passes a piece on, or holds it; takes over the reference. Returns how many octets of it need no room any more. */
  int take(ByteBuf piece) {
    int length = piece.readableBytes();
    LaneServer to = server;
    if (to == null) {
      held.add(piece);
      owed += length;
      return 0;
    }
    to.write(piece);
    flushLater();
    if (to.isWritable()) {
      return length;
    }
    owed += length;
    return 0;
  }

  /** Takes trailers, which are the end; returns false if they are none. */
  boolean end(Http2Headers headers) {
    HeadBuffer read = connection.lane().requests().take(TRAILERS).beginFields(0, TRAILERS);
    if (Fields.read(headers, read) != null) {
      connection.lane().requests().giveBack(read);
      return false;
    }
    trailers = read;
    end();
    return true;
  }

  /** Notes the end. */
  void end() {
    isComplete = true;
    if (server != null) {
      passEnd(server);
    }
  }

  // --- to the server ---

  /** Passes on what has come, and from now on what comes. The head of the request is sent. */
  void sendTo(LaneServer to) {
    ByteBuf piece;
    while (server == to && (piece = held.poll()) != null) {
      to.write(piece);
    }
    if (isComplete && server == to) {
      passEnd(to);
    }
    flushLater();
  }

  /** Notes the server that the request goes to. */
  void beginServer(LaneServer to) {
    server = to;
  }

  /** Takes back what a server had of it. */
  void serverLost(Deque<ByteBuf> sent) {
    server = null;
    held.takeBack(sent);
  }

  private void passEnd(LaneServer to) {
    HeadBuffer behind = trailers;
    to.endBody(behind, behind == null ? null : client.exchange().trailersPlan(behind));
    flushLater();
  }

  private void flushLater() {
    if (!isFlushDue) {
      isFlushDue = true;
      connection.flushOtherLater(client);
    }
  }

  /** Has the server's side send what it got. */
  void flush() {
    isFlushDue = false;
    LaneServer to = server;
    if (to != null) {
      to.flush();
      serverDrained();
    }
  }

  /** Gives the client room again if the server takes more. */
  void serverDrained() {
    LaneServer to = server;
    Http2Stream from = stream;
    if (owed > 0 && from != null && to != null && to.isWritable()) {
      int taken = owed;
      owed = 0;
      connection.consumed(from, taken);
    }
  }

  // --- the end ---

  /** Drops what is held: nobody wants the rest. */
  void drop() {
    server = null;
    held.drop();
  }

  /** Gives up all that it has. */
  void release() {
    drop();
    if (trailers != null) {
      connection.lane().requests().giveBack(trailers);
      trailers = null;
    }
  }
}
