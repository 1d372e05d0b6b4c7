package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.http.lane.HeadBuffer;
import dev.lblc.gateway.http.lane.HeadLimits;
import dev.lblc.gateway.http.lane.HeldBody;
import dev.lblc.gateway.http.lane.LaneServer;
import dev.lblc.gateway.http.lane.Tunnel;
import dev.lblc.gateway.route.BodyStart;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The body of the request of one stream after another, on its way from the client to a server. Confined to the connection's event
 * loop.
 *
 * <p>What comes before there is a server, or while the server is slow, is held; the client gets room for more when it is taken. So it
 * is bounded by the window of the stream, which is narrow until there is a server, and stays wide if that is lost.
 */
final class RequestBody {
  private static final HeadLimits TRAILERS = new HeadLimits(0, 8192, 100);

  private final ClientStreams connection;
  private final ClientStream client;
  private final HeldBody held = new HeldBody();
  private @Nullable Http2Stream stream;
  private @Nullable LaneServer server;
  private @Nullable HeadBuffer trailers;
  private @Nullable BodyStart looking;
  private @Nullable BodyStart looked;
  private int owed;
  private long received;
  private long tunnelled;
  private @Nullable Tunnel tunnel;
  private boolean hasEnded;
  private boolean isUnbounded;
  private boolean isFlushDue;
  private boolean isWide;

  RequestBody(ClientStreams connection, ClientStream client) {
    this.connection = connection;
    this.client = client;
  }

  /** Begins with the next request; with {@code isEnd} it has no body. */
  void begin(Http2Stream next, boolean isEnd) {
    stream = next;
    owed = 0;
    received = 0;
    tunnelled = 0;
    hasEnded = isEnd;
    isUnbounded = false;
    isWide = false;
  }

  /** Notes that the client asks for a tunnel: what it sends is not the end of its request. */
  void beginUnbounded() {
    isUnbounded = true;
  }

  // --- what is known ---

  /** Returns whether the request is complete: the body has come to its end, or is none. */
  boolean isComplete() {
    return hasEnded || isUnbounded;
  }

  /** Returns whether the client asks for a tunnel, or has one. */
  boolean isUnbounded() {
    return isUnbounded;
  }

  /** Returns the tunnel that the stream has become; null: it has not. */
  @Nullable
  Tunnel tunnel() {
    return tunnel;
  }

  /** Returns whether it is open whether what follows the head belongs to a tunnel, or to nobody. */
  private boolean isAsking() {
    return isUnbounded && tunnel == null;
  }

  /** Returns how many octets of a body have come. */
  long received() {
    return received;
  }

  /** Returns how many octets went through the tunnel. */
  long tunnelled() {
    return tunnelled;
  }

  /** Returns the server that it goes to; null: there is none yet, or no more. */
  @Nullable
  LaneServer server() {
    return server;
  }

  // --- from the client ---

  /** Counts octets of a body that have come, whether anybody wants them or not. */
  void count(int octets) {
    received += octets;
  }

  /** Passes a piece on, or holds it; takes over the reference. Returns how many octets of it need no room any more. */
  int take(ByteBuf piece) {
    BodyStart start = looking;
    if (start != null) {
      return lookInto(start, piece);
    }
    int length = piece.readableBytes();
    LaneServer to = server;
    if (to == null || isAsking()) {
      held.add(piece);
      owed += length;
      return 0;
    }
    write(to, piece);
    flushLater();
    if (to.isWritable()) {
      return length;
    }
    owed += length;
    return 0;
  }

  /**
   * Has the beginning of the body looked at. The client gets room for that at once: it is bounded by itself, and many streams that wait
   * for their beginnings would else take all room of a connection, and wait for ever.
   */
  private int lookInto(BodyStart start, ByteBuf piece) {
    int seen = Math.min(start.room(), piece.readableBytes());
    start.add(piece.nioBuffer(piece.readerIndex(), seen));
    piece.skipBytes(seen);
    if (piece.isReadable()) {
      owed += piece.readableBytes();
      held.add(piece);
    } else {
      piece.release();
    }
    if (start.isSettled()) {
      endLook();
    }
    return seen;
  }

  /** Looks at what comes from now on. */
  void look(BodyStart start) {
    looking = start;
    looked = start;
  }

  void endLook() {
    looking = null;
    client.exchange().looked();
  }

  private void write(LaneServer to, ByteBuf piece) {
    if (tunnel == null) {
      to.write(piece);
    } else {
      tunnelled += piece.readableBytes();
      tunnel.fromClient(piece);
    }
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
    hasEnded = true;
    BodyStart start = looking;
    if (start != null) {
      start.end();
      endLook();
      return;
    }
    if (tunnel != null) {
      client.tunnelInputEnded();
    }
    if (server != null && !isAsking()) {
      passEnd(server);
    }
  }

  // --- to the server ---

  /** Passes on what has come, and from now on what comes. The head of the request is sent. */
  void sendTo(LaneServer to) {
    if (!isAsking()) {
      passHeld(to);
    }
    flushLater();
  }

  private void passHeld(LaneServer to) {
    BodyStart start = looked;
    if (start != null) {
      looked = null;
      if (start.length() > 0) {
        write(to, Unpooled.wrappedBuffer(start.octets(), 0, start.length()));
      }
    }
    ByteBuf piece;
    while (server == to && (piece = held.poll()) != null) {
      write(to, piece);
    }
    if (hasEnded && server == to) {
      passEnd(to);
    }
  }

  /** Has what comes pass by a tunnel, which the server has agreed to. What has come is passed on by {@link #sendTo}. */
  void join(Tunnel opened) {
    tunnel = opened;
  }

  /** Notes that there is no tunnel, or no more: the answer is that of a request. Looks at no more of the body. */
  void isAnswered() {
    isUnbounded = false;
    looking = null;
  }

  /** Passes nothing on any more; what comes is dropped. */
  void leaveServer() {
    server = null;
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
    if (tunnel != null) {
      tunnel.clientEnded();
      return;
    }
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
      if (server == to) {
        widen();
      }
      serverDrained();
    }
  }

  /** Has more come at once, now that there is a server, if there is more than what has come. */
  private void widen() {
    Http2Stream from = stream;
    boolean hasBegun = received > 0 || tunnel != null;
    if (!isWide
        && hasBegun
        && !hasEnded
        && !isAsking()
        && from != null
        && from.state().remoteSideOpen()) {
      isWide = true;
      connection.widen(from, Codec.STREAM_WINDOW - Limits.WAITING_BYTES);
    }
  }

  /** Gives the client room again if the server takes more. */
  void serverDrained() {
    LaneServer to = server;
    Http2Stream from = stream;
    if (owed > 0 && !isAsking() && from != null && to != null && to.isWritable()) {
      int taken = owed;
      owed = 0;
      connection.consumed(from, taken);
    }
  }

  // --- the end ---

  /** Drops what is held: nobody wants the rest. */
  void drop() {
    server = null;
    looking = null;
    looked = null;
    held.drop();
  }

  /** Gives up all that it has. */
  void release() {
    drop();
    tunnel = null;
    if (trailers != null) {
      connection.lane().requests().giveBack(trailers);
      trailers = null;
    }
  }
}
