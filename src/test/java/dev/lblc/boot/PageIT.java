package dev.lblc.boot;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.testing.Browser;
import dev.lblc.testing.Ports;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The page in a real browser, of a running gateway with a token: what a person sees and does. All tests share one gateway and one
 * tab. Skipped where there is no Chromium.
 *
 * <p>{@code -Dlblc.page.pictures=true} has pictures of the page written to {@code target/page}.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PageIT {
  private static final String TOKEN = "a-token-of-the-test";

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  static Path directory;

  private final HttpClient client = HttpClient.newHttpClient();
  private final Vertx upstreams = Vertx.vertx();
  private final BlockingQueue<HttpServerRequest> held = new LinkedBlockingQueue<>();
  private final AtomicBoolean isOpen = new AtomicBoolean();
  private Application application;
  private Browser browser;

  @BeforeAll
  void start() throws Exception {
    Path program = Browser.find();
    assumeTrue(program != null, "no Chromium: the tests of the page are skipped");
    int port = upstreams
        .createHttpServer()
        .requestHandler(request -> {
          if (request.path().startsWith("/held/") && !isOpen.get()) {
            held.add(request);
          } else {
            request.response().end("served");
          }
        })
        .listen(0, "127.0.0.1")
        .map(HttpServer::actualPort)
        .await(10, SECONDS);
    List<Integer> free = Ports.free(3);
    Files.writeString(file(), """
        {"listeners": [{"name": "web", "protocol": "http", "host": "127.0.0.1", "port": %1$d, "accessLog": false}],
         "routes": [
           {"listener": "web", "match": {"path": "/old/*"}, "redirect": {"scheme": "https", "status": 308}},
           {"listener": "web", "match": {"path": "/held/*"}, "service": "models", "destination": ["{path}"]},
           {"listener": "web", "match": {"host": "127.0.0.1"}, "service": "images", "destination": ["{header:x-key}", "{path}"]}],
         "services": {"images": {"strategy": "lblc", "health": {"active": {"interval": "100ms", "fall": 1}},
           "servers": [
             {"id": "cache-1", "host": "127.0.0.1", "port": %2$d},
             {"id": "cache-2", "host": "127.0.0.1", "port": %2$d, "weight": 50},
             {"id": "cache-3", "host": "127.0.0.1", "port": %3$d}]},
           "models": {"strategy": "lblc", "queue": {"length": 5, "timeout": "50s"},
             "servers": [{"id": "gpu-1", "host": "127.0.0.1", "port": %2$d, "max": 1}]}},
         "admin": {"host": "127.0.0.1", "port": %4$d, "token": "%5$s"}}
        """.formatted(free.get(0), port, free.get(1), free.get(2), TOKEN));
    application = application();
    browser = Browser.start(
        Objects.requireNonNull(program), Files.createDirectory(directory.resolve("profile")));
    browser.look(1280, 900, false);
    browser.open(application.admin() + "/");
    browser.await("document.querySelector('#token-dialog[open]')");
  }

  @AfterAll
  void stop() throws Exception {
    if (browser != null) {
      browser.close();
    }
    if (application != null) {
      application.close();
    }
    upstreams.close().await(10, SECONDS);
  }

  @BeforeEach
  void open() throws Exception {
    browser.evaluate("sessionStorage.setItem('lblc-token', '" + TOKEN + "')");
    browser.open(application.admin() + "/");
    browser.awaitText("#connection", "connected");
    browser.awaitText("#services", "cache-3");
    browser.complaints();
  }

  @AfterEach
  void pageHasNoFault() {
    assertThat(browser.complaints())
        .allMatch(each ->
            each.contains("\"source\":\"network\"") || each.contains("\"level\":\"verbose\""));
  }

  // --- what it shows ---

  @Test
  void serverThatIsDown_isNamed_withReasonAndAdvice() throws Exception {
    browser.awaitText("#attention", "cache-3 of images");
    assertThat(browser.text("#attention")).contains("broken", "down", "Look at the server itself");
    assertThat(browser.evaluate("document.title")).isEqualTo("✖ 1 vertx-lblc");
  }

  @Test
  void traffic_isShownAsItComes() throws Exception {
    request("/shown", "");
    browser.awaitText(".top", "/shown");
    browser.awaitText(".top", "cache-");
    browser.awaitText("#services", "strategy lblc");
    browser.awaitText("#services", "0 of 50"); // a snapshot may have the request in flight
  }

  @Test
  void requestsThatWait_areShown_andThatTheirServerIsFull() throws Exception {
    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (String path : List.of("/held/1", "/held/2")) {
      URI uri = URI.create(application.listeners().get("web") + path);
      answers.add(client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding()));
    }
    browser.awaitText("#services", "1 of 5 wait, the first for ");
    browser.awaitText("#services", "1 of 100, at most 1");
    browser.awaitText("#attention", "gpu-1 of models has as many requests at once as it may have");
    browser.awaitText("#attention", "Requests wait for the servers of models");
    isOpen.set(true);
    Objects.requireNonNull(held.poll(10, SECONDS)).response().end("served");
    for (CompletableFuture<?> answer : answers) {
      answer.get(10, SECONDS);
    }
    browser.awaitText("#services", "nobody waits, 5 may. Since the start 1 were served");
  }

  /** Destinations are chosen by clients, and this page is the administrator's. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<img src=x onerror=hacked=1>",
        "</td></table><script>hacked=1</script>",
        "\"><svg/onload=hacked=1>",
        "javascript:hacked=1",
        "{{hacked=1}}${hacked=1}`hacked=1`",
        "&lt;b&gt; &#x3c;",
        "..",
        "__proto__",
        "https://no.example/x", // which the page explains as a URL if somebody asks for it
      })
  void hostileDestination_isText(String hostile) throws Exception {
    request("/", hostile);
    browser.awaitText(".top", hostile);
    browser.evaluate(
        "[...document.querySelectorAll('.top button')].find(button => button.textContent === "
            + Browser.quoted(hostile) + ").click()");
    browser.awaitText("#answer", hostile);
    assertThat(browser.text("#answer")).contains("goes to its home");
    assertThat(browser.evaluate("typeof hacked")).isEqualTo("undefined");
    assertThat(
            browser.evaluate(
                "document.querySelectorAll('main img, main script, main b, main svg:not(.sparkline > svg)').length"))
        .isEqualTo(0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void page_onAPhone_isNotWiderThanThat(boolean isDark) throws Exception {
    request("/" + "a-long-path-without-any-break".repeat(5), "");
    browser.look(390, 844, isDark);
    try {
      browser.open(application.admin() + "/");
      browser.awaitText(".top", "a-long-path");
      assertThat((Integer) browser.evaluate("document.documentElement.scrollWidth"))
          .isLessThanOrEqualTo(390);
      picture("phone-" + (isDark ? "dark" : "light"));
    } finally {
      browser.look(1280, 900, isDark);
      picture("desk-" + (isDark ? "dark" : "light"));
      browser.look(1280, 900, false);
    }
  }

  // --- what it is asked ---

  @Test
  void destination_isExplainedInWords_byKeyboardAlone() throws Exception {
    browser.evaluate("document.activeElement.blur()");
    browser.press("Tab");
    assertThat(browser.evaluate("document.activeElement.id")).isEqualTo("question");
    browser.fill("#question", "/never-asked");
    browser.press("Enter");
    browser.awaitText("#answer", "/never-asked has no home; the least loaded server is cache-");
    assertThat(browser.text("#answer"))
        .contains("Nobody has asked for it lately")
        .containsPattern("cache-3 down");
    request("/never-asked", "");
    browser.press("Enter");
    browser.awaitText("#answer", "/never-asked goes to its home cache-");
  }

  @Test
  void url_isExplained_withItsRoute() throws Exception {
    String web = application.listeners().get("web");
    ask(web + "/cats?x=1");
    browser.awaitText(
        "#answer", "takes routes[2] of listener web to service images, destination /cats");
    assertThat(browser.evaluate("document.getElementById('of-service').disabled"))
        .isEqualTo(true);
    ask(web + "/old/a");
    browser.awaitText(
        "#answer", "takes routes[0] of listener web, and is redirected to https with 308");
    ask("http://other.example.com/cats");
    browser.awaitText(
        "#answer", "404: no route of listener web matches host other.example.com, path /cats");
    ask(web + "/%2e%2e/../x");
    browser.awaitText("#answer", "refused with 400");
    ask("http://[::1");
    browser.awaitText("#answer", "400");
  }

  // --- what it changes ---

  @Test
  void weight_isEdited_andTakenBack() throws Exception {
    browser.fill("[aria-label='Weight of cache-2']", "33");
    browser.press("Enter");
    browser.awaitText("#services", "0 of 33");
    assertThat(server("cache-2").getInteger("weight")).isEqualTo(33);
    browser.click("[aria-label='Take the edits of cache-2 back']");
    browser.awaitText("#services", "0 of 50");
    assertThat(server("cache-2").getInteger("weight")).isEqualTo(50);
  }

  @Test
  void weight_thatIsBeingTyped_outlastsSnapshots() throws Exception {
    browser.fill("[aria-label='Weight of cache-1']", "77");
    request("/while-typing", "");
    browser.awaitText(".top", "/while-typing");
    assertThat(browser.evaluate("document.activeElement.value")).isEqualTo("77");
    assertThat(server("cache-1").getInteger("weight")).isEqualTo(100);
  }

  @Test
  void server_isDrained_andUsedAgain() throws Exception {
    browser.click("[aria-label='Drain cache-1']");
    browser.awaitText("#attention", "cache-1 of images is being drained");
    browser.awaitText("#attention", "It can be stopped now");
    assertThat(server("cache-1").getString("state")).isEqualTo("draining");
    browser.click("[aria-label='Use cache-1 again']");
    browser.await("document.querySelector(\"[aria-label='Drain cache-1']\")");
    assertThat(server("cache-1").getString("state")).isEqualTo("up");
  }

  // --- when it is refused ---

  @Test
  void token_isAskedFor_untilItIsRight() throws Exception {
    browser.evaluate("sessionStorage.clear()");
    browser.open(application.admin() + "/");
    browser.await("document.querySelector('#token-dialog[open]')");
    assertThat(browser.text("#services")).isEmpty();
    browser.fill("#token", "another-token");
    browser.press("Enter");
    browser.await("document.querySelector('#token-dialog[open] #token-wrong:not([hidden])')");
    assertThat(browser.text("#token-wrong")).isEqualTo("That was not the token.");
    browser.fill("#token", TOKEN);
    browser.press("Enter");
    browser.awaitText("#services", "cache-1");
    browser.awaitText("#connection", "connected");
    assertThat(browser.evaluate("JSON.stringify(Object.keys(localStorage)) + document.cookie"))
        .isEqualTo("[]");
  }

  @Test
  void connection_lost_isSaid_andComesBack() throws Exception {
    application.close();
    browser.awaitText("#connection", "not connected");
    assertThat(browser.evaluate("document.title")).isEqualTo("not connected: vertx-lblc");
    assertThat(browser.text("#services")).as("what was known last").contains("cache-1");
    ask("/cats");
    browser.awaitText("#answer", "No answer: not connected");
    picture("lost");
    application = application();
    browser.await("document.getElementById('connection').textContent === 'connected'");
    browser.awaitText("#services", "cache-1");
  }

  private void ask(String question) throws Exception {
    browser.fill("#question", question);
    browser.click("#explain button");
  }

  private void request(String path, String key) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(application.listeners().get("web") + path));
    if (!key.isEmpty()) {
      request.header("X-Key", key);
    }
    assertThat(client.send(request.build(), BodyHandlers.ofString()).body()).isEqualTo("served");
  }

  private JsonObject server(String id) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(
            URI.create(application.admin() + "/api/v1/services/images/servers/" + id))
        .header("Authorization", "Bearer " + TOKEN)
        .build();
    return new JsonObject(client.send(request, BodyHandlers.ofString()).body());
  }

  private void picture(String name) throws Exception {
    if (Boolean.getBoolean("lblc.page.pictures")) {
      browser.picture(Path.of("target", "page", name + ".png"));
    }
  }

  private static Application application() throws Exception {
    return Application.start(GatewayFile.read(
        file(), PluginFolder.open(Files.createDirectories(directory.resolve("plugins")))));
  }

  private static Path file() {
    return directory.resolve("gateway.json");
  }
}
