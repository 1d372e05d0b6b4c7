package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.ExpectedLog;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ConfigWatchTest {
  private static final Map<String, Map<String, Integer>> OWN = Map.of(
      "images", Map.of("strategy", 1, "servers", 2, "limits", 3), "api", Map.of("strategy", 1));

  private final Map<String, Map<String, Map<String, Integer>>> others = new HashMap<>();
  private final ConfigWatch watch =
      new ConfigWatch(() -> OWN, () -> others, node -> node + ".example", 0);

  @Test
  void differences_nameServicesAndParts() {
    others.put(
        "b", Map.of("images", Map.of("strategy", 9, "servers", 2, "limits", 8), "new", Map.of()));
    assertThat(watch.differences("b"))
        .containsExactly("api: only here", "images: limits, strategy", "new: only there");
  }

  @Test
  void differences_ofPartsThatOneSideDoesNotTell_areNone() {
    others.put("same", OWN);
    others.put("silent", Map.of());
    others.put(
        "later", Map.of("images", Map.of("strategy", 1, "tls", 7), "api", Map.of("strategy", 1)));
    assertThat(watch.differences("same")).isEmpty();
    assertThat(watch.differences("silent")).isEmpty();
    assertThat(watch.differences("later")).isEmpty();
    assertThat(watch.differences("unknown")).isEmpty();
    assertThat(ConfigWatch.differences(Map.of(), OWN)).isEmpty();
  }

  @Test
  @ExpectedLog(
      "WARN ConfigWatch: node b.example has other services than this one: api: only here. Give")
  void difference_seenTwice_isLogged() {
    others.put("b", Map.of("images", OWN.get("images")));
    watch.tick(1_000);
    watch.tick(1_500);
    watch.tick(2_000);
  }
}
