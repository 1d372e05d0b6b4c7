package dev.lblc.gateway.log;

import dev.lblc.config.AccessLogConfig;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.function.LongSupplier;

/**
 * The access log of one listener. The line of an exchange is put together on its event loop, in octets that the loop uses again for
 * the next line, and handed to a {@link LineSink}: nothing here waits, and nothing is left for the collector of garbage. May be used
 * from any thread.
 */
public final class AccessLog {
  private static final FastThreadLocal<LineBuffer> LINES = new FastThreadLocal<>() {
    @Override
    protected LineBuffer initialValue() {
      return new LineBuffer();
    }
  };

  private final String listener;
  private final LineFormat format;
  private final LineSink sink;
  private final LongSupplier epochMillis;

  AccessLog(
      String listener, AccessLogConfig.Format format, LineSink sink, LongSupplier epochMillis) {
    this.listener = listener;
    this.format = LineFormat.of(format);
    this.sink = sink;
    this.epochMillis = epochMillis;
  }

  /** Logs an exchange or a connection that ends now. */
  public void write(AccessFacts facts) {
    LineBuffer line = LINES.get();
    line.clear();
    format.write(listener, epochMillis.getAsLong(), facts, line);
    line.add('\n');
    sink.take(line.octets(), line.length(), line.number());
  }

  LineSink sink() {
    return sink;
  }
}
