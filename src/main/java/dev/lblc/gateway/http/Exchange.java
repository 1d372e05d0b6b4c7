package dev.lblc.gateway.http;

import dev.lblc.gateway.net.AccessLine;
import dev.lblc.gateway.route.Route;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request from its arrival to the last byte of its answer, or to the end of its tunnel.
 *
 * <p>Whatever the way out, it goes through {@link #end}, once: the response calls it when its last byte was written or
 * when its connection or stream closed before, a tunnel calls it when it is over. There the lease is closed, and the
 * connection to the server is closed too unless both messages are complete. A request of which the client still sends
 * is then read to its end and thrown away, so that the connection can be used again.
 *
 * <p>Confined to the request's event loop.
 */
final class Exchange {
  /** The key under which a routing context holds it. */
  static final String KEY = "dev.lblc.gateway.http.Exchange";

  /** What is being waited for. */
  enum Phase {
    /** Nothing yet: no server is involved. */
    ROUTING,
    /** A connection to a server. */
    CONNECTING,
    /** The rest of the request, then the head of the response. */
    SENDING,
    /** The rest of the response. */
    RECEIVING,
    /** The end of a tunnel. */
    TUNNELLING,
    /** The answer is complete: the rest of the request, which nobody wants. */
    LINGERING
  }

  private static final Set<HttpMethod> IDEMPOTENT = Set.of(
      HttpMethod.GET,
      HttpMethod.HEAD,
      HttpMethod.OPTIONS,
      HttpMethod.TRACE,
      HttpMethod.PUT,
      HttpMethod.DELETE);

  private static final long HTTP2_INTERNAL_ERROR = 0x2;

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final boolean logged;
  private final Deadlines deadlines;
  private final long startNanos;

  private Phase phase = Phase.ROUTING;
  private @Nullable InboundFacts facts;
  private @Nullable Route route;
  private @Nullable String destination;
  private @Nullable Lease lease;
  private @Nullable String server;
  private @Nullable String reason;
  private @Nullable HttpClientRequest upstream;
  private boolean upstreamSent;
  private boolean upstreamDone;
  private boolean upgrade;
  private @Nullable Runnable tunnel;
  private long tunnelBytes;
  private Set<String> tried = Set.of();
  private int retriesLeft;
  private @Nullable Failure failure;
  private @Nullable String refusal;
  private boolean over;

  /** What the deadlines keep about this exchange. */
  final Deadlines.Entry deadline = new Deadlines.Entry(this);

  /** Takes over the end handler and the close handler of the response. */
  Exchange(HttpServerRequest request, boolean logged, Deadlines deadlines) {
    this.request = request;
    this.response = request.response();
    this.logged = logged && AccessLine.isOn();
    this.deadlines = deadlines;
    this.startNanos = this.logged ? deadlines.nanoTime() : 0;
    response.endHandler(v -> end());
    response.closeHandler(v -> end());
  }

  // --- what is known ---

  HttpServerRequest request() {
    return request;
  }

  HttpServerResponse response() {
    return response;
  }

  InboundFacts facts() {
    return known(facts);
  }

  Route route() {
    return known(route);
  }

  Phase phase() {
    return phase;
  }

  /** Whether it ended; nothing may be sent to the client any more. */
  boolean isOver() {
    return over;
  }

  @Nullable
  Failure failure() {
    return failure;
  }

  HttpClientRequest upstream() {
    return known(upstream);
  }

  /** The response whose head has come; null: none has, or it is of no more use. */
  @Nullable
  HttpClientResponse answer() {
    return upstream == null ? null : upstream.response().result();
  }

  /** Whether a server was tried before. */
  boolean isRetry() {
    return !tried.isEmpty();
  }

  /** Something that grows as long as something happens. */
  long progress() {
    return request.bytesRead() + response.bytesWritten() + tunnelBytes + tried.size();
  }

  // --- its stages, in order ---

  void routed(InboundFacts facts, Route route, @Nullable String destination) {
    this.facts = facts;
    this.route = route;
    this.destination = destination;
    this.retriesLeft = route.retries();
  }

  /** Chooses a server and counts the request as active there; throws {@link dev.lblc.plugin.NoServerException}. */
  Lease acquire() {
    phase = Phase.CONNECTING;
    deadlines.add(deadline);
    LblcService service = known(route().service());
    Lease taken = service.acquire(destination, tried);
    lease = taken;
    server = taken.server().id();
    reason = taken.reason().label();
    return taken;
  }

  /** The server of this lease did not work out: stops counting there; whether another may be tried. */
  boolean giveUp(Lease taken) {
    release();
    if (retriesLeft == 0 || over) {
      return false;
    }
    retriesLeft--;
    Set<String> more = new HashSet<>(tried);
    more.add(taken.server().id());
    tried = more;
    return true;
  }

  /**
   * The server closed the connection before it answered, as happens to one that was idle for too long: whether the
   * request may be sent again. It may if that does no harm and nothing of a body is lost.
   */
  boolean mayResend() {
    Lease taken = lease;
    if (taken == null
        || failure != null
        || !IDEMPOTENT.contains(request.method())
        || !request.isEnded()
        || request.bytesRead() > 0
        || !giveUp(taken)) {
      return false;
    }
    dropUpstream();
    return true;
  }

  /** Every server that could be tried was: start again with all of them. */
  void tryAllAgain() {
    tried = Set.of();
  }

  /** Holds a connection to the server on which nothing was sent. */
  void connected(HttpClientRequest granted) {
    phase = Phase.SENDING;
    upstream = granted;
    upstreamSent = false;
    upstreamDone = false;
  }

  /** The request is on its way: the connection is of no more use to others unless both messages are completed. */
  void sending() {
    upstreamSent = true;
  }

  /** The request asks to leave HTTP. */
  void upgrading() {
    upgrade = true;
  }

  /** The head of the response came. */
  void receiving() {
    phase = Phase.RECEIVING;
  }

  /** The response was received to its end. */
  void received() {
    upstreamDone = true;
  }

  /** Became a tunnel, which {@code close} closes on both sides. */
  void tunnelling(Runnable close) {
    phase = Phase.TUNNELLING;
    tunnel = close;
  }

  void tunnelled(int bytes) {
    tunnelBytes += bytes;
  }

  // --- ways out ---

  /** Notes why it fails; the first reason stays. */
  void fail(Failure why) {
    if (failure == null) {
      failure = why;
    }
  }

  /** Answers with an error of our own if the client saw nothing yet, else cuts it off. The first failure is the reason. */
  void abort(Failure why) {
    fail(why);
    if (over) {
      return;
    }
    if (response.headWritten() || response.ended()) {
      cut(why);
    } else {
      release();
      Answers.failure(request, known(failure));
    }
  }

  /** Refuses it before a server is involved. */
  void refuse(int status, String why) {
    refusal = why;
    Answers.text(request, status, why);
  }

  /** Ends what the client has seen a part of, so that it cannot take it for the whole. */
  void cut(Failure why) {
    fail(why);
    if (over) {
      return;
    }
    end();
    if (tunnel != null) {
      tunnel.run();
    } else if (request.version() == HttpVersion.HTTP_2) {
      response.reset(HTTP2_INTERNAL_ERROR);
    } else if (request.version() == HttpVersion.HTTP_1_0) {
      Connections.resetNow(request.connection());
    } else {
      Connections.closeNow(request.connection());
    }
  }

  /** The one end. */
  void end() {
    if (over) {
      return;
    }
    over = true;
    boolean answered = response.ended();
    if (!answered) {
      fail(Failure.CLIENT_GONE);
    }
    release();
    dropUpstream();
    if (logged) {
      log(answered);
    }
    if (answered && !request.isEnded()) {
      linger();
    } else {
      deadlines.remove(deadline);
    }
  }

  /** Gives the connection to the server back, or closes it if a message on it is not complete. */
  void dropUpstream() {
    HttpClientRequest held = upstream;
    if (held == null) {
      return;
    }
    upstream = null;
    if (!upstreamSent) {
      held.reset();
    } else if (!upstreamDone || upgrade || !request.isEnded()) {
      // Reset alone would return a connection in mid-request to the pool if its response was
      // complete.
      Connections.closeNow(held.connection());
      held.reset();
    }
  }

  /**
   * Stops counting, once. Just before the last byte is written, so that a client that has all of its answer never sees
   * itself counted.
   */
  void release() {
    Lease held = lease;
    if (held != null) {
      lease = null;
      held.close();
    }
  }

  private void linger() {
    phase = Phase.LINGERING;
    deadlines.add(deadline);
    request.handler(null);
    request.endHandler(null);
    request.resume();
  }

  private void log(boolean answered) {
    boolean seen = answered || response.headWritten();
    Route taken = route;
    LblcService service = taken == null ? null : taken.service();
    String why = refusal != null ? refusal : failure == null ? null : failure.reason();
    AccessLog.write(
        facts != null ? facts.clientIp() : InboundFacts.peerOf(request.connection()),
        request.method().name(),
        request.uri(),
        request.version(),
        seen || failure == null ? response.getStatusCode() : failure.status(),
        response.bytesWritten() + tunnelBytes,
        deadlines.nanoTime() - startNanos,
        service == null ? null : service.name(),
        server,
        reason,
        why);
  }

  private static <T> T known(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("asked for too early");
    }
    return value;
  }
}
