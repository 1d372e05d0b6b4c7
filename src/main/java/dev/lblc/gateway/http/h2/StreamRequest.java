package dev.lblc.gateway.http.h2;

import dev.lblc.gateway.http.Answer;
import dev.lblc.gateway.http.Exchange;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.HeaderPlan;
import dev.lblc.gateway.http.RequestPlan;
import dev.lblc.gateway.http.ResponsePlan;
import dev.lblc.gateway.http.lane.LaneAnswer;
import dev.lblc.gateway.http.lane.LaneClient;
import dev.lblc.gateway.http.lane.LaneServer;
import dev.lblc.gateway.http.lane.Tunnel;
import dev.lblc.gateway.route.BodyStart;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.Http2Error;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of the exchanges of one stream after another: passes a request on by its {@link RequestBody}, and answers it by
 * its {@link StreamAnswer}. Confined to the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what addListener returns is the future itself
final class StreamRequest implements LaneClient {
  private final ClientStreams connection;
  private final ClientStream stream;
  private final StreamHead head;
  private final RequestBody body;
  private final StreamAnswer answer;
  private boolean isExpecting;
  private boolean isAnswered;

  StreamRequest(
      ClientStreams connection,
      ClientStream stream,
      StreamHead head,
      RequestBody body,
      StreamAnswer answer) {
    this.connection = connection;
    this.stream = stream;
    this.head = head;
    this.body = body;
    this.answer = answer;
  }

  /** Begins with the next request, whose client may wait for a leave to send the body. */
  void begin(boolean isWaiting) {
    isExpecting = isWaiting;
    isAnswered = false;
  }

  // --- from the server's side ---

  @Override
  public boolean sendsChunks() {
    return false;
  }

  @Override
  public void interim(LaneAnswer interim) {
    HeaderPlan plan = exchange().interim(interim);
    if (plan != null && !stream.isClosed()) {
      answer.interim(interim, plan);
    }
  }

  @Override
  public boolean wantsDataOnly() {
    return true;
  }

  @Override
  public void piece(ByteBuf data) {
    Tunnel joined = body.tunnel();
    if (joined == null) {
      answer.piece(data);
    } else {
      joined.fromServer(data);
    }
  }

  @Override
  public void flush() {
    if (!stream.isClosed()) {
      answer.flush();
    }
  }

  @Override
  public boolean isWritable() {
    return stream.isClosed() || answer.isWritable();
  }

  @Override
  public void serverLost(Deque<ByteBuf> sent) {
    body.serverLost(sent);
  }

  @Override
  public void serverDrained() {
    body.serverDrained();
  }

  // --- what the exchange asks ---

  @Override
  public Exchange<LaneServer> exchange() {
    return stream.exchange();
  }

  @Override
  public StreamHead head() {
    return head;
  }

  @Override
  public boolean isRequestComplete() {
    return body.isComplete();
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
    return stream.isClosed();
  }

  @Override
  public boolean isStalled() {
    return !isAnswered && !stream.isClosed() && answer.waiting() > 0;
  }

  @Override
  public int status() {
    return answer.status();
  }

  @Override
  public long received() {
    return body.received() + body.tunnelled();
  }

  @Override
  public long sent() {
    return answer.sent();
  }

  @Override
  public long waiting() {
    return answer.waiting();
  }

  /** Does nothing: without a server the body is held anyway. */
  @Override
  public void holdBody() {}

  @Override
  public void look(BodyStart start) {
    body.look(start);
    goOnIfExpected();
  }

  @Override
  public void endLook() {
    body.endLook();
  }

  /** Tells a client that waits for it to go on with its body. */
  private void goOnIfExpected() {
    if (isExpecting && !body.isComplete()) {
      isExpecting = false;
      answer.goOn();
    }
  }

  @Override
  public void forward(LaneServer to, String target, RequestPlan plan) {
    body.beginServer(to);
    to.send(this, target, plan);
    goOnIfExpected();
    body.sendTo(to);
  }

  /** Asks the client to send no more of a request that was answered: RFC 9113 8.1. That of a tunnel may end it by itself. */
  @Override
  public void discardRest() {
    if (body.tunnel() == null || connection.isShutDown()) {
      refuseRest();
    } else {
      body.leaveServer();
    }
  }

  @Override
  public void refuseRest() {
    Exchange<LaneServer> current = exchange(); // which is forgotten if the stream ends here
    body.drop();
    if (!stream.isClosed()) {
      connection.reset(stream.stream().id(), Http2Error.NO_ERROR);
    }
    current.restDiscarded();
  }

  @Override
  public void answer(Answer own) {
    body.isAnswered();
    answer.replace(own);
    if (stream.fault() != null) {
      exchange().cut(Failure.BAD_REQUEST);
    } else {
      deliver(answer.write(own, stream.stream(), isOfHead()));
    }
  }

  private boolean isOfHead() {
    return head.method().equals("HEAD");
  }

  @Override
  public void relay(LaneServer from, ResponsePlan plan) {
    body.isAnswered();
    answer.relay(from, plan);
  }

  @Override
  public void finish(@Nullable HeaderPlan plan) {
    body.isAnswered();
    Tunnel joined = body.tunnel();
    if (joined != null) {
      joined.end();
    }
    LaneServer from = body.server();
    deliver(answer.finish(from == null ? null : from.trailers(), plan));
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
        stream.gone();
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
    stream.endIfOver();
  }

  @Override
  public void tunnel(LaneServer from, HeaderPlan plan) {
    isAnswered = true; // whichever end it is that ends it
    answer.open(from, plan);
    Tunnel opened = Tunnel.open(this, from, answer::piece);
    body.join(opened);
    if (connection.isShutDown()) {
      opened.goAway();
    }
    body.sendTo(from);
  }

  /** Ends the stream so that the client sees that the answer is not complete. */
  @Override
  public void cut() {
    Http2Error fault = stream.fault();
    if (answer.mayEndCall() && fault == null && !stream.isClosed()) {
      answer.endCall(GrpcAnswers.trailers(exchange()), stream.stream(), body.isComplete());
    } else if (!stream.isClosed()) {
      answer.drop();
      connection.reset(stream.stream().id(), fault != null ? fault : codeOfCut());
    }
    stream.endIfOver();
  }

  /** Returns what a tunnel ends with that is cut off (RFC 8441 5), or an answer. */
  private Http2Error codeOfCut() {
    return body.tunnel() != null ? Http2Error.CANCEL : Http2Error.INTERNAL_ERROR;
  }
}
