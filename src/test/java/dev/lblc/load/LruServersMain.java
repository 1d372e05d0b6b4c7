package dev.lblc.load;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Servers with the model's slots, queue and cache, but real ones: {@code LruServersMain HOST SLOTS CACHED PORT...}. A request takes a
 * slot, or waits for one; then it takes 2 ms if its path is in the cache, else 40 ms, after which the path is there, in the place of
 * the one that was unused for longest. {@code /begin} begins to count, {@code /figures} tells hits, misses, by how many milliseconds
 * all of them together took longer than that, and, second by second, how many requests were there on average; {@code /health} is answered at once. Prints a line when all listen.
 */
public final class LruServersMain {
  private static final long HIT_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long MISS_NANOS = TimeUnit.MILLISECONDS.toNanos(40);
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** All servers' state is this one thread's. */
  private final ScheduledExecutorService thread;

  private final int slots;
  private final Map<String, Boolean> cache;
  private final Queue<HttpServerRequest> waiting = new ArrayDeque<>();
  private final List<Double> seconds = new ArrayList<>();
  private int busy;
  private int hits;
  private int misses;
  private long lateNanos;
  private long begun = System.nanoTime();
  private long since = begun;

  private LruServersMain(ScheduledExecutorService thread, int slots, int cached) {
    this.thread = thread;
    this.slots = slots;
    this.cache = new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
        return size() > cached;
      }
    };
  }

  /** Runs until it is killed. */
  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx();
    ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    List<Future<?>> starts = new ArrayList<>();
    for (String port : List.of(args).subList(3, args.length)) {
      LruServersMain server =
          new LruServersMain(thread, Integer.parseInt(args[1]), Integer.parseInt(args[2]));
      starts.add(vertx
          .createHttpServer(new HttpServerOptions().setHost(args[0]))
          .requestHandler(request -> thread.execute(() -> server.take(request)))
          .listen(Integer.parseInt(port)));
    }
    Future.all(starts)
        .onSuccess(all -> System.out.println("listening on " + List.of(args)))
        .onFailure(failure -> {
          System.out.println("failed: " + failure);
          vertx.close();
        });
  }

  private void take(HttpServerRequest request) {
    switch (request.path()) {
      case "/health" -> request.response().end();
      case "/begin" -> {
        hits = 0;
        misses = 0;
        lateNanos = 0;
        seconds.clear();
        begun = System.nanoTime();
        since = begun;
        request.response().end();
      }
      case "/figures" -> {
        account();
        request
            .response()
            .end(new JsonObject()
                .put("hits", hits)
                .put("misses", misses)
                .put("lateMillis", lateNanos / 1e6)
                .put("seconds", new JsonArray(new ArrayList<>(seconds)))
                .toBuffer());
      }
      default -> {
        account();
        if (busy < slots) {
          begin(request);
        } else {
          waiting.add(request);
        }
      }
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // what fails leaves a client without an answer
  private void begin(HttpServerRequest request) {
    busy++;
    boolean hit = cache.get(request.path()) != null;
    hits += hit ? 1 : 0;
    misses += hit ? 0 : 1;
    long nanos = hit ? HIT_NANOS : MISS_NANOS;
    long due = System.nanoTime() + nanos;
    thread.schedule(() -> end(request, hit, due), nanos, TimeUnit.NANOSECONDS);
  }

  private void end(HttpServerRequest request, boolean hit, long due) {
    account();
    lateNanos += System.nanoTime() - due;
    busy--;
    if (!hit) {
      cache.put(request.path(), true);
    }
    request.response().end(hit ? "hit" : "miss");
    HttpServerRequest next = waiting.poll();
    if (next != null) {
      begin(next);
    }
  }

  /** Adds how many were here until now to the seconds in which they were. */
  private void account() {
    long now = System.nanoTime();
    int here = busy + waiting.size();
    while (since < now) {
      int second = (int) ((since - begun) / SECOND_NANOS);
      long to = Math.min(now, begun + (second + 1) * SECOND_NANOS);
      while (seconds.size() <= second) {
        seconds.add(0.0);
      }
      seconds.set(second, seconds.get(second) + (double) here * (to - since) / SECOND_NANOS);
      since = to;
    }
  }
}
