package dev.lblc.gateway.trace;

import io.vertx.core.Context;
import io.vertx.core.spi.tracing.SpanKind;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.core.tracing.TracingPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The spans of one exchange: that of the request, and within it one for each attempt to have a server serve it. */
public final class Trace {
  private final VertxTracer<Object, Object> tracer;
  private final Context context;
  private final @Nullable Object request;
  private final List<String> lines = new ArrayList<>();
  private @Nullable Object attempt;
  private boolean isAttempting;

  Trace(VertxTracer<Object, Object> tracer, Context context, @Nullable Object request) {
    this.tracer = tracer;
    this.context = context;
    this.request = request;
  }

  /** Begins the span of an attempt. */
  public void attempt(String name, Tags tags) {
    lines.clear();
    isAttempting = true;
    attempt = tracer.sendRequest(
        context, SpanKind.RPC, TracingPolicy.ALWAYS, tags, name, this::add, Tags.EXTRACTOR);
  }

  private void add(String name, String value) {
    lines.add(name.toLowerCase(Locale.ROOT));
    lines.add(value);
  }

  /** Returns the headers that tell the server of the present attempt, names in lower case and values in turn. */
  public List<String> lines() {
    return lines;
  }

  /** Ends the span of the present attempt, if there is one; {@code error} is null if a server has answered. */
  public void attemptEnded(Tags tags, @Nullable String error) {
    if (isAttempting) {
      isAttempting = false;
      tracer.receiveResponse(context, tags, attempt, failure(error), Tags.EXTRACTOR);
    }
  }

  /** Ends the span of the request; {@code error} is null if it was answered. */
  public void ended(Tags tags, @Nullable String error) {
    tracer.sendResponse(context, tags, request, failure(error), Tags.EXTRACTOR);
  }

  private static @Nullable Throwable failure(@Nullable String error) {
    return error == null ? null : new TracedFailureException(error);
  }
}
