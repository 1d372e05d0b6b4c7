package dev.lblc.boot;

import dev.lblc.gateway.trace.GuardedTracer;
import dev.lblc.plugin.BrokenPluginException;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.VertxTracerFactory;
import io.vertx.core.spi.tracing.VertxTracer;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tracer that Vert.x gets, if there is one: the first {@link VertxTracerFactory} of the class path or of the jars of plugins, which
 * are one class path for it. Vert.x itself would look only at the former, and only if told to.
 */
final class Tracers {
  private static final Logger LOG = LoggerFactory.getLogger(Tracers.class);

  private Tracers() {}

  /** Has Vert.x use the tracer of a class loader, if it has one. */
  static void use(ClassLoader classes, VertxOptions options, VertxBuilder builder)
      throws StartException {
    try {
      for (VertxServiceProvider provider :
          ServiceLoader.load(VertxServiceProvider.class, classes)) {
        if (provider instanceof VertxTracerFactory factory) {
          LOG.info("requests are traced by {}", factory.getClass().getName());
          options.setTracingOptions(factory.newOptions());
          builder.withTracer(made -> guarded(factory.tracer(made)));
          return;
        }
      }
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new StartException("tracer: " + BrokenPluginException.reason(e));
    }
  }

  private static VertxTracer<?, ?> guarded(VertxTracer<?, ?> tracer) {
    return new GuardedTracer<>(tracer);
  }

  /** Runs what makes the tracer; parts of tracers look for other parts with the class loader of the thread. */
  static <T> T with(ClassLoader classes, Supplier<T> making) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(classes);
    try {
      return making.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
