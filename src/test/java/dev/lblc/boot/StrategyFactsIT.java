package dev.lblc.boot;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.plugin.BrokenPluginException;
import dev.lblc.testing.PluginJar;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A strategy of a plugin sees what it asks for of requests. */
final class StrategyFactsIT {
  private static final Pattern TIERS =
      Pattern.compile("```java\n(package com\\.example;[^`]*class Tiers.*?)```", Pattern.DOTALL);

  @TempDir
  @SuppressWarnings("NullAway.Init") // set before each test
  private Path folder;

  private final Vertx vertx = Vertx.vertx();

  /** With a queue, and without one. */
  @Test
  void exampleOfThePage_seesHeadersAndFieldsOfBodies() throws Exception {
    Matcher page = TIERS.matcher(Files.readString(Path.of("plugins", "README.md")));
    assertThat(page.find()).isTrue();
    jar("Tiers", page.group(1));
    Application gateway;
    try (PluginFolder opened = PluginFolder.open(folder)) {
      gateway = Application.start(
          GatewayFile.read(file("tiers", server("gold"), server("lead")), opened));
    }
    try {
      URI at = URI.create(
          Objects.requireNonNull(gateway.listeners().get("web")).replace("0.0.0.0", "127.0.0.1"));
      for (String path : new String[] {"/q/", "/s/"}) {
        URI to = at.resolve(path);
        assertThat(ask(to, "{\"tier\": \"gold\"}")).isEqualTo("gold: {\"tier\": \"gold\"}");
        assertThat(ask(to, "{\"tier\": \"lead\"}")).startsWith("lead");
        assertThat(ask(to, "{\"tier\": \"lead\"}", "X-Tier", "gold")).startsWith("gold");
        assertThat(ask(to, "", "X-Tier", "gold")).startsWith("gold");
        assertThat(ask(to, "{\"tier\": \"gold\"", "X-Tier", "none")).startsWith("lead");
      }
    } finally {
      gateway.close();
      vertx.close().await(10, SECONDS);
    }
  }

  @Test
  void fieldThatIsNone_isRefusedByTheNameOfTheStrategy() throws Exception {
    jar("Bad", """
        package com.example;
        public class Bad implements dev.lblc.plugin.StrategyProvider {
          public String name() { return "bad"; }
          public java.util.List<String> facts(Object options) { return java.util.List.of("{haeder:x}"); }
          public dev.lblc.scheduler.Strategy create(dev.lblc.scheduler.Strategy.Context context) {
            return new dev.lblc.scheduler.WeightedLeastConnection(context);
          }
        }
        """);
    Path file = file("bad", 1, 2);
    try (PluginFolder opened = PluginFolder.open(folder)) {
      assertThatThrownBy(() -> GatewayFile.read(file, opened))
          .isInstanceOf(BrokenPluginException.class)
          .hasMessageContaining("strategy bad cannot name the facts that it wants")
          .hasMessageContaining("\"{haeder:x}\" (expected: {host}, ");
    }
    vertx.close().await(10, SECONDS);
  }

  private static String ask(URI at, String body, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(at).POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient()
        .send(request.build(), BodyHandlers.ofString())
        .body();
  }

  /** A server that says its name and what it got; returns its port. */
  private int server(String name) throws Exception {
    return vertx
        .createHttpServer()
        .requestHandler(
            request -> request.body().onSuccess(body -> request.response().end(name + ": " + body)))
        .listen(0, "127.0.0.1")
        .await(10, SECONDS)
        .actualPort();
  }

  /** A file with single quotes for double ones. */
  private Path file(String strategy, int gold, int lead) throws IOException {
    String service = """
        {'strategy': '%s', %s 'servers': [{'id': 'gold', 'host': '127.0.0.1', 'port': %d},
          {'id': 'lead', 'host': '127.0.0.1', 'port': %d}]}""";
    String text = """
        {'listeners': [{'name': 'web', 'protocol': 'http', 'host': '127.0.0.1', 'port': 0}],
         'routes': [{'listener': 'web', 'service': 'queued', 'match': {'path': '/q/*'}},
                    {'listener': 'web', 'service': 'plain', 'destination': ['{path}']}],
         'services': {'queued': %s, 'plain': %s}}
        """.formatted(
            service.formatted(strategy, "'queue': {'length': 9},", gold, lead),
            service.formatted(strategy, "", gold, lead));
    return Files.writeString(folder.resolve("gateway.txt"), text.replace('\'', '"'));
  }

  private void jar(String name, String source) throws IOException {
    PluginJar.build(
        folder.resolve(name + ".jar"),
        folder.resolve(name),
        "acme." + name,
        "acme." + name,
        source.replace("package com.example;", "package acme;"));
  }
}
