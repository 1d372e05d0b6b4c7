package dev.lblc.admin;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.Objects;

/** The endpoints by which a successor takes the listeners of this process over. */
final class TakeoverApi {
  private final Control control;

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

  private void accept(AdminRequest request) {
    if (!control.handOver(request.parameter("offer"))) {
      throw new ProblemException(409, "not the last offer of this process");
    }
    Responses.json(request.response(), 202, new JsonObject().put("status", "stopping"));
  }
}
