package dev.lblc.gateway.http;

import dev.lblc.gateway.http.ResponsePlan.Body;
import dev.lblc.gateway.route.Route;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules for responses: makes the {@link ResponsePlan} of a server's response. */
final class ResponsePolicy {
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int FIRST_FINAL = 200;
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;
  private static final int UPGRADE_REQUIRED = 426;

  private ResponsePolicy() {}

  /** Returns whether the server agrees to a WebSocket. */
  static boolean isWebSocket(ResponseHead response) {
    return response.status() == SWITCHING_PROTOCOLS
        && "websocket".equalsIgnoreCase(response.header("upgrade"));
  }

  /** Plans a response; null: the response is not a valid answer to the request. */
  static @Nullable ResponsePlan plan(RequestHead request, ResponseHead response, Route route) {
    return isAnswer(response)
        ? new ResponsePlan(
            response.status(),
            response.phrase(),
            headers(request, response, route),
            body(request, response))
        : null;
  }

  /** The protocol that a server asks for instead is for the client to know: RFC 9110 15.5.22. */
  private static HeaderPlan headers(RequestHead request, ResponseHead response, Route route) {
    HeaderPlan plan = HeaderPolicy.response(response.status(), response, route.responseEdits());
    String wanted = response.status() == UPGRADE_REQUIRED && request.protocol() != Protocol.HTTP_2
        ? response.header("upgrade")
        : null;
    if (wanted != null) {
      plan.add("upgrade", wanted);
    }
    return plan;
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
