package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.Answer;
import dev.lblc.gateway.http.HeaderPlan;
import dev.lblc.gateway.http.Protocol;
import dev.lblc.gateway.http.ResponsePlan;
import dev.lblc.gateway.http.ResponsePlan.Body;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** Writes answers to a client, one after another; flushing is the caller's. Confined to the connection's event loop. */
// Nobody waits for a write.
@SuppressWarnings("FutureReturnValueIgnored")
final class AnswerWriter {
  private static final AsciiString TEXT =
      AsciiString.cached("content-type: text/plain; charset=utf-8\r\n");

  /** What is short leaves with the head: one buffer, and one that is cheaper to send. */
  private static final int MOST_COPIED = 4096;

  /** For a short body, most often. */
  private static final int ROOM = 1280;

  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int NO_CONTENT = 204;

  /** How the body leaves. */
  private enum Mode {
    /** As the server frames it. */
    PASS,
    /** In chunks, though the server sends none. */
    WRAP,
    /** Without the server's chunks. */
    UNWRAP
  }

  private final LaneLoop lane;
  private final ChannelHandlerContext context;
  private Mode mode = Mode.PASS;
  private boolean isChunked;
  private boolean endsWithConnection;
  private boolean isHeadWritten;
  private boolean isKept;
  private int status;
  private long sent;
  private @Nullable ByteBuf unwritten;

  /** {@code context} is that of the lane's handler: what is written passes by Vert.x's codec. */
  AnswerWriter(LaneLoop lane, ChannelHandlerContext context) {
    this.lane = lane;
    this.context = context;
  }

  /** Begins the next answer. */
  void begin() {
    mode = Mode.PASS;
    isChunked = false;
    endsWithConnection = false;
    isHeadWritten = false;
    isKept = false;
    status = 0;
    sent = 0;
  }

  /** Returns whether the client may have seen a part of the answer. */
  boolean isHeadWritten() {
    return isHeadWritten && unwritten == null;
  }

  /** Returns whether the head has said that the connection stays. */
  boolean isKept() {
    return isKept;
  }

  /** Returns whether nothing but the end of the connection says that the body is complete. */
  boolean endsWithConnection() {
    return endsWithConnection;
  }

  boolean wantsDataOnly() {
    return mode == Mode.UNWRAP;
  }

  int status() {
    return status;
  }

  /** Returns how many bytes of the body were written. */
  long sent() {
    return sent;
  }

  /** Writes an interim answer. */
  void interim(LaneAnswer interim, HeaderPlan plan) {
    HeadBuffer from = interim.buffer();
    HeadOut out = lane.out();
    HeadWriter.statusLine(false, interim.status(), from, out);
    lane.headers().write(from, plan, out);
    HeadWriter.end(false, null, out);
    write(out);
  }

  /** Writes the head of a server's answer by the plan. */
  void head(LaneServer from, ClientHead request, ResponsePlan plan, boolean mayKeepAlive) {
    HeadBuffer answer = from.answer().buffer();
    boolean isOld = request.protocol() == Protocol.HTTP_1_0;
    boolean keeps = mayKeepAlive && plan.body() != Body.UNTIL_CLOSE;
    HeadOut out = lane.out();
    HeadWriter.statusLine(isOld, plan.status(), answer, out);
    lane.headers().write(answer, plan.headers(), out);
    HeadWriter.end(plan.body() == Body.CHUNKED, connection(isOld, keeps), out);
    status = plan.status();
    isKept = keeps;
    isChunked = plan.body() == Body.CHUNKED;
    endsWithConnection = plan.body() == Body.UNTIL_CLOSE;
    mode = isChunked && !from.isChunked()
        ? Mode.WRAP
        : endsWithConnection && from.isChunked() ? Mode.UNWRAP : Mode.PASS;
    isHeadWritten = true;
    unwritten = out.toBuffer(context.alloc(), ROOM);
  }

  /** Writes the head of an answer that switches the protocol: what follows ends with the connection. */
  void switched(LaneServer from, HeaderPlan plan) {
    HeadBuffer answer = from.answer().buffer();
    HeadOut out = lane.out();
    HeadWriter.statusLine(false, SWITCHING_PROTOCOLS, answer, out);
    lane.headers().write(answer, plan, out);
    HeadWriter.end(false, null, out);
    status = SWITCHING_PROTOCOLS;
    isHeadWritten = true;
    unwritten = out.toBuffer(context.alloc(), ROOM);
  }

  /** Writes the head if it still waits for the first piece of its body. */
  void writeHead() {
    ByteBuf head = unwritten;
    if (head != null) {
      unwritten = null;
      context.write(head, context.voidPromise());
    }
  }

  /** Drops a head that was not written. */
  void release() {
    if (unwritten != null) {
      unwritten.release();
      unwritten = null;
    }
  }

  /** Writes a piece of the body; takes over the reference. */
  void piece(ByteBuf data) {
    int length = data.readableBytes();
    sent += length;
    ByteBuf head = unwritten;
    if (head != null && length <= MOST_COPIED && mode != Mode.WRAP) {
      head.writeBytes(data);
      data.release();
      return;
    }
    writeHead();
    if (mode == Mode.WRAP) {
      write(Chunks.head(length, lane.out()));
      context.write(data, context.voidPromise());
      context.write(Chunks.end(), context.voidPromise());
    } else {
      context.write(data, context.voidPromise());
    }
  }

  /** Ends the body, with the trailers by the plan; null: none. */
  void finish(@Nullable HeadBuffer trailers, @Nullable HeaderPlan plan) {
    writeHead();
    if (!isChunked) {
      return;
    }
    HeadOut out = lane.out();
    if (mode == Mode.WRAP) {
      Chunks.last(out);
    }
    if (trailers != null && plan != null) {
      lane.headers().write(trailers, plan, out);
    }
    write(out.lineEnd());
  }

  /** Writes an answer of the gateway's own. */
  void own(Answer answer, ClientHead request, boolean mayKeepAlive) {
    release(); // that of a server, if its answer turned out to be none
    begin();
    boolean isOld = request.protocol() == Protocol.HTTP_1_0;
    boolean isOfHead = request.method().equals("HEAD");
    String text = isOfHead ? null : answer.text();
    HeadOut out = lane.out();
    HeadWriter.statusLine(isOld, answer.status(), null, out);
    line(answer.name(), answer.value(), out);
    if (text != null) {
      out.add(TEXT);
    }
    if (answer.status() != NO_CONTENT && !isOfHead) {
      line("content-length", Integer.toString(text == null ? 0 : text.length()), out);
    }
    HeadWriter.end(false, connection(isOld, mayKeepAlive), out);
    if (text != null) {
      out.add(new AsciiString(text));
      sent = text.length();
    }
    status = answer.status();
    isKept = mayKeepAlive;
    isHeadWritten = true;
    write(out);
  }

  private void write(HeadOut out) {
    context.write(out.toBuffer(context.alloc(), 0), context.voidPromise());
  }

  private static void line(@Nullable String name, @Nullable String value, HeadOut to) {
    if (name != null && value != null) {
      to.line(name, value);
    }
  }

  private static @Nullable AsciiString connection(boolean isOld, boolean isKept) {
    return isKept ? isOld ? HeadWriter.KEEP_ALIVE : null : HeadWriter.CLOSE;
  }
}
