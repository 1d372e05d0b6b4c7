package dev.lblc.gateway.log;

import dev.lblc.config.AccessLogConfig;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a line of the access log costs its event loop: putting it together, and putting it into the queue of a target. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class AccessLogBenchmark {
  /** A request of which all is known. */
  private static final AccessFacts FACTS = new AccessFacts() {
    @Override
    public boolean isConnection() {
      return false;
    }

    @Override
    public String client() {
      return "192.0.2.17";
    }

    @Override
    public String method() {
      return "GET";
    }

    @Override
    public String host() {
      return "images.example.com";
    }

    @Override
    public String target() {
      return "/cats/2026/11/siamese-in-a-box.jpg?size=large";
    }

    @Override
    public String protocol() {
      return "HTTP/1.1";
    }

    @Override
    public int status() {
      return 200;
    }

    @Override
    public long bytesIn() {
      return 0;
    }

    @Override
    public long bytesOut() {
      return 48_213;
    }

    @Override
    public long nanos() {
      return 3_141_592;
    }

    @Override
    public long headNanos() {
      return 2_718_281;
    }

    @Override
    public long connectNanos() {
      return 1_414;
    }

    @Override
    public String service() {
      return "images";
    }

    @Override
    public String server() {
      return "cache-3";
    }

    @Override
    public String decision() {
      return "hit";
    }

    @Override
    public String end() {
      return "answered";
    }

    @Override
    public String error() {
      return null;
    }

    @Override
    public String userAgent() {
      return "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    }

    @Override
    public String requestId() {
      return "0af7651916cd43dd8448eb211c80319c";
    }
  };

  @Param({"TEXT", "JSON", "COMMON"})
  AccessLogConfig.Format format;

  private LineQueue queue;
  private AccessLog formatted;
  private AccessLog queued;

  @Setup
  public void open() {
    queue = new LineQueue(new StreamTarget("nowhere", OutputStream.nullOutputStream()));
    formatted =
        new AccessLog("web", format, (octets, length, writer) -> {}, System::currentTimeMillis);
    queued = new AccessLog("web", format, queue, System::currentTimeMillis);
  }

  @TearDown
  public void close() {
    queue.close(Duration.ofSeconds(1));
  }

  /** The line alone. */
  @Benchmark
  public void format() {
    formatted.write(FACTS);
  }

  /** The line, and its way into the queue; its thread writes it to nowhere. What is dropped costs less. */
  @Benchmark
  public void formatAndQueue() {
    queued.write(FACTS);
  }
}
