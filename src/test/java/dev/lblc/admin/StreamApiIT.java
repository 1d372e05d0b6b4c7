package dev.lblc.admin;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.AdminConfig;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.LblcVerticle;
import dev.lblc.testing.Eventually;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the page is made of, without a browser: its files, and the snapshots. */
class StreamApiIT {
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private LblcService images;
  private AdminServer admin;

  @BeforeEach
  void deploy() throws Exception {
    String config = """
        {"services": {"images": {"strategy": "lblc", "servers": [
          {"id": "cache-1", "host": "127.0.0.1", "port": 9001},
          {"id": "cache-2", "host": "127.0.0.1", "port": 9002}]}}}
        """;
    vertx
        .deployVerticle(
            new LblcVerticle(), new DeploymentOptions().setConfig(new JsonObject(config)))
        .await(10, SECONDS);
    images = Lblc.of(vertx).service("images");
    start(null);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  /** Its files are the same for everybody; all that it shows it asks for with the token. */
  @Test
  void page_isServedWithoutToken_andBringsNothingFromElsewhere() throws Exception {
    start("secret");
    HttpResponse<String> page = get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
        .startsWith("default-src 'self'; ");
    List<String> files = new ArrayList<>(List.of(page.body()));
    for (int i = 0; i < files.size(); i++) { // those that are named by one that is named
      Matcher named = Pattern.compile("(?:/page/|\"\\./)([a-z]+\\.[a-z]+)").matcher(files.get(i));
      while (named.find()) {
        HttpResponse<String> file = get("/page/" + named.group(1));
        assertThat(file.statusCode()).as(named.group(1)).isEqualTo(200);
        if (!files.contains(file.body())) {
          files.add(file.body());
        }
      }
    }
    assertThat(files).hasSize(15);
    assertThat(files.stream().mapToInt(String::length).sum()).isLessThan(100_000);
    assertThat(files)
        .noneMatch(
            file -> file.replace("http://www.w3.org/2000/svg", "")
                .matches(
                    "(?s).*(innerHTML|outerHTML|insertAdjacent|document\\.write|eval\\(|style=|<script>|https?://(?!gateway)[a-z]).*"));
    assertThat(get("/page/none.js").statusCode()).isEqualTo(404);
    assertThat(get("/page/..%2fpage.css").statusCode()).isEqualTo(404);
  }

  @Test
  void stream_sendsASnapshotASecond_toAllWhoRead_andEndsWithThePort() throws Exception {
    images.acquire("example.com/<a>").close();
    List<SnapshotReader> readers = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        readers.add(new SnapshotReader(port(), ""));
      }
      for (SnapshotReader reader : readers) {
        JsonObject first = reader.next();
        JsonObject service = first.getJsonArray("services").getJsonObject(0);
        assertThat(service.getString("service")).isEqualTo("images");
        assertThat(service.getJsonArray("servers")).hasSize(2);
        JsonObject top = service.getJsonArray("topDestinations").getJsonObject(0);
        assertThat(top.getString("destination")).isEqualTo("example.com/<a>");
        assertThat(top.getJsonArray("homes")).hasSize(1);
        assertThat(first.getJsonObject("cluster").getBoolean("enabled")).isFalse();
        reader.next();
      }
      admin.close().await(10, SECONDS);
      for (SnapshotReader reader : readers) {
        reader.assertEnds();
      }
    } finally {
      for (SnapshotReader reader : readers) {
        reader.close();
      }
    }
  }

  /** A reader that does not read may cost what it was sent, and no more. */
  @Test
  void stream_ofAReaderThatDoesNotRead_holdsNobodyUp() throws Exception {
    try (SnapshotReader silent = new SnapshotReader(port(), "");
        SnapshotReader reading = new SnapshotReader(port(), "")) {
      for (int i = 0; i < 3; i++) {
        reading.next();
      }
      silent.next();
    }
  }

  @Test
  void stream_withAnotherToken_endsAndIsAskedForAgain() throws Exception {
    start("secret");
    try (SnapshotReader reader = new SnapshotReader(port(), "Authorization: Bearer secret\r\n")) {
      reader.next();
      admin.update(new AdminConfig("127.0.0.1", port(), "other"));
      reader.assertEnds();
    }
    assertThat(get("/api/v1/stream").statusCode()).isEqualTo(401);
  }

  @Test
  void stream_thatTooManyRead_isRefused() throws Exception {
    List<SnapshotReader> readers = new ArrayList<>();
    try {
      for (int i = 0; i < StreamApi.MOST_READERS; i++) {
        readers.add(new SnapshotReader(port(), ""));
      }
      readers.get(StreamApi.MOST_READERS - 1).next();
      assertThat(get("/api/v1/stream").statusCode()).isEqualTo(503);
    } finally {
      for (SnapshotReader reader : readers) {
        reader.close();
      }
    }
    Eventually.holds("those that have left make room", Duration.ofSeconds(10), () -> {
      try (SnapshotReader reader = new SnapshotReader(port(), "")) {
        return reader.isTaken();
      }
    });
  }

  private void start(@Nullable String token) throws Exception {
    admin = AdminServer.start(
            vertx,
            new AdminConfig("127.0.0.1", 0, token),
            Lblc.of(vertx),
            new Metrics(),
            () -> true,
            null)
        .await(10, SECONDS);
  }

  private int port() {
    return admin.port();
  }

  private HttpResponse<String> get(String target) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + target))
        .build();
    return client.send(request, BodyHandlers.ofString());
  }
}
