package dev.lblc.gateway.http;

import dev.lblc.gateway.http.RequestPlan.Body;
import dev.lblc.gateway.net.AccessLine;
import dev.lblc.gateway.net.DeadlineRing;
import dev.lblc.gateway.net.DeadlineRing.Stage;
import dev.lblc.gateway.route.Attempts;
import dev.lblc.gateway.route.HttpRoutes;
import dev.lblc.gateway.route.Route;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import dev.lblc.scheduler.Server;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request from its arrival to the last byte of its answer, or to the end of its tunnel.
 *
 * <pre>
 *   begin            find the route                         or answer: refused, redirect
 *   routed           take a lease, connect to its server    failed: another lease, or answer why not
 *   connected        forward the request
 *   responseBegan    relay the response, or open a tunnel   closed before: once more, or answer why not
 *   responseEnded    release the lease, write the end
 *   answered, clientGone, tunnelEnded, cut                  the one end
 * </pre>
 *
 * <p>Whatever the way out, it goes through {@link #end}, once. There the lease is closed, and so is the connection to the
 * server unless both messages are complete. A request of which the client still sends is then read to its end and thrown away,
 * so that the client's connection can be used again.
 *
 * <p>An exchange knows what it wants, not how bytes move: that is the engine's, whose two sides it tells what to do, and which
 * tells it what has happened. Confined to the request's event loop.
 */
public final class Exchange<S extends ServerSide> {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

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
    LINGERING,
    /** Nothing more. */
    OVER
  }

  private final ClientSide<S> client;
  private final ExchangeContext<S> context;
  private final HttpRoutes routes;
  private final boolean isLogged;
  private final long startNanos;
  private final DeadlineRing.Entry limits = new DeadlineRing.Entry(new ExchangeLimits(this));

  private Phase phase = Phase.ROUTING;
  private @Nullable InboundFacts facts;
  private @Nullable Route route;
  private @Nullable Attempts attempts;
  private @Nullable Connecting<S> connecting;
  private @Nullable S server;
  private boolean isReceived;
  private long tunnelBytes;
  private @Nullable Failure failure;
  private @Nullable String refusal;
  private boolean isOver;

  /** Creates the exchange of a request that has just come; nothing happens until {@link #begin} or {@link #refuse}. */
  public Exchange(ClientSide<S> client, ExchangeContext<S> context, HttpRoutes routes) {
    this.client = client;
    this.context = context;
    this.routes = routes;
    this.isLogged = routes.accessLog() && AccessLine.isOn();
    this.startNanos = isLogged ? context.nanoTime().getAsLong() : 0;
  }

  // --- what is known ---

  ClientSide<S> client() {
    return client;
  }

  Route route() {
    return known(route);
  }

  Phase phase() {
    return phase;
  }

  /** Returns whether it ended: nothing may be written to the client any more. */
  public boolean isOver() {
    return isOver;
  }

  /** Returns something that grows as long as something happens. */
  long progress() {
    return client.received()
        + client.sent()
        + tunnelBytes
        + (attempts == null ? 0 : attempts.givenUp());
  }

  boolean isServerStalled() {
    return server != null && server.isStalled();
  }

  // --- its stages, in order ---

  /** Finds the route of the request, and forwards it or answers. */
  public void begin() {
    Routing.begin(this, client.head(), routes);
  }

  /** The request can be read in one way only. */
  void understood(InboundFacts read) {
    facts = read;
  }

  /** It has a route that forwards: gets a server. */
  void routed(Route found, LblcService service) {
    InboundFacts known = known(facts);
    route = found;
    if (known.body() != Body.NONE && known.upgrade() == null) {
      client.holdBody();
    }
    Attempts made = new Attempts(service, found.keys().keyOf(known), found.retries());
    attempts = made;
    connecting = new Connecting<>(this, context.upstreams(), made);
    connecting.attempt(Failure.NO_SERVER);
  }

  /** A server was chosen, and a connection to it is attempted. */
  void connecting() {
    enter(Phase.CONNECTING, Stage.SETTING_UP);
  }

  /** There is a connection to the server, on which nothing was sent. */
  void connected(S granted, Server chosen) {
    InboundFacts known = known(facts);
    server = granted;
    isReceived = false;
    enter(Phase.SENDING, Stage.RUNNING);
    client.forward(granted, HeaderPolicy.requestPlan(known, route(), chosen));
  }

  /** The head of the server's response has come. */
  public void responseBegan(ResponseHead head) {
    S from = server;
    if (isOver || from == null) {
      return;
    }
    enter(Phase.RECEIVING, Stage.RUNNING);
    try {
      if (isUpgrade() && ResponsePolicy.isWebSocket(head)) {
        client.tunnel(from, HeaderPolicy.switched(head, route().responseEdits()));
        return;
      }
      ResponsePlan plan = ResponsePolicy.plan(client.head(), head, route());
      if (plan == null) {
        abort(Failure.BAD_ANSWER);
      } else {
        client.relay(from, plan);
      }
    } catch (IllegalArgumentException e) {
      LOG.debug("a status or header of a server cannot be sent", e);
      abort(Failure.BAD_ANSWER);
    }
  }

  /** The response was received to its end; {@code trailers} are null if there are none, or none can be sent. */
  public void responseEnded(@Nullable HeaderView trailers) {
    if (isOver || server == null) {
      return;
    }
    isReceived = true;
    // Before the last byte: a client that has all of its answer never sees itself counted.
    known(attempts).release();
    client.finish(trailers == null ? null : HeaderPolicy.trailers(trailers));
  }

  /** The two connections are joined. */
  public void tunnelling() {
    enter(Phase.TUNNELLING, Stage.RUNNING);
  }

  /** So many bytes have gone through the tunnel. */
  public void tunnelled(int bytes) {
    tunnelBytes += bytes;
  }

  // --- ways out ---

  /** Answers in place of a server: none is involved. */
  void answer(Answer answer) {
    client.answer(answer);
  }

  /** Refuses it before a server is involved. */
  public void refuse(int status, String why) {
    refusal = why;
    client.answer(Answer.refusal(status, why));
  }

  /**
   * The server's side has failed. If no response has begun and the server has closed the connection, as happens to one that
   * was idle for too long, the request is sent again where that does no harm and nothing of a body is lost.
   */
  public void serverFailed(Failure why) {
    if (isOver || server == null) {
      return;
    }
    if (why == Failure.CLOSED_EARLY && phase == Phase.SENDING && mayResend()) {
      dropServer();
      known(connecting).attempt(why);
    } else {
      abort(why);
    }
  }

  private boolean mayResend() {
    return !isUpgrade()
        && IDEMPOTENT.contains(client.head().method())
        && client.isRequestComplete()
        && client.received() == 0
        && known(attempts).giveUp();
  }

  /** Answers with an error of our own if the client has seen nothing yet, else cuts the client off. */
  public void abort(Failure why) {
    fail(why);
    if (isOver) {
      return;
    }
    if (client.isHeadWritten() || client.isAnswered()) {
      cut(why);
      return;
    }
    if (attempts != null) {
      attempts.release();
    }
    dropServer();
    client.answer(Answer.to(known(failure)));
  }

  /** Ends what the client has seen a part of, so that it cannot take it for the whole. */
  public void cut(Failure why) {
    fail(why);
    if (!isOver) {
      end();
      client.cut();
    }
  }

  /** A handler of the engine's has thrown this. */
  public void crashed(RuntimeException cause) {
    LOG.error("a request failed", cause);
    abort(Failure.INTERNAL);
  }

  /** The last byte of the answer was written. */
  public void answered() {
    end();
  }

  /** The connection or stream of the client has ended. */
  public void clientGone() {
    end();
  }

  /** One of the two ends of the tunnel is closed, and now both are. */
  public void tunnelEnded() {
    end();
  }

  /** Notes why it fails; the first reason stays. */
  private void fail(Failure why) {
    if (failure == null) {
      failure = why;
    }
  }

  private void end() {
    if (isOver) {
      return;
    }
    isOver = true;
    boolean isAnswered = client.isAnswered();
    if (!isAnswered) {
      fail(Failure.CLIENT_GONE);
    }
    if (attempts != null) {
      attempts.release();
    }
    dropServer();
    if (isLogged) {
      log(isAnswered);
    }
    if (isAnswered && !client.isRequestComplete()) {
      enter(Phase.LINGERING, Stage.ENDING);
      client.discardRest();
    } else {
      leave();
    }
  }

  /** Ends the wait for the rest of the request if there is nothing to wait for any more. */
  void checkLingering(boolean isLate) {
    if (client.isRequestComplete() || client.isClosed()) {
      leave();
    } else if (isLate) {
      leave();
      client.refuseRest();
    }
  }

  /** Gives the connection to the server back, or closes it if a message on it is not complete. */
  private void dropServer() {
    S held = server;
    if (held != null) {
      server = null;
      if (isReceived && client.isRequestComplete() && !isUpgrade()) {
        held.giveBack();
      } else {
        held.close();
      }
    }
  }

  private boolean isUpgrade() {
    return facts != null && facts.upgrade() != null;
  }

  private void enter(Phase next, Stage stage) {
    phase = next;
    context.deadlines().enter(limits, stage);
  }

  private void leave() {
    phase = Phase.OVER;
    context.deadlines().leave(limits);
  }

  private void log(boolean isAnswered) {
    boolean isSeen = isAnswered || client.isHeadWritten();
    RequestHead head = client.head();
    Lease last = attempts == null ? null : attempts.last();
    String why = refusal != null ? refusal : failure == null ? null : failure.reason();
    AccessLog.write(
        facts != null ? facts.clientIp() : head.peer(),
        head.method(),
        head.target(),
        head.protocol(),
        isSeen || failure == null ? client.status() : failure.status(),
        client.sent() + tunnelBytes,
        context.nanoTime().getAsLong() - startNanos,
        attempts == null ? null : attempts.service().name(),
        last == null ? null : last.server().id(),
        last == null ? null : last.reason().label(),
        why);
  }

  private static <T> T known(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("asked for too early");
    }
    return value;
  }
}
