package dev.lblc.gateway.http;

import dev.lblc.gateway.http.RequestPlan.Body;
import dev.lblc.gateway.route.HeaderEdits;
import io.netty.util.AsciiString;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The plans of the last request and response on one connection that say nothing of their own about headers. They follow from the
 * connection, the host and the route, so those of the next request are nearly always the same. Confined to the connection's event
 * loop.
 */
final class KeptPlans {
  private @Nullable CharSequence hostLine;
  private @Nullable RequestPlan request;
  private @Nullable HeaderPlan responseHeaders;
  private @Nullable ResponsePlan response;

  /**
   * Returns the plan of a request.
   *
   * @param host what the server gets as Host
   */
  RequestPlan request(InboundFacts facts, CharSequence host, HeaderEdits edits) {
    RequestPlan kept = request;
    Body body = facts.body();
    boolean isSame =
        kept != null && kept.headers().isWith(edits) && AsciiString.contentEquals(hostLine, host);
    if (kept == null || !isSame) {
      kept = new RequestPlan(HeaderPolicy.request(facts, host, edits), body, null);
      request = kept;
      hostLine = host;
    } else if (kept.body() != body) {
      kept = new RequestPlan(kept.headers(), body, null);
      request = kept;
    }
    return kept;
  }

  /** Returns the plan for the headers of a response. */
  HeaderPlan response(HeaderEdits edits) {
    HeaderPlan kept = responseHeaders;
    if (kept == null || !kept.isWith(edits)) {
      kept = HeaderPolicy.usualResponse(edits);
      responseHeaders = kept;
    }
    return kept;
  }

  /** Returns the plan of a response; the parameters are those of {@link ResponsePlan}. */
  ResponsePlan response(
      int status, @Nullable String phrase, HeaderPlan headers, ResponsePlan.Body body) {
    ResponsePlan kept = response;
    if (kept == null
        || kept.status() != status
        || kept.body() != body
        || !kept.headers().equals(headers)
        || !Objects.equals(kept.phrase(), phrase)) {
      kept = new ResponsePlan(status, phrase, headers, body);
      response = kept;
    }
    return kept;
  }
}
