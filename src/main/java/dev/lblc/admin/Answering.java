package dev.lblc.admin;

import io.vertx.core.http.HttpServerRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of what goes wrong while a request is answered, at once or later: a problem document. */
final class Answering {
  private static final Logger LOG = LoggerFactory.getLogger(Answering.class);

  private Answering() {}

  /** Runs a step of an answer; what it throws is the answer. */
  static void step(HttpServerRequest request, Runnable step) {
    try {
      step.run();
    } catch (Throwable e) { // a strategy of a plugin may throw anything
      fail(request, e);
    }
  }

  /** Answers a request that cannot be answered otherwise. */
  static void fail(HttpServerRequest request, Throwable failure) {
    if (failure instanceof ProblemException problem) {
      Responses.problem(request.response(), problem);
    } else {
      LOG.error("cannot answer {} {} on the admin port", request.method(), request.path(), failure);
      Responses.problem(request.response(), new ProblemException(500, "see the gateway's log"));
    }
  }
}
