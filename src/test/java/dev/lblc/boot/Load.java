package dev.lblc.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Eventually;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Two clients that ask again and again from the beginning to the end: one on one connection, one on a new one each time. */
final class Load implements AutoCloseable {
  private static final int CLIENTS = 2;

  private final String url;
  private final AtomicInteger answers = new AtomicInteger();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
  private final List<CompletableFuture<Void>> clients = new ArrayList<>();
  private volatile boolean isOver;

  Load(String url) {
    this.url = url;
    for (int i = 0; i < CLIENTS; i++) {
      boolean keeps = i % 2 == 0;
      clients.add(CompletableFuture.runAsync(() -> run(keeps), threads));
    }
  }

  /** Waits until so many more requests were answered. */
  void answers(int more) throws Exception {
    int wanted = answers.get() + more;
    Eventually.holds("answers", () -> answers.get() >= wanted || !failures.isEmpty());
  }

  /** Ends the load; fails if any request was not answered with 200. */
  @Override
  public void close() {
    isOver = true;
    clients.forEach(CompletableFuture::join);
    threads.shutdown();
    assertThat(failures).isEmpty();
    assertThat(answers.get()).isPositive();
  }

  private void run(boolean keeps) {
    try {
      while (!isOver) {
        try (Connection connection = new Connection(url)) {
          do {
            ask(connection);
          } while (keeps && !isOver);
        }
      }
    } catch (IOException e) {
      failures.add(e.toString());
    }
  }

  private void ask(Connection connection) throws IOException {
    String answer = connection.get("/" + answers.get() % 7);
    if (answer.startsWith("HTTP/1.1 200 ")) {
      answers.incrementAndGet();
    } else {
      failures.add(answer);
    }
  }
}
