package dev.lblc.load;

import dev.lblc.simulation.Workload;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** Sends the requests of a workload when they are due, whether the ones before have been answered or not. */
final class RecordedLoad implements AutoCloseable {

  /** To each node: after a stall all that is due then would open one each, and the machine would do nothing else. */
  private static final int CONNECTIONS = 100;

  private static final int KEPT_SECONDS = 3;
  private static final long PATIENCE_MILLIS = 20_000;

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final HttpClient client;
  private final List<InetSocketAddress> nodes;

  /**
   * What became of them.
   *
   * @param outcomes how often each status, or failure, by the seconds in which they were due
   * @param latest how late the one was that was sent latest
   */
  record Seen(Map<Integer, Map<String, LongAdder>> outcomes, Duration latest) {
    /** Returns how often each status or failure was from one second, inclusive, to another, exclusive. */
    Map<String, Long> outcomes(int from, int to) {
      Map<String, Long> sums = new TreeMap<>();
      for (int second = from; second < to; second++) {
        outcomes
            .getOrDefault(second, Map.of())
            .forEach((outcome, count) -> sums.merge(outcome, count.sum(), Long::sum));
      }
      return sums;
    }
  }

  /** To nodes, by the workload's numbers. */
  RecordedLoad(List<InetSocketAddress> nodes) {
    this.nodes = nodes;
    this.client = vertx.createHttpClient(
        new HttpClientOptions().setKeepAliveTimeout(KEPT_SECONDS), // before a gateway ends them
        new PoolOptions().setHttp1MaxSize(CONNECTIONS));
  }

  /**
   * Sends all; returns when all are answered.
   *
   * @param requests their destinations are paths
   * @param inTheMidst run one after another on a thread of their own when their seconds have come, by seconds
   */
  Seen run(Workload requests, Map<Integer, Runnable> inTheMidst) throws Exception {
    Map<Integer, Map<String, LongAdder>> outcomes = new ConcurrentHashMap<>();
    Map<Integer, Runnable> acts = new TreeMap<>(inTheMidst);
    CompletableFuture<Void> acted = CompletableFuture.completedFuture(null);
    Phaser open = new Phaser(1);
    long start = System.nanoTime();
    long latest = 0;
    while (requests.advance()) {
      int second = (int) requests.time();
      long due = start + (long) (requests.time() * TimeUnit.SECONDS.toNanos(1));
      while (System.nanoTime() - due < 0) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      Runnable act = acts.remove(second);
      if (act != null) {
        acted = acted.thenRunAsync(act);
      }
      latest = Math.max(latest, System.nanoTime() - due);
      InetSocketAddress node = nodes.get(requests.node());
      String path = requests.destination(requests.key());
      open.register();
      context.runOnContext(v -> client
          .request(HttpMethod.GET, node.getPort(), node.getHostString(), path)
          .compose(HttpClientRequest::send)
          .compose(RecordedLoad::status)
          .otherwise(Throwable::toString)
          .onSuccess(outcome -> {
            outcomes
                .computeIfAbsent(second, any -> new ConcurrentHashMap<>())
                .computeIfAbsent(outcome, any -> new LongAdder())
                .increment();
            open.arriveAndDeregister();
          }));
    }
    try {
      open.awaitAdvanceInterruptibly(open.arrive(), PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(open.getUnarrivedParties() + " without an answer; " + outcomes, e);
    }
    acted.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    return new Seen(outcomes, Duration.ofNanos(latest));
  }

  private static Future<String> status(HttpClientResponse response) {
    return response.body().map(body -> String.valueOf(response.statusCode()));
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
