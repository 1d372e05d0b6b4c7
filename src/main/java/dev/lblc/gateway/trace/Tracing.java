package dev.lblc.gateway.trace;

import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.tracing.SpanKind;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.core.tracing.TracingPolicy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tracer of Vert.x, as the exchanges of one event loop use it: the path of their octets goes past Vert.x's own servers and clients,
 * which would call it. Confined to the loop.
 */
public final class Tracing {
  /** The headers in which traces are passed on: of W3C, Zipkin, Jaeger and AWS. */
  public static final List<String> HEADERS = List.of(
      "traceparent",
      "tracestate",
      "baggage",
      "b3",
      "x-b3-traceid",
      "x-b3-spanid",
      "x-b3-parentspanid",
      "x-b3-sampled",
      "x-b3-flags",
      "uber-trace-id",
      "x-amzn-trace-id");

  private final VertxTracer<Object, Object> tracer;
  private final ContextInternal context;

  private Tracing(VertxTracer<Object, Object> tracer, ContextInternal context) {
    this.tracer = tracer;
    this.context = context;
  }

  /** Returns what traces the exchanges of the current event loop; null: Vert.x has no tracer. */
  @SuppressWarnings("unchecked") // a tracer gets back what it gave
  public static @Nullable Tracing of(Vertx vertx) {
    ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
    VertxTracer<?, ?> tracer = ((VertxInternal) vertx).tracer();
    return tracer == null || tracer == VertxTracer.NOOP
        ? null
        : new Tracing((VertxTracer<Object, Object>) tracer, context);
  }

  /**
   * Begins the span of a request that a client has sent.
   *
   * @param name of the span
   * @param headers of the request, those of {@link #HEADERS} that it has
   */
  public Trace begin(String name, Iterable<Map.Entry<String, String>> headers, Tags tags) {
    ContextInternal own = context.duplicate(); // a tracer notes the span there
    Object span = tracer.receiveRequest(
        own, SpanKind.RPC, TracingPolicy.ALWAYS, tags, name, headers, Tags.EXTRACTOR);
    return new Trace(tracer, own, span);
  }
}
