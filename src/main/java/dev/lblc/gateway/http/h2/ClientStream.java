package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.GrpcStatus;
import dev.lblc.gateway.http.lane.HeadBuffer;
import dev.lblc.gateway.http.lane.HeadFault;
import dev.lblc.gateway.http.lane.HeadLimits;
import dev.lblc.gateway.http.lane.LaneServer;
import dev.lblc.gateway.http.lane.Tunnel;
import dev.lblc.gateway.route.HttpRoutes;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * One stream after another of a client's connection: what comes on it, the exchange that it begins, and its end. What the exchange asks
 * of it is the part of its {@link StreamRequest}. Confined to the connection's event loop.
 */
final class ClientStream implements Streams.Stream {
  private final ClientStreams connection;
  private final StreamHead head;
  private final RequestBody body;
  private final StreamAnswer answer;
  private final StreamRequest request;
  private @Nullable Exchange<LaneServer> kept;
  private @Nullable Exchange<LaneServer> exchange;
  private @Nullable Http2Stream stream;
  private @Nullable HeadBuffer fields;
  private boolean isClosed;

  private @Nullable Http2Error fault;

  ClientStream(ClientStreams connection) {
    this.connection = connection;
    this.head = new StreamHead(connection.facts());
    this.body = new RequestBody(connection, this);
    this.answer = new StreamAnswer(connection, this::drained);
    this.request = new StreamRequest(connection, this, head, body, answer);
  }

  // --- from the client ---

  /** Begins an exchange with the first head of a stream. */
  void begin(Http2Stream next, Http2Headers headers, boolean isEnd, HttpRoutes routes) {
    begin(next, isEnd);
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
    boolean isAsking = bad == null && head.connectProtocol() != null;
    if (isAsking) {
      body.beginUnbounded();
    }
    request.begin(!isEnd && !isAsking && "100-continue".equalsIgnoreCase(head.header("expect")));
    answer.answersCall(GrpcStatus.isGrpc(head));
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
    begin(next, false);
    request.begin(false);
    fault = null;
    opened(routes).refuse(HeadFault.HEADERS_TOO_LARGE.failure());
  }

  private void begin(Http2Stream next, boolean isEnd) {
    stream = next;
    body.begin(next, isEnd);
    answer.begin(next);
    isClosed = false;
  }

  private Exchange<LaneServer> opened(HttpRoutes routes) {
    Exchange<LaneServer> begun = kept;
    if (begun == null) {
      begun = new Exchange<>(request, connection.lane().context(), routes);
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
    if (!body.end(headers)) {
      broken(Http2Error.PROTOCOL_ERROR);
    }
  }

  @Override
  public int data(ByteBuf data, boolean isEnd) {
    int length = data.readableBytes();
    body.count(head.connectProtocol() == null ? length : 0); // what passes a tunnel counts there
    int taken = length;
    Exchange<LaneServer> current = exchange;
    if (length > 0 && current != null && isWanted(current) && current.bodyGrew(body.received())) {
      taken = body.take(data.retainedSlice());
    }
    if (isEnd) {
      body.end();
    }
    return taken;
  }

  /** Returns whether there is, or will be, somebody for the body: not if the gateway itself has answered, or there is no tunnel. */
  private boolean isWanted(Exchange<LaneServer> current) {
    boolean isRefused = head.connectProtocol() != null && !body.isUnbounded();
    return !current.isOver() && !isRefused && (body.server() != null || !answer.isHeadTaken());
  }

  /** Notes that the client of a tunnel sends no more; a server that has ended it waits for nothing else. */
  void tunnelInputEnded() {
    Exchange<LaneServer> current = exchange;
    if (current != null && current.isOver()) {
      current.restDiscarded();
    }
  }

  /** Tells the ends of a tunnel that the gateway is to stop, and waits no more for a client whose server has ended it. */
  void goAway() {
    Tunnel joined = body.tunnel();
    Exchange<LaneServer> current = exchange;
    if (joined == null || current == null) {
      return;
    }
    if (current.isOver()) {
      request.refuseRest();
    } else {
      joined.goAway();
    }
  }

  @Override
  public void flushOther() {
    body.flush();
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
    LaneServer from = body.server();
    if (from != null) {
      from.setReading(true);
    }
  }

  /** Ends the exchange unless its answer was written to the end: then the last frame tells. */
  @Override
  public void closed() {
    boolean isLost = isClosed || !answer.isEnded() || fault != null;
    isClosed = true;
    if (isLost) {
      gone();
    } else {
      endIfOver();
    }
  }

  /** Ends the exchange: nobody is left to answer. */
  void gone() {
    Exchange<LaneServer> current = exchange;
    if (current != null) {
      current.clientGone();
      ended();
    }
  }

  /** Forgets an exchange that is over, if the stream is, too. */
  void endIfOver() {
    Exchange<LaneServer> current = exchange;
    if (isClosed && current != null && current.isOver()) {
      ended();
    }
  }

  private void ended() {
    Exchange<LaneServer> over = exchange;
    if (over == null) {
      return;
    }
    boolean wasTunnel = body.tunnel() != null;
    exchange = null;
    body.release();
    if (wasTunnel) {
      over.restDiscarded();
    }
    answer.drop();
    head.end();
    over.forget();
    if (fields != null) {
      connection.lane().requests().giveBack(fields);
      fields = null;
    }
    connection.giveBack(this);
  }

  // --- what is known ---

  /** Returns the exchange that runs. */
  Exchange<LaneServer> exchange() {
    Exchange<LaneServer> known = exchange;
    if (known == null) {
      throw new IllegalStateException("no exchange has begun");
    }
    return known;
  }

  /** Returns whether the stream is over, or nothing that is written to it arrives. */
  boolean isClosed() {
    return isClosed;
  }

  /** Returns what the client has done wrong on the stream, which is no request then; null: nothing. */
  @Nullable
  Http2Error fault() {
    return fault;
  }

  Http2Stream stream() {
    Http2Stream known = stream;
    if (known == null) {
      throw new IllegalStateException("no stream");
    }
    return known;
  }
}
