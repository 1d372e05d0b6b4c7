package dev.lblc.admin;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The endpoints by which a successor takes the listeners of this process over. */
final class TakeoverApi {
  private static final Logger LOG = LoggerFactory.getLogger(TakeoverApi.class);

  /** How long the end of a connection that came together with its request may take to be seen. */
  private static final long SEEN_MILLIS = 50;

  private final Control control;

  /** Connections of processes that have asked, while they are open. Used on the event loop of the port. */
  private final Set<HttpConnection> open = new HashSet<>();

  /** The one that asked last for an offer. Likewise. */
  private @Nullable HttpConnection successor;

  TakeoverApi(Control control) {
    this.control = control;
  }

  void addTo(Endpoints endpoints) {
    endpoints.add(
        HttpMethod.POST,
        "/api/v1/takeover",
        "for run --takeover: writes the state file and names an offer; 409 says why it cannot be taken over",
        this::offer);
    endpoints.add(
        HttpMethod.POST,
        "/api/v1/takeover/{offer}",
        "for run --takeover: ends this process in order, as its successor listens",
        this::accept);
  }

  private void offer(AdminRequest request) {
    HttpConnection asking = request.http().connection();
    if (successor != null && successor != asking && open.contains(successor)) {
      throw new ProblemException(
          409, "another successor is starting: try again if it has not come about");
    }
    successor = asking;
    remember(asking);
    Context context = Objects.requireNonNull(Vertx.currentContext(), "on an event loop");
    control.offer().onComplete(done -> context.runOnContext(v -> answer(request, done)));
  }

  private static void answer(AdminRequest request, AsyncResult<String> done) {
    if (done.succeeded()) {
      Responses.json(request.response(), new JsonObject().put("offer", done.result()));
    } else if (done.cause() instanceof HandoverException refused) {
      Answering.fail(
          request.http(), new ProblemException(409, String.valueOf(refused.getMessage())));
    } else {
      Answering.fail(request.http(), done.cause());
    }
  }

  /** Ends this process only for one that lives: a request may have waited here for longer than its sender. */
  private void accept(AdminRequest request) {
    HttpConnection asking = request.http().connection();
    remember(asking);
    Vertx vertx =
        Objects.requireNonNull(Vertx.currentContext(), "on an event loop").owner();
    vertx.setTimer(SEEN_MILLIS, id -> {
      if (open.contains(asking)) {
        Answering.step(request.http(), () -> acceptNow(request));
      } else {
        LOG.warn("a successor has gone before it took over: this process goes on");
      }
    });
  }

  private void remember(HttpConnection asking) {
    if (open.add(asking)) {
      asking.closeHandler(v -> open.remove(asking));
    }
  }

  private void acceptNow(AdminRequest request) {
    if (!control.handOver(request.parameter("offer"))) {
      throw new ProblemException(409, "not the last offer of this process");
    }
    Responses.json(request.response(), 202, new JsonObject().put("status", "stopping"));
  }
}
