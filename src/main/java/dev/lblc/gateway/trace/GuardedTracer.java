package dev.lblc.gateway.trace;

import io.vertx.core.Context;
import io.vertx.core.spi.tracing.SpanKind;
import io.vertx.core.spi.tracing.TagExtractor;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.core.tracing.TracingPolicy;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tracer, which is a plugin's, whose failures end no request: the request goes on, and the span that it fails at is missing. The first
 * failure is an error in the log, further ones are there with DEBUG. May be used from any thread.
 *
 * @param <I> the spans of requests that came
 * @param <O> the spans of requests that were sent
 */
public final class GuardedTracer<I, O> implements VertxTracer<@Nullable I, @Nullable O> {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedTracer.class);

  private final VertxTracer<I, O> tracer;
  private final AtomicBoolean isTold = new AtomicBoolean();

  /** Guards a tracer. */
  public GuardedTracer(VertxTracer<I, O> tracer) {
    this.tracer = tracer;
  }

  @Override
  public <R> @Nullable I receiveRequest(
      Context context,
      SpanKind kind,
      TracingPolicy policy,
      R request,
      String operation,
      Iterable<Map.Entry<String, String>> headers,
      TagExtractor<R> tags) {
    return made(
        () -> tracer.receiveRequest(context, kind, policy, request, operation, headers, tags));
  }

  @Override
  public <R> void sendResponse(
      Context context,
      R response,
      @Nullable I span,
      @Nullable Throwable failure,
      TagExtractor<R> tags) {
    if (span != null) {
      done(() -> tracer.sendResponse(context, response, span, failure, tags));
    }
  }

  @Override
  public <R> @Nullable O sendRequest(
      Context context,
      SpanKind kind,
      TracingPolicy policy,
      R request,
      String operation,
      BiConsumer<String, String> headers,
      TagExtractor<R> tags) {
    return made(() -> tracer.sendRequest(context, kind, policy, request, operation, headers, tags));
  }

  @Override
  public <R> void receiveResponse(
      Context context,
      R response,
      @Nullable O span,
      @Nullable Throwable failure,
      TagExtractor<R> tags) {
    if (span != null) {
      done(() -> tracer.receiveResponse(context, response, span, failure, tags));
    }
  }

  @Override
  public void close() {
    done(tracer::close);
  }

  private <T> @Nullable T made(Supplier<@Nullable T> call) {
    try {
      return call.get();
    } catch (RuntimeException | LinkageError e) {
      failed(e);
      return null;
    }
  }

  private void done(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | LinkageError e) {
      failed(e);
    }
  }

  private void failed(Throwable cause) {
    if (isTold.compareAndSet(false, true)) {
      LOG.error("the tracer fails: requests go on, without the spans that it fails at", cause);
    } else {
      LOG.debug("the tracer fails", cause);
    }
  }
}
