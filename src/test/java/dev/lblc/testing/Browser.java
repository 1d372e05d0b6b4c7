package dev.lblc.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real browser with one tab, without a window: Chromium, driven by its DevTools protocol.
 *
 * <p>Used by one thread. Each wait ends after 20 s, with what the page shows then.
 */
public final class Browser implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  private static final Pattern LISTENING = Pattern.compile("DevTools listening on ws://([^/]+)/");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger last = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonObject>> open = new ConcurrentHashMap<>();
  private final Queue<String> complaints = new ConcurrentLinkedQueue<>();

  private Browser(Process process, HttpClient client, URI tab) {
    this.process = process;
    this.socket = client.newWebSocketBuilder().buildAsync(tab, new Messages()).join();
  }

  /** Returns the browser of this machine; null: there is none. */
  public static @Nullable Path find() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  /**
   * Starts a browser.
   *
   * @param profile an empty directory
   */
  public static Browser start(Path program, Path profile) throws Exception {
    Process process = new ProcessBuilder(
            program.toString(),
            "--headless=new",
            "--no-sandbox", // tests may run as root
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-extensions",
            "--hide-scrollbars",
            "--no-first-run",
            "--remote-debugging-port=0",
            "--user-data-dir=" + profile,
            "about:blank")
        .redirectErrorStream(true)
        .start();
    HttpClient client = HttpClient.newHttpClient();
    try {
      HttpRequest newTab = HttpRequest.newBuilder(
              URI.create("http://" + address(process) + "/json/new?about:blank"))
          .PUT(BodyPublishers.noBody())
          .build();
      String tab = client.send(newTab, BodyHandlers.ofString()).body();
      Browser browser = new Browser(
          process, client, URI.create(new JsonObject(tab).getString("webSocketDebuggerUrl")));
      for (String domain : List.of("Page", "Runtime", "Log")) {
        browser.command(domain + ".enable");
      }
      return browser;
    } catch (Exception e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Returns where it listens, as it says itself; reads on behind that, so that it never waits for its output. */
  private static String address(Process process) throws IOException {
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Matcher matcher = LISTENING.matcher(line);
      if (matcher.find()) {
        Thread reader = new Thread(() -> output.lines().forEach(ignored -> {}), "browser-output");
        reader.setDaemon(true);
        reader.start();
        return matcher.group(1);
      }
      said.append(line).append('\n');
    }
    throw new IOException("the browser has ended: " + said);
  }

  /** Sets the size of the window, in CSS pixels, and whether it is dark. */
  public void look(int width, int height, boolean isDark) {
    command(
        "Emulation.setDeviceMetricsOverride",
        "width",
        width,
        "height",
        height,
        "deviceScaleFactor",
        1,
        "mobile",
        width < 600);
    command(
        "Emulation.setEmulatedMedia",
        "features",
        new JsonArray()
            .add(new JsonObject()
                .put("name", "prefers-color-scheme")
                .put("value", isDark ? "dark" : "light")));
  }

  /** Opens a page. */
  public void open(String url) {
    command("Page.navigate", "url", url);
  }

  /** Returns the value of an expression of JavaScript; of a promise, what it completes with. */
  public @Nullable Object evaluate(String expression) {
    JsonObject answer = command(
        "Runtime.evaluate", "expression", expression, "awaitPromise", true, "returnByValue", true);
    assertThat(answer.getJsonObject("exceptionDetails")).as(expression).isNull();
    return answer.getJsonObject("result").getValue("value");
  }

  /** Waits until an expression is true. */
  public void await(String expression) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!Boolean.TRUE.equals(evaluate("Boolean(" + expression + ")"))) {
      assertThat(System.nanoTime() - end)
          .as(() ->
              "not within " + PATIENCE + ": " + expression + "; the page says: " + text("body"))
          .isNegative();
      evaluate("new Promise(done => setTimeout(done, 20))");
    }
  }

  /** Waits until the text of an element has a part. */
  public void awaitText(String selector, String part) throws Exception {
    await("(document.querySelector(" + quoted(selector) + ")?.innerText ?? '').includes("
        + quoted(part) + ")");
  }

  /** Returns the text of an element as it is seen. */
  public String text(String selector) {
    return String.valueOf(evaluate("document.querySelector(" + quoted(selector) + ")?.innerText"));
  }

  /** Clicks on the middle of an element, as a mouse does, whatever is there. */
  public void click(String selector) throws Exception {
    await("document.querySelector(" + quoted(selector) + ")");
    JsonObject at = new JsonObject(
        String.valueOf(
            evaluate(
                "(() => { const element = document.querySelector("
                    + quoted(selector) + "); element.scrollIntoView({block: 'center'});"
                    + "const box = element.getBoundingClientRect();"
                    + "return JSON.stringify({x: box.x + box.width / 2, y: box.y + box.height / 2}); })()")));
    for (String type : List.of("mousePressed", "mouseReleased")) {
      command(
          "Input.dispatchMouseEvent",
          "type",
          type,
          "x",
          at.getDouble("x"),
          "y",
          at.getDouble("y"),
          "button",
          "left",
          "clickCount",
          1);
    }
  }

  /** Replaces what is in a field. */
  public void fill(String selector, String text) throws Exception {
    click(selector);
    evaluate("document.querySelector(" + quoted(selector) + ").select()");
    command("Input.insertText", "text", text);
  }

  /** Presses a key, such as {@code Enter} or {@code Tab}. */
  public void press(String key) {
    int code = key.equals("Enter") ? 13 : key.equals("Tab") ? 9 : 0;
    for (String type : List.of("keyDown", "keyUp")) {
      JsonObject event = new JsonObject()
          .put("type", type)
          .put("key", key)
          .put("code", key)
          .put("windowsVirtualKeyCode", code);
      if (key.equals("Enter")) {
        event.put("text", "\r");
      }
      send("Input.dispatchKeyEvent", event);
    }
  }

  /** Writes a picture of the whole page. */
  public void picture(Path file) throws IOException {
    JsonObject picture = command("Page.captureScreenshot", "captureBeyondViewport", true);
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(picture.getString("data")));
  }

  /** Returns what the page has complained of since the last call: errors, refused content, failed requests. */
  public List<String> complaints() {
    List<String> all = List.copyOf(complaints);
    complaints.removeAll(all);
    return all;
  }

  @Override
  public void close() {
    socket.abort();
    process.destroy();
    // Its profile can be removed once it has ended.
    process
        .onExit()
        .completeOnTimeout(process, 5, TimeUnit.SECONDS)
        .thenCompose(ended -> ended.destroyForcibly().onExit())
        .join();
  }

  /** Returns a text as a literal of JavaScript. */
  public static String quoted(String text) {
    return new JsonArray(Arrays.asList(text)).encode() + "[0]";
  }

  private JsonObject command(String method, Object... parameters) {
    JsonObject named = new JsonObject();
    for (int i = 0; i < parameters.length; i += 2) {
      named.put((String) parameters[i], parameters[i + 1]);
    }
    return send(method, named);
  }

  private JsonObject send(String method, JsonObject parameters) {
    int id = last.incrementAndGet();
    CompletableFuture<JsonObject> answer = new CompletableFuture<>();
    open.put(id, answer);
    socket
        .sendText(
            new JsonObject()
                .put("id", id)
                .put("method", method)
                .put("params", parameters)
                .encode(),
            true)
        .join();
    JsonObject message =
        answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    assertThat(message.getJsonObject("error")).as(method).isNull();
    return message.getJsonObject("result");
  }

  /** What the browser sends: answers to commands, and events. */
  private final class Messages implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isLast) {
      text.append(data);
      if (isLast) {
        JsonObject message = new JsonObject(text.toString());
        text.setLength(0);
        Integer id = message.getInteger("id");
        CompletableFuture<JsonObject> answer = id == null ? null : open.remove(id);
        if (answer != null) {
          answer.complete(message);
        } else if (message
            .getString("method", "")
            .matches("Log.entryAdded|Runtime.exceptionThrown")) {
          complaints.add(message.getJsonObject("params").encode());
        }
      }
      from.request(1);
      return null;
    }
  }
}
