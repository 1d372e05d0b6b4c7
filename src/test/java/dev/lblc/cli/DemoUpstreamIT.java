package dev.lblc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class DemoUpstreamIT {
  @Test
  void answers_tellWhetherThePathWasSeen() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Vertx vertx = Vertx.vertx();
    try {
      vertx
          .deployVerticle(new DemoUpstream("one", "127.0.0.1", port))
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
      assertThat(get(port, "/a?x")).isEqualTo("one fetched /a\n");
      assertThat(get(port, "/a")).isEqualTo("one cached /a\n");
      assertThat(get(port, "/health")).isEqualTo("ok\n");
      for (int i = 0; i < 10_000; i++) {
        get(port, "/other/" + i);
      }
      assertThat(get(port, "/a")).isEqualTo("one fetched /a\n");
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static String get(int port, String target) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port + target);
    return CLIENT
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body();
  }
}
