package dev.lblc.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.config.ConfigException;
import dev.lblc.plugin.BrokenPluginException;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Lease;
import dev.lblc.plugin.ServicesVerticle;
import dev.lblc.testing.PluginJar;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A strategy of a jar has options of its own: they are checked with the file, and reach the strategy. */
final class StrategyOptionsTest {
  private static final Pattern CANARY =
      Pattern.compile("```java\n(package com\\.example;.*?)```", Pattern.DOTALL);

  @TempDir
  @SuppressWarnings("NullAway.Init") // set before each test
  private Path folder;

  @Test
  void options_withFaults_areReportedWithTheirPaths() throws Exception {
    rendezvous();
    String file = file("rendezvous", "{'expiration': 'soon', 'loadLimit': 1001, 'loadlimits': 2}");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(ConfigException.class)
        .hasMessage(String.join(
            "\n",
            file
                + ": $.services.s.options.expiration: \"soon\" (expected: a duration such as"
                + " 250ms, 5s, 6m or 24h, from 0ms to 8760h)",
            file + ": $.services.s.options.loadLimit: 1001 (expected: a whole number, 0 to 1000)",
            file + ": $.services.s.options.loadlimits: unknown key (expected: one of expiration,"
                + " maxEntries, hardLimit, ties, checkInterval, entryCounter, whenFull,"
                + " loadLimit; did you mean loadLimit?)"));
  }

  @Test
  void strategy_misspelt_hasItsCommonOptionsCheckedAlone() throws Exception {
    rendezvous();
    String file = file("rendezvouz", "{'loadLimit': 'x', 'ties': 'none'}");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(ConfigException.class)
        .hasMessage(String.join(
            "\n",
            file
                + ": $.services.s.strategy: \"rendezvouz\" (expected: one of lblc, lblc-adaptive,"
                + " lblcr, rendezvous, wlc; "
                + folder
                + " has 1 jar)",
            file + ": $.services.s.options.ties: \"none\" (expected: one of spread, kernel)"));
  }

  @Test
  void builtInStrategy_withAKeyOfAnothers_isRefused() throws Exception {
    rendezvous();
    String file = file("lblc", "{'loadLimit': 100}");
    assertThatThrownBy(() -> read(file))
        .hasMessage(file + ": $.services.s.options.loadLimit: unknown key (expected: one of"
            + " expiration, maxEntries, hardLimit, ties, checkInterval, entryCounter, whenFull)");
  }

  @Test
  void loadLimit_reached_sendsADestinationElsewhere() throws Exception {
    rendezvous();
    assertThat(servers(file("rendezvous", "{}"), 40)).hasSize(1);
    assertThat(servers(file("rendezvous", "{'loadLimit': 200}"), 21)).hasSize(1);
    assertThat(servers(file("rendezvous", "{'loadLimit': 200}"), 22)).hasSize(2);
    assertThat(servers(file("rendezvous", "{'loadLimit': 200}"), 42)).hasSize(2);
    assertThat(servers(file("rendezvous", "{'loadLimit': 200}"), 99)).hasSize(3); // none is left
  }

  @Test
  void exampleOfTheReadme_compiled_servesItsShare() throws Exception {
    Matcher canary = CANARY.matcher(Files.readString(Path.of("plugins", "README.md")));
    assertThat(canary.find()).isTrue();
    jar("Canary", canary.group(1));
    assertThat(servers(file("canary", "{'server': 'b', 'percent': 100}"), 9)).containsExactly("b");
    assertThat(servers(file("canary", "{'server': 'b', 'percent': 0}"), 1)).containsExactly("c");
    String file = file("canary", "{'percent': 500, 'precent': 5}");
    assertThatThrownBy(() -> read(file))
        .hasMessage(String.join(
            "\n",
            file + ": $.services.s.options.percent: 500 (expected: a number, 0.0 to 100.0)",
            file + ": $.services.s.options.precent: unknown key (expected: one of expiration,"
                + " maxEntries, hardLimit, ties, checkInterval, entryCounter, whenFull, server,"
                + " percent; did you mean percent?)"));
  }

  @Test
  void provider_thatCannotReadItsOptions_isRefusedByName() throws Exception {
    jar("Bad", provider("throw new IllegalStateException(\"no\");"));
    assertRefused("strategy bad cannot read its options: java.lang.IllegalStateException: no");
  }

  @Test
  void provider_thatMakesNullOfItsOptions_isRefusedByName() throws Exception {
    jar("Bad", provider("return null;"));
    assertRefused("strategy bad makes null of its options");
  }

  @Test
  void provider_thatReadsACommonOption_isRefusedByName() throws Exception {
    jar("Bad", provider("return options.flag(\"ties\", true);"));
    assertRefused("strategy bad cannot read its options: java.lang.IllegalArgumentException: option"
        + " ties (expected: a key that was not read before, and that not all strategies share)");
  }

  private void assertRefused(String reason) throws IOException {
    String file = file("bad", "{}");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(BrokenPluginException.class)
        .hasMessage("plugin " + folder.resolve("Bad.jar") + ": " + reason);
  }

  private static String provider(String readOptions) {
    return "package com.example; public class Bad implements dev.lblc.plugin.StrategyProvider {"
        + " public String name() { return \"bad\"; }"
        + " public Object readOptions(dev.lblc.scheduler.OptionReader options) { " + readOptions
        + " } public dev.lblc.scheduler.Strategy create(dev.lblc.scheduler.Strategy.Context"
        + " context) { return new dev.lblc.scheduler.WeightedLeastConnection(context); } }";
  }

  /** Ids of the servers that a destination gets while each lease of it is held. */
  private Set<String> servers(String file, int leases) throws Exception {
    Vertx vertx = Vertx.vertx();
    GatewayFile read = read(file);
    try {
      vertx
          .deployVerticle(
              new ServicesVerticle(read.config().plugin(), read.plugins().strategies()))
          .await();
      LblcService service = Lblc.of(vertx).service("s");
      Set<String> ids = new LinkedHashSet<>();
      for (int i = 0; i < leases; i++) {
        Lease lease = service.acquire("/cats");
        ids.add(lease.server().id());
      }
      return ids;
    } finally {
      vertx.close().await();
      read.plugins().close();
    }
  }

  private GatewayFile read(String file) throws Exception {
    PluginFolder plugins = PluginFolder.open(folder);
    try {
      return GatewayFile.read(Path.of(file), plugins);
    } catch (ConfigException | BrokenPluginException e) {
      plugins.close();
      throw e;
    }
  }

  /** A file with three servers of weight 10, with single quotes for double ones. */
  private String file(String strategy, String options) throws IOException {
    String text = """
        {
          'listeners': [{'name': 'web', 'protocol': 'http', 'port': 0}],
          'routes': [],
          'services': {'s': {
            'strategy': '%s',
            'options': %s,
            'servers': [
              {'id': 'a', 'host': '127.0.0.1', 'port': 1, 'weight': 10},
              {'id': 'b', 'host': '127.0.0.1', 'port': 2, 'weight': 10},
              {'id': 'c', 'host': '127.0.0.1', 'port': 3, 'weight': 10}]}}
        }
        """.formatted(strategy, options).replace('\'', '"');
    Path file = Files.createTempFile(folder, "gateway", ".txt");
    return Files.writeString(file, text).toString();
  }

  private void rendezvous() throws IOException {
    jar(
        "Rendezvous",
        Files.readString(Path.of("src", "test", "java", "com", "example", "Rendezvous.java")));
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
