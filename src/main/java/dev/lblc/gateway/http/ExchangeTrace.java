package dev.lblc.gateway.http;

import dev.lblc.gateway.trace.Tags;
import dev.lblc.gateway.trace.Trace;
import dev.lblc.gateway.trace.Tracing;
import dev.lblc.plugin.Lease;
import dev.lblc.scheduler.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the tracer is told of one request: a span from its head to its end, and within it one for each attempt, with the service, the
 * server and the reason of the choice. Confined to the exchange's event loop.
 */
final class ExchangeTrace {
  private static final String SERVICE = "lblc.service";
  private static final String SERVER = "lblc.server";
  private static final String DECISION = "lblc.decision";
  private static final String METHOD = "http.request.method";
  private static final String STATUS = "http.response.status_code";
  private static final String ERROR = "error.type";

  private final Trace trace;
  private final String method;
  private int answered;

  private ExchangeTrace(Trace trace, String method) {
    this.trace = trace;
    this.method = method;
  }

  /** Begins the trace of a request. */
  static ExchangeTrace begin(Tracing tracing, InboundFacts facts) {
    RequestHead head = facts.head();
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    for (String name : Tracing.HEADERS) {
      for (String value : head.headers(name)) {
        headers.add(Map.entry(name, value));
      }
    }
    Tags tags = new Tags()
        .add(METHOD, head.method())
        .add("url.scheme", facts.scheme())
        .add("url.path", facts.path())
        .add("server.address", facts.host().isEmpty() ? null : facts.host())
        .add("client.address", facts.clientIp())
        .add("network.protocol.version", version(head.protocol()));
    return new ExchangeTrace(tracing.begin(head.method(), headers, tags), head.method());
  }

  private static @Nullable String version(Protocol protocol) {
    return switch (protocol) {
      case HTTP_1_0 -> "1.0";
      case HTTP_1_1 -> "1.1";
      case HTTP_2 -> "2";
      case UNKNOWN -> null;
    };
  }

  /** Begins an attempt; one that has not ended yet has failed. */
  void attempt(@Nullable String service, @Nullable Lease lease) {
    trace.attemptEnded(new Tags(), "tried again");
    answered = 0;
    Server server = lease == null ? null : lease.server();
    trace.attempt(
        method,
        decision(service, lease)
            .add(METHOD, method)
            .add("server.address", server == null ? null : server.host())
            .add("server.port", server == null ? null : Integer.toString(server.port())));
  }

  /** Notes that the server of the attempt has answered. */
  void answered(int status) {
    answered = status;
  }

  /** Ends the attempt: it has failed. */
  void attemptFailed(Failure why) {
    trace.attemptEnded(new Tags().add(ERROR, why.label()), why.reason());
  }

  /** Returns the headers for the server of the attempt, those of {@link RequestId} among them if they are not the tracer's. */
  List<CharSequence> lines(@Nullable RequestId id) {
    List<CharSequence> lines = new ArrayList<>(trace.lines());
    boolean isTraced = parent() != null;
    if (isTraced && !trace.lines().contains(TraceParent.STATE)) {
      lines.add(TraceParent.STATE);
      lines.add(""); // that of a trace that could not be used
    }
    if (id != null && !(isTraced && id.isTrace())) {
      lines.addAll(id.lines());
    }
    return lines;
  }

  /** Returns the id of the trace, as the server of the last attempt was told; null: none was told of one. */
  @Nullable
  String id() {
    String parent = parent();
    return parent == null ? null : TraceParent.traceId(parent);
  }

  private @Nullable String parent() {
    int at = trace.lines().indexOf(TraceParent.NAME);
    String value = at < 0 ? null : trace.lines().get(at + 1);
    return value != null && TraceParent.isValid(value) ? value : null;
  }

  /**
   * Ends the trace.
   *
   * @param status of the answer
   * @param failure why it failed; null: it did not
   */
  void ended(
      int status, @Nullable Failure failure, @Nullable String service, @Nullable Lease lease) {
    Tags ofAttempt = new Tags().add(STATUS, answered == 0 ? null : Integer.toString(answered));
    String label = failure == null ? null : failure.label();
    trace.attemptEnded(ofAttempt.add(ERROR, label), failure == null ? null : failure.reason());
    trace.ended(
        decision(service, lease).add(STATUS, Integer.toString(status)).add(ERROR, label),
        failure == null ? null : failure.reason());
  }

  private static Tags decision(@Nullable String service, @Nullable Lease lease) {
    return new Tags()
        .add(SERVICE, service)
        .add(SERVER, lease == null ? null : lease.server().id())
        .add(DECISION, lease == null ? null : lease.reason().label());
  }
}
