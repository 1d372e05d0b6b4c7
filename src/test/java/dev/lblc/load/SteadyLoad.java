package dev.lblc.load;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Clients that ask at a steady rate until they are told to stop, half of them on a connection that they keep, half on a
 * new one each time. A client that is refused a connection goes to the next node; that is no failure.
 */
final class SteadyLoad {
  /** An answer. */
  static final String OK = "200";

  /** The node had ended a kept connection, or ended it instead of an answer: RFC 9112, 9.3.1 lets a client repeat. */
  static final String REOPENED = "reopened";

  private static final int PATIENCE_MILLIS = 5_000;

  private final List<Client> clients = new ArrayList<>();
  private volatile boolean running = true;

  /**
   * One request.
   *
   * @param node it was sent to
   * @param startNanos before it was sent, or the connection opened
   * @param endNanos when its answer, or failure, was there
   * @param outcome {@link #OK}, {@link #REOPENED}, or what went wrong
   */
  record Sample(GatewayNode node, long startNanos, long endNanos, String outcome) {
    boolean isFailure() {
      return !outcome.equals(OK) && !outcome.equals(REOPENED);
    }
  }

  private SteadyLoad() {}

  /**
   * Starts.
   *
   * @param nodes of each client, the one it goes to first at the head
   * @param perSecond of all clients together
   */
  static SteadyLoad start(List<List<GatewayNode>> nodes, int perSecond, long seed) {
    SteadyLoad load = new SteadyLoad();
    long every = TimeUnit.SECONDS.toNanos(nodes.size()) / perSecond;
    for (int i = 0; i < nodes.size(); i++) {
      load.clients.add(load.new Client(nodes.get(i), i % 2 == 0, every, new Random(seed + i)));
    }
    load.clients.forEach(Thread::start);
    return load;
  }

  /** Every client begins at another node, and knows all. */
  static List<List<GatewayNode>> spread(int clients, List<GatewayNode> nodes) {
    List<List<GatewayNode>> all = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      List<GatewayNode> turned = new ArrayList<>(nodes);
      Collections.rotate(turned, -i);
      all.add(turned);
    }
    return all;
  }

  /** Ends; all that was asked, in no order. */
  List<Sample> stop() throws InterruptedException {
    running = false;
    List<Sample> samples = new ArrayList<>();
    for (Client client : clients) {
      client.join();
      samples.addAll(client.samples);
    }
    return samples;
  }

  /** Time to answer that 99 of 100 requests begun within a span kept, in milliseconds. */
  static double p99Millis(List<Sample> samples, long fromNanos, long toNanos) {
    long[] took = samples.stream()
        .filter(s -> s.startNanos - fromNanos >= 0 && s.startNanos - toNanos < 0)
        .mapToLong(s -> s.endNanos - s.startNanos)
        .sorted()
        .toArray();
    return took[(int) (took.length * 0.99)] / 1e6;
  }

  static Map<String, Long> outcomes(List<Sample> samples) {
    Map<String, Long> outcomes = new TreeMap<>();
    samples.forEach(sample -> outcomes.merge(sample.outcome, 1L, Long::sum));
    return outcomes;
  }

  private final class Client extends Thread {
    private static final int PATHS = 500;

    private final List<GatewayNode> nodes;
    private final boolean keeps;
    private final long every;
    private final Random random;
    private final List<Sample> samples = new ArrayList<>();
    private int at;
    private @Nullable HttpSocket kept;

    Client(List<GatewayNode> nodes, boolean keeps, long every, Random random) {
      this.nodes = nodes;
      this.keeps = keeps;
      this.every = every;
      this.random = random;
    }

    @Override
    public void run() {
      long next = System.nanoTime() + (long) (random.nextDouble() * every);
      while (running) {
        LockSupport.parkNanos(next - System.nanoTime());
        if (System.nanoTime() - next >= 0) {
          next = Math.max(next + every, System.nanoTime() - every); // late: not all at once
          ask();
        }
      }
      close();
    }

    private void ask() {
      long start = System.nanoTime();
      GatewayNode node = nodes.get(at);
      boolean reused = kept != null;
      try {
        HttpSocket socket = kept == null ? connect() : kept;
        node = nodes.get(at);
        kept = socket;
        HttpSocket.Answer answer = socket.get("/small/load" + random.nextInt(PATHS));
        if (!keeps || answer.endsConnection()) {
          close();
        }
        done(node, start, String.valueOf(answer.status()));
      } catch (SocketTimeoutException e) {
        String outcome = kept == null ? "not connected in time" : late(kept, start, reused);
        close();
        done(node, start, outcome);
      } catch (IOException e) {
        close();
        done(node, start, reused && isEnd(e) ? REOPENED : e.toString());
      }
    }

    /** Says where a connection is on which no answer has come in time, and waits once more: the answer may be late, or never come. */
    private String late(HttpSocket socket, long start, boolean reused) {
      long waited = millisSince(start);
      CompletableFuture<String> where =
          CompletableFuture.supplyAsync(() -> Whereabouts.of(socket.port()));
      String then;
      try {
        then = socket.answer().status() + " after " + millisSince(start) + " ms";
      } catch (IOException e) {
        then = e + " after " + millisSince(start) + " ms";
      }
      System.out.printf(
          "SteadyLoad: no answer on port %d, %s, %d ms after the request of %s; then %s%s%n",
          socket.port(),
          reused ? "used before" : "new",
          waited,
          Instant.now().minusMillis(millisSince(start)),
          then,
          where.join());
      return "no answer in time, then " + then;
    }

    private static long millisSince(long start) {
      return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    /** To the node it is at, or the next one that does not refuse. */
    private HttpSocket connect() throws IOException {
      for (int refused = 0; true; refused++) {
        try {
          return new HttpSocket(nodes.get(at).web(), PATIENCE_MILLIS);
        } catch (ConnectException e) {
          if (refused == nodes.size()) {
            throw e;
          }
          at = (at + 1) % nodes.size();
        }
      }
    }

    private static boolean isEnd(IOException e) {
      String message = String.valueOf(e.getMessage());
      return message.equals("no answer")
          || message.contains("reset")
          || message.contains("Broken pipe");
    }

    private void done(GatewayNode node, long start, String outcome) {
      samples.add(new Sample(node, start, System.nanoTime(), outcome));
    }

    private void close() {
      try {
        if (kept != null) {
          kept.close();
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      kept = null;
    }
  }
}
