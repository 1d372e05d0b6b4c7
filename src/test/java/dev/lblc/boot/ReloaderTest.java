package dev.lblc.boot;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.admin.Control.Reloaded;
import dev.lblc.admin.ReloadException;
import dev.lblc.admin.ReloadException.Fault;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.plugin.Strategies;
import dev.lblc.testing.Authority;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a file is read again, and what is told of it; nothing runs. */
@ExpectedLog("WARN Reloader: ")
final class ReloaderTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  private final List<GatewayConfig> applied = new CopyOnWriteArrayList<>();
  private volatile GatewayConfig running;
  private volatile List<Fault> refusal = List.of();
  private Path file;
  private Reloader reloader;

  @BeforeEach
  void start() throws Exception {
    file = folder.resolve("gateway.json");
    begin(true);
  }

  @AfterEach
  void close() {
    reloader.close();
  }

  @Test
  void look_atAChangedFile_reloadsItOnce() throws Exception {
    write(5, true);
    looks(4);
    assertThat(weights()).containsExactly(5);
    looks(4);
    assertThat(weights()).containsExactly(5);
  }

  @Test
  void look_withoutWatch_reloadsNothing_untilAReloadAsksForIt() throws Exception {
    begin(false);
    write(5, false);
    looks(4);
    assertThat(weights()).isEmpty();
    write(6, true);
    reloader.reload("test").await(10, SECONDS);
    write(7, true);
    looks(2);
    assertThat(weights()).containsExactly(6, 7);
  }

  @Test
  void look_afterAReloadBySomethingElse_findsNothingNew() throws Exception {
    write(5, true);
    reloader.reload("SIGHUP").await(10, SECONDS);
    looks(4);
    assertThat(weights()).containsExactly(5);
  }

  @Test
  void look_atABrokenFile_triesItOnce() throws Exception {
    Files.writeString(file, "{");
    looks(6);
    assertThat(counts()).isEqualTo(Map.of("applied", 0L, "refused", 1L));
    write(5, true);
    looks(2);
    assertThat(weights()).containsExactly(5);
    assertThat(counts()).isEqualTo(Map.of("applied", 1L, "refused", 1L));
  }

  @Test
  void start_looksAgainAndAgain() throws Exception {
    reloader.start(Duration.ofMillis(5));
    write(5, true);
    Eventually.holds("the file is reloaded", () -> weights().equals(List.of(5)));
    write(6, true);
    Eventually.holds("the file is reloaded", () -> weights().equals(List.of(5, 6)));
  }

  @Test
  void reloads_comeOneAfterAnother_andTellTheirOwn() throws Exception {
    List<Future<Reloaded>> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      all.add(reloader.reload("test"));
    }
    for (Future<Reloaded> each : all) {
      assertThat(each.await(10, SECONDS).changed()).containsExactly("$.x");
    }
    assertThat(applied).hasSize(10);
  }

  @Test
  @ExpectedLog({
    "WARN Reloader: not reloaded \\(SIGHUP\\): .*gateway.json is refused and nothing has changed",
    "WARN Reloader:   \\$\\.a: first",
    "WARN Reloader:   \\$\\.b: second"
  })
  void refusal_tellsEveryFault() {
    refusal = List.of(new Fault("$.a", "first"), new Fault("$.b", "second"));
    assertThatThrownBy(() -> reloader.reload("SIGHUP").await(10, SECONDS))
        .isInstanceOf(ReloadException.class)
        .hasMessage("$.a: first" + System.lineSeparator() + "$.b: second");
    assertThat(counts()).isEqualTo(Map.of("applied", 0L, "refused", 1L));
  }

  @Test
  void reload_afterTheEnd_isRefused() {
    reloader.close();
    assertThatThrownBy(() -> reloader.reload("test").await(10, SECONDS))
        .hasMessage("$: the gateway is stopping");
  }

  @Test
  void filesOfTls_ofListenersAndOfServices_areWatched() throws Exception {
    Authority authority = Authority.named("authority");
    Authority.Issued listener = authority.issue("listener");
    Authority.Issued own = authority.issue("gateway");
    String text = """
        {"listeners": [{"name": "web", "protocol": "http", "port": 0,
                        "tls": {"certificate": "%s", "key": "%s"}}],
         "routes": [],
         "services": {"s": {"strategy": "wlc", "servers": [],
                            "tls": {"trust": "%s", "certificate": "%s", "key": "%s"}}}}
        """.formatted(
            listener.certificate(),
            listener.key(),
            authority.certificate(),
            own.certificate(),
            own.key());
    GatewayConfig config = ConfigReader.readText("test", text, Strategies.ofClassPath(), Map.of());
    assertThat(Reloader.certificates(config))
        .containsExactly(
            listener.certificate(),
            listener.key(),
            authority.certificate(),
            own.certificate(),
            own.key());
  }

  private void begin(boolean watch) throws Exception {
    write(1, watch);
    GatewayFile started = GatewayFile.read(file, PluginFolder.openIfThere(folder.resolve("none")));
    running = started.config();
    reloader = new Reloader(started, new Fake());
  }

  private void looks(int times) {
    for (int i = 0; i < times; i++) {
      reloader.look();
    }
  }

  private List<Integer> weights() {
    return applied.stream()
        .flatMap(config -> config.plugin().services().values().stream())
        .map(service -> service.servers().get(0).weight())
        .toList();
  }

  private Map<String, Long> counts() {
    return Map.of(
        "applied", reloader.counts().getOrDefault(List.of("applied"), -1L),
        "refused", reloader.counts().getOrDefault(List.of("refused"), -1L));
  }

  private void write(int weight, boolean watch) throws IOException {
    Files.writeString(file, """
        {"listeners": [{"name": "web", "protocol": "http", "port": 0}],
         "routes": [],
         "services": {"s": {"strategy": "wlc", "servers": [
           {"id": "a", "host": "127.0.0.1", "port": 1, "weight": %d}]}},
         "watch": %s}
        """.formatted(weight, watch));
  }

  private final class Fake implements Reloader.Running {
    @Override
    public GatewayConfig config() {
      return running;
    }

    @Override
    public List<String> apply(GatewayConfig next) throws ReloadException {
      if (!refusal.isEmpty()) {
        throw new ReloadException(refusal);
      }
      running = next;
      applied.add(next);
      return List.of("$.x");
    }
  }
}
