package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.Answer;
import dev.lblc.gateway.http.HeaderPlan;
import dev.lblc.gateway.http.ResponsePlan;
import dev.lblc.gateway.http.lane.HeadBuffer;
import dev.lblc.gateway.http.lane.LaneAnswer;
import dev.lblc.gateway.http.lane.LaneServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The answer on one stream after another: a server's, or the gateway's own. Confined to the connection's event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // what addListener returns is the future itself
final class StreamAnswer {
  private static final AsciiString TEXT = AsciiString.cached("text/plain; charset=utf-8");
  private static final int CONTINUE = 100;
  private static final int OK = 200;
  private static final int NO_CONTENT = 204;
  private static final int LAST_SECONDS = 30;

  private final ClientStreams connection;
  private final StreamOutput output;
  private int status;
  private boolean isHeadTaken;
  private boolean isOfCall;

  /** Creates it; {@code drained} is run whenever the client takes more again. */
  StreamAnswer(ClientStreams connection, Runnable drained) {
    this.connection = connection;
    this.output = new StreamOutput(connection, drained);
  }

  /** Begins with the answer on another stream. */
  void begin(Http2Stream next) {
    output.begin(next);
    status = 0;
    isHeadTaken = false;
    isOfCall = false;
  }

  /** Notes whether the request is a call of gRPC, whose clients read its end in trailers. */
  void answersCall(boolean isCall) {
    isOfCall = isCall;
  }

  // --- what is known ---

  int status() {
    return status;
  }

  /** Returns whether there is an answer, though it may not have left. */
  boolean isHeadTaken() {
    return isHeadTaken;
  }

  /** Returns whether the client may have seen something of it. */
  boolean isHeadWritten() {
    return isHeadTaken && !output.isHeadWaiting();
  }

  boolean isEnded() {
    return output.isEnded();
  }

  boolean isWritable() {
    return output.isWritable();
  }

  /** Returns how many octets of the body were written. */
  long sent() {
    return output.written();
  }

  /** Returns how many octets were written that the client has not taken yet. */
  long waiting() {
    return output.waiting();
  }

  // --- a server's ---

  /** Tells the client to send the body of its request. */
  void goOn() {
    output.interim(new DefaultHttp2Headers(false).status(Statuses.of(CONTINUE)));
  }

  void interim(LaneAnswer interim, HeaderPlan plan) {
    output.interim(Fields.answer(interim.status(), interim.buffer(), plan));
  }

  void relay(LaneServer from, ResponsePlan plan) {
    status = plan.status();
    isHeadTaken = true;
    output.head(Fields.answer(plan.status(), from.answer().buffer(), plan.headers()));
  }

  /** Tells the client that the server agrees to a tunnel. */
  void open(LaneServer from, HeaderPlan plan) {
    status = OK;
    isHeadTaken = true;
    output.head(Fields.answer(OK, from.answer().buffer(), plan));
  }

  /** Takes a piece of the body, and its reference. */
  void piece(ByteBuf data) {
    output.data(data);
  }

  void flush() {
    output.flush();
  }

  /** Ends it with trailers, if there are both. The future is that of its last frame. */
  ChannelFuture finish(@Nullable HeadBuffer trailers, @Nullable HeaderPlan plan) {
    return output.end(trailers == null || plan == null ? null : Fields.trailers(trailers, plan));
  }

  // --- the gateway's own ---

  /** Puts the gateway's own answer in the place of a server's, of which nothing has left. */
  void replace(Answer own) {
    output.drop();
    status = own.status();
    isHeadTaken = true;
  }

  /** Writes the gateway's own. The future is that of its last frame. */
  ChannelFuture write(Answer own, Http2Stream to, boolean isOfHead) {
    output.begin(to);
    if (isOfCall) {
      output.head(GrpcAnswers.head(own));
      return output.end(null);
    }
    String text = isOfHead ? null : own.text();
    output.head(head(own, text, isOfHead));
    if (text != null) {
      output.data(ByteBufUtil.writeAscii(connection.context().alloc(), text));
    }
    return output.end(null);
  }

  private static Http2Headers head(Answer own, @Nullable String text, boolean isOfHead) {
    Http2Headers headers = new DefaultHttp2Headers(false).status(Statuses.of(own.status()));
    if (own.name() != null && own.value() != null) {
      headers.add(own.name(), own.value());
    }
    if (text != null) {
      headers.add("content-type", TEXT);
    }
    if (own.status() != NO_CONTENT && !isOfHead) {
      headers.add("content-length", Integer.toString(text == null ? 0 : text.length()));
    }
    return headers;
  }

  // --- the end ---

  /** Drops what waits: nothing more will be written. */
  void drop() {
    output.drop();
  }

  /** Returns whether it can still end as an answer to a call does. */
  boolean mayEndCall() {
    return isOfCall && !output.isEnded();
  }

  /** Ends an answer to a call of gRPC behind what waits of it, for which the client is given some time. */
  void endCall(Http2Headers trailers, Http2Stream of, boolean isRequestComplete) {
    output.end(trailers).addListener(written -> {
      if (!isRequestComplete) {
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
}
