package dev.lblc.gateway.http;

import dev.lblc.gateway.http.ResponsePlan.Body;
import dev.lblc.gateway.route.HeaderEdits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules for responses: makes the {@link ResponsePlan} of a server's response. */
final class ResponsePolicy {
  private static final int FIRST_FINAL = 200;
  private static final int FIRST_REDIRECT = 300;
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;
  private static final int UPGRADE_REQUIRED = 426;

  private ResponsePolicy() {}

  /** Returns whether a status says that the request was understood and done. */
  static boolean isSuccess(int status) {
    return status >= FIRST_FINAL && status < FIRST_REDIRECT;
  }

  /** Plans a response; null: the response is not a valid answer to the request. */
  static @Nullable ResponsePlan plan(InboundFacts facts, ResponseHead response, HeaderEdits edits) {
    RequestHead request = facts.head();
    if (!isAnswer(response) || wouldSwitch(request, response)) {
      return null;
    }
    KeptPlans kept = facts.asked().plans();
    String wanted = wantedProtocol(request, response);
    HeaderPlan headers = wanted == null
        ? HeaderPolicy.response(response.status(), response, edits, kept)
        : HeaderPolicy.response(response.status(), response, edits);
    if (wanted != null) {
      headers.add("upgrade", wanted);
    }
    return kept.response(response.status(), response.phrase(), headers, body(request, response));
  }

  /** Returns the protocol that a server asks for instead, which is for the client to know: RFC 9110 15.5.22; null: none. */
  private static @Nullable String wantedProtocol(RequestHead request, ResponseHead response) {
    return response.status() == UPGRADE_REQUIRED && request.protocol() != Protocol.HTTP_2
        ? response.header("upgrade")
        : null;
  }

  /** Returns whether a client of HTTP/2 would take for a tunnel what a server of HTTP/1.1 has answered instead: RFC 8441 5. */
  private static boolean wouldSwitch(RequestHead request, ResponseHead response) {
    return request.connectProtocol() != null && isSuccess(response.status());
  }

  /** Returns false for a switch of protocols that the client did not ask for, and for an unknown transfer coding. */
  private static boolean isAnswer(ResponseHead response) {
    if (response.status() < FIRST_FINAL) {
      return false;
    }
    List<String> codings = response.headers("transfer-encoding");
    return codings.isEmpty()
        || (codings.size() == 1 && codings.get(0).trim().equalsIgnoreCase("chunked"));
  }

  private static Body body(RequestHead request, ResponseHead response) {
    if (request.method().equals("HEAD")
        || response.status() == NO_CONTENT
        || response.status() == NOT_MODIFIED) {
      return Body.NONE;
    }
    if (response.hasHeader("content-length")) {
      return Body.SIZED;
    }
    return request.protocol() == Protocol.HTTP_1_0 ? Body.UNTIL_CLOSE : Body.CHUNKED;
  }
}
