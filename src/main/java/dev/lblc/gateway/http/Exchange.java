package dev.lblc.gateway.http;

import dev.lblc.gateway.http.RequestPlan.Body;
import dev.lblc.gateway.log.AccessLog;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.DeadlineRing.Stage;
import dev.lblc.gateway.route.Attempts;
import dev.lblc.gateway.route.BadRequestException;
import dev.lblc.gateway.route.BodyNeeds;
import dev.lblc.gateway.route.HeaderEdits;
import dev.lblc.gateway.route.HttpRoutes;
import dev.lblc.gateway.route.Learning;
import dev.lblc.gateway.route.Route;
import dev.lblc.gateway.route.ServerHeader;
import dev.lblc.gateway.route.StickyCookie;
import dev.lblc.gateway.route.WantedFacts;
import dev.lblc.gateway.trace.Tracing;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import dev.lblc.scheduler.Facts;
import dev.lblc.scheduler.Server;
import io.netty.util.AsciiString;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request from its arrival to the last byte of its answer, or to the end of its tunnel.
 *
 * <pre>
 *   begin            find the route                         or answer: refused, redirect; or look
 *   look             read the beginning of the body         looked: find the route, or take a lease
 *   routed           take a lease, connect to its server    failed: another lease, or answer why not; or look
 *   connected        forward the request
 *   responseBegan    relay the response, or open a tunnel   closed before: once more, or answer why not
 *   responseEnded    release the lease, write the end
 *   answered, clientGone, tunnelEnded, cut                  the one end
 * </pre>
 *
 * <p>Every way out goes through {@link #end}, once: there the lease is closed, and so is the connection to the server unless
 * both messages are complete. If the client still sends its request, the rest is read and dropped, so that the client's
 * connection can be used again.
 *
 * <p>An exchange decides and moves no bytes. The engine moves them: the exchange calls its {@link ClientSide} and {@link
 * ServerSide}, and the engine reports events to the exchange. Confined to the request's event loop.
 *
 * <p>An engine whose client's side serves one request after another may use the exchange again: {@link #next}. What was begun for
 * a request that is over cannot act on the next one:
 *
 * <ul>
 *   <li>{@link #next} refuses to begin while the request before is not over, and over means: no lease is held, no connection to
 *       a server is held, and {@link DeadlineRing} has no entry;
 *   <li>an attempt to connect is known by its lease, and no lease is ever used again;
 *   <li>any other callback that comes later notes the {@link #number} of its request, and asks {@link #isAt}.
 * </ul>
 */
public final class Exchange<S extends ServerSide> {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

  /** The first status that says that the server has failed. */
  private static final int FIRST_FAILURE = 500;

  private static final AsciiString GRPC_TIMEOUT = AsciiString.cached("grpc-timeout");

  /** What the exchange waits for. */
  enum Phase {
    /** Nothing yet: the route is being found. */
    ROUTING,
    /** The beginning of the request's body, on which the route or the destination depends. */
    LOOKING,
    /** A server that has room. */
    QUEUED,
    /** A connection to a server. */
    CONNECTING,
    /** The rest of the request, then the head of the response. */
    SENDING,
    /** The rest of the response. */
    RECEIVING,
    /** The end of a tunnel. */
    TUNNELLING,
    /** The rest of the request, which is dropped: the answer is complete. */
    LINGERING,
    /** Nothing more. */
    OVER
  }

  private final ClientSide<S> client;
  private final ExchangeContext<S> context;
  private final ExchangeLimits limits = new ExchangeLimits(this);
  private final DeadlineRing.Entry deadline = new DeadlineRing.Entry(limits);
  private final Outcome outcome;
  private @Nullable InboundFacts kept;
  private @Nullable Connecting<S> connecting;
  private @Nullable ExchangeFacts logged;

  // Of the present request.
  private int number;
  private HttpRoutes routes;
  private Phase phase = Phase.ROUTING;
  private @Nullable InboundFacts facts;
  private @Nullable Route route;
  private @Nullable RequestId requestId;
  private @Nullable ExchangeTrace trace;
  private @Nullable S server;
  private boolean hasLooked;
  private @Nullable String madeCookie;
  private boolean isReceived;
  private long routedNanos;
  private long sentNanos;
  private long limitNanos = Long.MAX_VALUE; // until there is a route
  private boolean isOver;

  /** Creates the exchange of a new request; nothing happens until {@link #begin} or {@link #refuse}. */
  public Exchange(ClientSide<S> client, ExchangeContext<S> context, HttpRoutes routes) {
    this.client = client;
    this.context = context;
    this.routes = routes;
    this.outcome = new Outcome(context.nanoTime());
    outcome.begin(routes.accessLog());
  }

  /**
   * Takes the next request of the same client's side; nothing happens until {@link #begin} or {@link #refuse}.
   *
   * @throws IllegalStateException if the request before is not over
   */
  public void next(HttpRoutes now) {
    if (phase != Phase.OVER) {
      throw new IllegalStateException("the request before is not over, but " + phase);
    }
    forget();
    number++;
    phase = Phase.ROUTING;
    isOver = false;
    hasLooked = false;
    madeCookie = null;
    limitNanos = Long.MAX_VALUE;
    limits.next();
    routes = now;
    outcome.begin(now.accessLog());
  }

  /** Drops what is kept of a request that is over: the connection may have no other for long. */
  public void forget() {
    route = null;
    facts = null;
    requestId = null;
    trace = null;
    if (kept != null) {
      kept.forget();
    }
    if (connecting != null) {
      connecting.forget();
    }
  }

  // --- what is known ---

  /** Returns the number of the present request, for {@link #isAt}. */
  public int number() {
    return number;
  }

  /** Returns whether the present request has this number, and is not over. */
  public boolean isAt(int request) {
    return number == request && !isOver;
  }

  ClientSide<S> client() {
    return client;
  }

  Route route() {
    return known(route);
  }

  /** Returns the facts of the request; null: it could not be read, or not yet. */
  @Nullable
  InboundFacts facts() {
    return facts;
  }

  /** Returns the service; null: no route, or a redirect. */
  @Nullable
  LblcService service() {
    return route == null ? null : route.service();
  }

  /** Returns the name of the service; null: no route, or a redirect. */
  @Nullable
  String serviceName() {
    LblcService known = service();
    return known == null ? null : known.name();
  }

  /** Returns the trace; null: there is no tracer, or the request could not be read. */
  @Nullable
  ExchangeTrace trace() {
    return trace;
  }

  /** Returns the attempts to reach a server; null: none was made. */
  @Nullable
  Attempts attempts() {
    return route == null || connecting == null ? null : connecting.attempts();
  }

  /** Returns the id of the request; null: it has none. */
  @Nullable
  RequestId requestId() {
    return requestId;
  }

  /** Returns the status that the client has seen, or that of the failure if it has seen none. */
  int status() {
    Failure failure = outcome.failure();
    boolean isSeen = client.isAnswered() || client.isHeadWritten();
    return isSeen || failure == null ? client.status() : failure.status();
  }

  Phase phase() {
    return phase;
  }

  /** Returns whether the request waits for a server that has room. */
  public boolean isQueued() {
    return phase == Phase.QUEUED;
  }

  /** Returns whether the exchange has ended: nothing may be written to the client any more. */
  public boolean isOver() {
    return isOver;
  }

  /** Returns why the exchange has failed; null: it has not. */
  public @Nullable Failure failure() {
    return outcome.failure();
  }

  /** Returns a number that changes with each byte moved and each server given up. */
  long progress() {
    return client.received()
        + client.sent()
        - client.waiting()
        - (server == null ? 0 : server.waiting())
        + (connecting == null ? 0 : connecting.attempts().givenUp());
  }

  /** Returns whether a connection of the server's pool is waited for, or was. */
  boolean hasQueued() {
    return connecting != null && connecting.hasQueued();
  }

  boolean isServerStalled() {
    return server != null && server.isStalled();
  }

  /** Returns whether the body was looked at before there was a server. */
  boolean hasLooked() {
    return hasLooked;
  }

  /** Returns how long the exchange waits for what it looks for in a body. */
  long lookNanos() {
    return routes.headerNanos();
  }

  /** Returns how many bytes a second the client has to send of a body. */
  long leastBodyRate() {
    // A call may be silent for as long as its client likes: it is a stream of messages.
    boolean isCall =
        client.head().protocol() == Protocol.HTTP_2 && GrpcStatus.isGrpc(client.head());
    return isCall ? 0 : routes.limits().bodyRate();
  }

  /** Returns whether the exchange has taken longer than its route or its client allows. */
  boolean isOverdue(long nowNanos) {
    return limitNanos != Long.MAX_VALUE && nowNanos - routedNanos > limitNanos;
  }

  // --- its stages, in order ---

  /** Finds the route of the request, and forwards it or answers. */
  public void begin() {
    Routing.begin(this, client.head(), routes);
  }

  /**
   * Reads the facts of the request.
   *
   * @throws BadRequestException if it could be read in more than one way
   */
  InboundFacts understand() {
    InboundFacts read = kept;
    if (read == null) {
      read = new InboundFacts(client.head(), routes.trustedPeers());
      kept = read;
    } else {
      read.read(routes.trustedPeers());
    }
    facts = read;
    Tracing tracing = context.tracing();
    trace = tracing == null ? null : ExchangeTrace.begin(tracing, read);
    return read;
  }

  /** Takes a route that forwards, and gets a server. */
  void routed(Route found, LblcService service) {
    InboundFacts known = known(facts);
    route = found;
    AsciiString idHeader = found.requestId();
    requestId = idHeader == null ? null : RequestId.of(known, idHeader, IdSource.ofThread());
    limitNanos = Math.min(found.requestNanos(), callNanos(known.head()));
    if (limitNanos != Long.MAX_VALUE) {
      routedNanos = hasLooked ? outcome.startNanos() : context.nanoTime().getAsLong();
    }
    known.allow(found.upgrade(), found.isHttp2());
    boolean isUnknown = known.head().connectProtocol() != null && known.upgrade() == null;
    if (isUnknown || !context.upstreams().speaks(found)) {
      abort(Failure.NOT_IMPLEMENTED);
      return;
    }
    if (known.isLongerThan(found.bodyLimit())) {
      abort(Failure.BODY_TOO_LARGE);
      return;
    }
    if (known.body() != Body.NONE) {
      client.holdBody();
    }
    BodyNeeds needs = found.body();
    if (needs != null && found.asksForBody(known) && !known.knows(needs)) {
      look();
    } else {
      choose(found, service);
    }
  }

  /** Gets a server. */
  private void choose(Route by, LblcService service) {
    if (hasLooked && !bodyGrew(client.received())) {
      return;
    }
    InboundFacts known = known(facts);
    String key = by.keys().keyOf(known);
    WantedFacts wanted = by.wanted();
    Facts seen = wanted == null ? Facts.NONE : wanted.of(known);
    known.forgetBody();
    StickyCookie cookie = by.stickyCookie();
    if (key == null && cookie != null) {
      key = cookie.of(known);
      if (key == null) {
        key = IdSource.ofThread().next();
        madeCookie = key;
      }
    }
    connecting(service, key, seen, by.retries()).attempt(Failure.NO_SERVER);
  }

  /** Waits for the beginning of the body. */
  void look() {
    hasLooked = true;
    enter(Phase.LOOKING, Stage.SETTING_UP);
    client.look(known(facts).bodyStart());
  }

  /** Stops waiting for the beginning of the body: what has come has to do. */
  void lookedLongEnough() {
    known(facts).bodyStart().close();
    client.endLook();
  }

  /** Goes on: as much of the body has come as was waited for. */
  public void looked() {
    if (phase != Phase.LOOKING) {
      return;
    }
    phase = Phase.ROUTING;
    InboundFacts known = known(facts);
    known.looked();
    try {
      LblcService service = service();
      if (route == null || service == null) {
        Routing.goOn(this, known, routes);
      } else {
        choose(route, service);
      }
    } catch (
        RuntimeException
            e) { // the engine calls while it reads, and would not know whose fault it is
      crashed(e);
    }
  }

  /** Returns how long the client of a call of gRPC waits for its end. */
  private static long callNanos(RequestHead head) {
    return head.protocol() == Protocol.HTTP_2
        ? GrpcTimeout.nanos(head.header(GRPC_TIMEOUT))
        : Long.MAX_VALUE;
  }

  private Connecting<S> connecting(
      LblcService service, @Nullable String key, Facts seen, int retries) {
    Connecting<S> stage = connecting;
    if (stage == null) {
      stage = new Connecting<>(this, context.upstreams(), new Attempts(service, key, retries));
      connecting = stage;
    }
    stage.attempts().begin(service, key, seen, retries);
    return stage;
  }

  /** Counts another attempt to be served; {@code why} is null if the same server gets it, on another connection. */
  void retried(@Nullable Failure why) {
    HttpCounts.retried(route().counts(), context.loop(), why);
  }

  /** Notes that the request waits in the queue of its service. */
  void queued() {
    outcome.queued();
    enter(Phase.QUEUED, Stage.SETTING_UP);
  }

  /** Runs a task on the event loop of the exchange, later. From any thread. */
  void onLoop(Runnable task) {
    context.onLoop().execute(task);
  }

  /**
   * Notes that a server was chosen and a connection to it is attempted.
   *
   * @param isFirst whether it is the first attempt: nothing was waited for since the exchange began
   */
  void connecting(boolean isFirst) {
    outcome.connecting(isFirst);
    if (trace != null) {
      trace.attempt(serviceName(), known(connecting).attempts().last());
    }
    enter(Phase.CONNECTING, Stage.SETTING_UP);
  }

  /**
   * Takes a connection to the server, on which nothing was sent, and forwards the request.
   *
   * @param isAtOnce whether nothing was waited for since the exchange began
   */
  void connected(S granted, Server chosen, boolean isAtOnce) {
    InboundFacts known = known(facts);
    server = granted;
    isReceived = false;
    sentNanos = isAtOnce ? outcome.startNanos() : context.nanoTime().getAsLong();
    outcome.connected(sentNanos);
    if (known.upgrade() != null && !granted.opensTunnels()) {
      abort(Failure.NOT_IMPLEMENTED);
      return;
    }
    enter(Phase.SENDING, Stage.RUNNING);
    Route by = route();
    RequestPlan plan = HeaderPolicy.requestPlan(known, by, chosen);
    client.forward(granted, known.targetWithout(by.stripPrefix()), withIds(plan));
  }

  private RequestPlan withIds(RequestPlan plan) {
    RequestId id = requestId;
    ExchangeTrace traced = trace;
    return traced != null ? plan.with(traced.lines(id)) : id == null ? plan : plan.with(id.lines());
  }

  /** Tells the tracer that an attempt has failed. */
  void attemptFailed(Failure why) {
    if (trace != null) {
      trace.attemptFailed(why);
    }
  }

  /**
   * Checks the size of the request's body; to be called with each piece that has come, before it is passed on.
   *
   * @param received bytes of the body so far
   * @return false if the body is too large: the exchange has ended, or its end has begun
   */
  public boolean bodyGrew(long received) {
    if (received <= route().bodyLimit()) {
      return true;
    }
    abort(Failure.BODY_TOO_LARGE);
    return false;
  }

  /** Takes the head of the server's response, and relays it. */
  public void responseBegan(ResponseHead head) {
    S from = server;
    if (isOver || from == null) {
      return;
    }
    enter(Phase.RECEIVING, Stage.RUNNING);
    long nowNanos = context.nanoTime().getAsLong();
    route().counts().answered(context.loop(), nowNanos - sentNanos);
    outcome.headed(nowNanos);
    if (trace != null) {
      trace.answered(head.status());
    }
    known(connecting).proven();
    try {
      InboundFacts asked = known(facts);
      Upgrade upgrade = asked.upgrade();
      if (upgrade != null && upgrade.isGranted(head)) {
        known(connecting).answered(head.status());
        learn(asked, head);
        client.tunnel(from, HeaderPolicy.switched(upgrade, head, responseEdits()));
        return;
      }
      ResponsePlan plan = ResponsePolicy.plan(asked, head, responseEdits());
      known(connecting).answered(plan == null ? Failure.BAD_ANSWER.status() : head.status());
      if (plan == null) {
        abort(Failure.BAD_ANSWER);
      } else {
        learn(asked, head);
        client.relay(from, plan);
      }
    } catch (IllegalArgumentException e) {
      LOG.debug("a status or header of a server cannot be sent: the client gets 502", e);
      abort(Failure.BAD_ANSWER);
    }
  }

  /** Learns from an answer that is no failure of the server. */
  private void learn(InboundFacts asked, ResponseHead head) {
    Learning learning = route().learning();
    Lease lease = learning == null ? null : known(connecting).attempts().last();
    if (learning != null && lease != null && head.status() < FIRST_FAILURE) {
      learning.learn(new AnsweredFacts(asked, head), lease);
    }
  }

  /** Returns the edits of the headers to the client, with what only this answer has. */
  private HeaderEdits responseEdits() {
    StickyCookie cookie = route().stickyCookie();
    String made = madeCookie;
    return cookie == null || made == null ? namedEdits() : cookie.with(namedEdits(), made);
  }

  /** Returns the edits of the route, with the server that answers if the route says so. */
  private HeaderEdits namedEdits() {
    Route by = route();
    ServerHeader header = by.serverHeader();
    Lease lease = header == null ? null : known(connecting).attempts().last();
    return header == null || lease == null
        ? by.responseEdits()
        : header.edits(lease.server().id(), lease.reason().label());
  }

  /** Takes an interim answer. Returns the plan of its headers; null: it is not for this client. */
  public @Nullable HeaderPlan interim(ResponseHead head) {
    if (isOver || server == null || client.head().protocol() == Protocol.HTTP_1_0) {
      return null;
    }
    return HeaderPolicy.response(head.status(), head, route().responseEdits());
  }

  /** Returns the plan of the trailers of the request. */
  public HeaderPlan trailersPlan(HeaderView trailers) {
    HeaderPlan plan = HeaderPolicy.requestTrailers(trailers, route().requestEdits());
    RequestId id = requestId;
    return id == null ? plan : plan.with(id.noLines());
  }

  /** Ends the response; {@code trailers} are null if there are none, or none can be sent. */
  public void responseEnded(@Nullable HeaderView trailers) {
    if (isOver || server == null) {
      return;
    }
    isReceived = true;
    // Before the last byte: a client that has its whole answer is no longer counted.
    known(connecting).release();
    client.finish(
        trailers == null ? null : HeaderPolicy.trailers(trailers, route().responseEdits()));
  }

  /** Returns whether the client asks to switch to WebSocket. */
  public boolean isWebSocket() {
    Upgrade upgrade = facts == null ? null : facts.upgrade();
    return upgrade != null && upgrade.isWebSocket();
  }

  /** Notes that the two connections are joined. */
  public void tunnelling() {
    enter(Phase.TUNNELLING, Stage.RUNNING);
  }

  // --- ways out ---

  /** Answers without a server. */
  void answer(Answer answer) {
    client.answer(answer);
  }

  /**
   * Refuses the request before a server is chosen. If it could not be read at all, its head gives the first line as the target,
   * a dash as the method, and no protocol.
   */
  public void refuse(Failure why) {
    refuse(why, why.reason());
  }

  /** The same; {@code words} say it in more detail than the failure's own. */
  public void refuse(Failure why, String words) {
    outcome.fail(why);
    outcome.say(words);
    client.answer(Answer.refusal(why.status(), words));
  }

  /**
   * Handles a failure of the server's side. A server may close an idle connection at the moment it is used: if no response has
   * begun, a request of which nothing was sent, or that is idempotent and has no body, is sent again, on a fresh connection. If
   * that is closed as well, the server is given up.
   */
  public void serverFailed(Failure why) {
    if (isOver || server == null) {
      return;
    }
    attemptFailed(why);
    if (phase == Phase.TUNNELLING) { // which ends when one of its ends does, in whatever way
      end();
      client.cut();
      return;
    }
    if (why == Failure.TLS_REFUSED) {
      serverRefused(why);
      return;
    }
    if (limitNanos != Long.MAX_VALUE && isOverdue(context.nanoTime().getAsLong())) {
      abort(
          Failure
              .EXCHANGE_TIMEOUT); // a server that knows the limit, too, gives up at the same time
      return;
    }
    boolean mayBeStale = why == Failure.CLOSED_EARLY && server.isReused();
    if (phase == Phase.SENDING && !mayBeStale) {
      known(connecting).answered(why.status()); // which the client gets for want of an answer
    }
    if (why != Failure.CLOSED_EARLY || phase != Phase.SENDING) {
      abort(why);
      return;
    }
    boolean isHarmless = server.isUntouched() || isRepeatable();
    if (isHarmless && server.isReused() && known(connecting).mayTryAgain()) {
      dropServer();
      known(connecting).again();
    } else if (isHarmless && known(connecting).attempts().giveUp()) {
      dropServer();
      known(connecting).attempt(why);
    } else {
      abort(why);
    }
  }

  /** Handles the refusal of a connection that the server had seemed to take: it has not looked at the request. */
  private void serverRefused(Failure why) {
    known(connecting).refused();
    boolean isWhole = client.isRequestComplete() && client.received() == 0;
    if (phase == Phase.SENDING && isWhole && known(connecting).attempts().giveUp()) {
      dropServer();
      known(connecting).attempt(why);
    } else {
      abort(why);
    }
  }

  /** Returns whether the request can be sent once more: it does no harm, and no part of it is gone. */
  private boolean isRepeatable() {
    return isIdempotent() && client.isRequestComplete() && client.received() == 0;
  }

  /** Returns whether the request may be served twice without harm. */
  public boolean isIdempotent() {
    return IDEMPOTENT.contains(facts == null ? client.head().method() : facts.method());
  }

  /** Answers with an error of the gateway's own if the client has seen nothing yet, else cuts the client off. */
  public void abort(Failure why) {
    outcome.fail(why);
    if (isOver) {
      return;
    }
    if (phase == Phase.LOOKING) {
      phase = Phase.ROUTING; // nobody looks any more
    }
    if (isServerLate(why)) {
      known(connecting).timedOut();
    }
    if (client.isHeadWritten() || client.isAnswered()) {
      cut(why);
      return;
    }
    release();
    client.answer(Answer.to(known(outcome.failure())));
  }

  /** Returns whether the server has the request, or as much as it takes, and is late with the head of its answer. */
  private boolean isServerLate(Failure why) {
    return phase == Phase.SENDING
        && (why == Failure.RESPONSE_TIMEOUT
            || why == Failure.IDLE_TIMEOUT
            || (why == Failure.EXCHANGE_TIMEOUT && client.isRequestComplete()));
  }

  /** Ends an answer that has begun so that the client sees that it is not complete. */
  public void cut(Failure why) {
    outcome.fail(why);
    if (!isOver) {
      end();
      client.cut();
    }
  }

  /** Handles what a handler of the engine has thrown. */
  public void crashed(Throwable cause) {
    LOG.error("a request failed in the gateway: its client gets 500, or is cut off", cause);
    abort(Failure.INTERNAL);
  }

  /** Ends the exchange: the last byte of the answer was written. */
  public void answered() {
    end();
  }

  /** Ends the exchange: the connection or stream of the client has ended. */
  public void clientGone() {
    end();
  }

  /** Ends the exchange: one end of the tunnel was closed, and now both are. */
  public void tunnelEnded() {
    end();
  }

  private void end() {
    if (isOver) {
      return;
    }
    isOver = true;
    boolean isAnswered = client.isAnswered();
    if (!isAnswered) {
      outcome.fail(client.isHeadWritten() ? Failure.CLIENT_LEFT : Failure.CLIENT_GONE);
    }
    release();
    int status = status();
    // A tunnel lasts as long as its ends like.
    outcome.end(
        route == null ? routes.unrouted() : route.counts(),
        context.loop(),
        status,
        phase != Phase.TUNNELLING);
    if (trace != null) {
      Attempts made = attempts();
      trace.ended(status, outcome.failure(), serviceName(), made == null ? null : made.last());
    }
    log();
    if (isAnswered && !client.isRequestComplete()) {
      enter(Phase.LINGERING, Stage.ENDING);
      client.discardRest();
    } else {
      leave();
    }
  }

  /** Ends the wait for the rest of the request if the rest has come, the client has gone, or the time is over. */
  void checkLingering(boolean isLate) {
    if (client.isRequestComplete() || client.isClosed()) {
      leave();
    } else if (isLate) {
      leave();
      client.refuseRest();
    }
  }

  /** Notes that the rest of a request that was answered has come: the next one may begin. */
  public void restDiscarded() {
    leave();
  }

  private void release() {
    if (connecting != null) {
      connecting.release();
    }
    dropServer();
  }

  /** Gives the connection to the server back, or closes it if a message on it is not complete. */
  private void dropServer() {
    S held = server;
    if (held != null) {
      server = null;
      if (isReceived && client.isRequestComplete() && phase != Phase.TUNNELLING) {
        held.giveBack();
      } else {
        held.close();
      }
    }
  }

  private void enter(Phase next, Stage stage) {
    phase = next;
    context.deadlines().enter(deadline, stage);
  }

  private void leave() {
    phase = Phase.OVER;
    context.deadlines().leave(deadline);
  }

  private void log() {
    AccessLog log = outcome.accessLog();
    if (log != null) {
      ExchangeFacts known = logged;
      if (known == null) {
        known = new ExchangeFacts(this, outcome);
        logged = known;
      }
      log.write(known);
    }
  }

  private static <T> T known(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("asked for too early");
    }
    return value;
  }
}
