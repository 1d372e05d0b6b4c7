package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigDigestTest {
  private static final String SMALL = """
      {"listeners": [{"name": "web", "protocol": "http", "port": 80}], "routes": [],
       "services": {"s": {"strategy": "wlc", "servers": []}}}
      """;

  @TempDir
  private Path directory;

  @Test
  void canonicalForm_hasDefaultsAndSortedKeys() throws Exception {
    assertThat(ConfigDigest.canonical(Sample.read(SMALL)))
        .isEqualTo(
            ("{'cluster':{'enabled':false,'eventBus':{'port':0},'peerTimeout':'3s','reportInterval':'50ms'},'dns':{'timeout':'2s'},"
                    + "'listeners':[{'accessLog':false,'engine':'lane','host':'0.0.0.0','http2':true,'limits':{'bodyRate':'256B',"
                    + "'header':'64KiB','headers':100,'inspect':'64KiB','line':'8KiB','resets':200,'streams':100},'maxConnections':10000,'name':'web','port':80,"
                    + "'protocol':'http','proxyProtocol':false,'reusePort':false,'timeouts':{'header':'10s','idle':'1m'}}],'routes':[],"
                    + "'services':{'s':{'http':'1.1','leaseTimeout':'10m','options':{'checkInterval':'1m','entryCounter':'exact',"
                    + "'expiration':'24h','hardLimit':150000,'maxEntries':100000,'ties':'spread','whenFull':'replace'},"
                    + "'pool':{'idle':'15s','maxAge':'1h','maxConnections':0,'maxIdle':256},'servers':[],'strategy':'wlc'}},"
                    + "'shutdown':{'drain':'30s','grace':'0ms'},'watch':false}")
                .replace('\'', '"'));
  }

  @Test
  void canonicalForm_readAsAFile_meansTheSame() throws Exception {
    GatewayConfig config = Sample.read(Sample.full(directory));
    GatewayConfig again = Sample.read(ConfigDigest.canonical(config));
    assertThat(ConfigDigest.of(again)).isEqualTo(ConfigDigest.of(config));
    assertThat(ConfigDiff.paths(config, again))
        .as("but for secrets")
        .containsExactly(
            "$.routes[0].requestHeaders.set['x-a']",
            "$.routes[0].responseHeaders.set['x-c']",
            "$.services.images.health.active.headers['x-check']",
            "$.admin.token");
  }

  @Test
  void digest_isTheSha256OfTheCanonicalForm() throws Exception {
    // printf '%s' "$canonical" | sha256sum
    assertThat(ConfigDigest.of(Sample.read(SMALL)))
        .isEqualTo("fdb253a4aaa4f5f29fc62d756a3564a275bc1a727a4599cfbb7311649713c5eb");
  }

  @Test
  void digest_ofAFileWrittenOtherwise_isTheSame() throws Exception {
    JsonObject other = Sample.full(directory);
    Sample.set(other, "$.services.images.leaseTimeout", "600s");
    Sample.set(other, "$.routes[0].match.method", new JsonArray().add("HEAD").add("GET"));
    Sample.set(other, "$.listeners[1].port", "${WEB_PORT:-8080}");
    JsonObject services = (JsonObject) other.remove("services");
    Object images = services.remove("images");
    other.put("$comment", "moved").put("services", services.put("images", images));
    assertThat(ConfigDigest.of(Sample.read(other)))
        .isEqualTo(ConfigDigest.of(Sample.read(Sample.full(directory))));
  }

  @Test
  void digest_ofAnotherValueOrOrderOfRoutes_isAnother() throws Exception {
    String digest = ConfigDigest.of(Sample.read(Sample.full(directory)));
    JsonObject heavier =
        Sample.set(Sample.full(directory), "$.services.images.servers[0].weight", 65);
    JsonObject swapped = Sample.full(directory);
    JsonArray routes = swapped.getJsonArray("routes");
    routes.add(routes.remove(0));
    assertThat(ConfigDigest.of(Sample.read(heavier))).isNotEqualTo(digest);
    assertThat(ConfigDigest.of(Sample.read(swapped))).isNotEqualTo(digest);
  }

  @Test
  void digestsOfServices_tellWhichPartsDiffer() throws Exception {
    Map<String, Integer> before = images(Sample.full(directory));
    String path = "$.services.images.";
    assertThat(before).isEqualTo(images(Sample.full(directory)));
    for (String[] change : new String[][] {
      {"strategy", "lblcr", "strategy"},
      {"options.ties", "spread", "options"},
      {"servers[0].id", "s9", "addresses limits servers"},
      {"servers[0].host", "elsewhere", "addresses"},
      {"servers[0].upper", "70", "limits"},
      {"health.active.path", "/other", "other"}
    }) {
      Object value = change[1].equals("70") ? (Object) 70 : change[1];
      Map<String, Integer> after =
          images(Sample.set(Sample.full(directory), path + change[0], value));
      assertThat(after.keySet()).isEqualTo(before.keySet());
      assertThat(before.keySet().stream()
              .filter(part -> !Objects.equals(before.get(part), after.get(part)))
              .collect(Collectors.joining(" ")))
          .isEqualTo(change[2]);
    }
    JsonObject swapped = Sample.full(directory);
    JsonArray servers =
        swapped.getJsonObject("services").getJsonObject("images").getJsonArray("servers");
    servers.add(servers.remove(0));
    assertThat(images(swapped)).isEqualTo(before);
  }

  private static Map<String, Integer> images(JsonObject file) throws ConfigException {
    return Objects.requireNonNull(
        ConfigDigest.ofServices(Sample.read(file).plugin().services()).get("images"));
  }

  @Test
  void secrets_areNeitherShownNorDigested() throws Exception {
    JsonObject file =
        Sample.set(Sample.full(directory), "$.routes[0].requestHeaders.set['x-a']", "hush");
    GatewayConfig config = Sample.read(file);
    assertThat(ConfigDigest.canonical(config))
        .doesNotContain("s3cret")
        .doesNotContain("hush")
        .contains("\"token\":\"***\"")
        .contains("\"x-a\":\"***\"");
    assertThat(EffectiveConfig.of(config).toString())
        .doesNotContain("s3cret")
        .doesNotContain("hush");
    GatewayConfig other = Sample.read(Sample.set(file, "$.admin.token", "other"));
    assertThat(ConfigDigest.of(other)).isEqualTo(ConfigDigest.of(config));
    Sample.remove(file, "$.admin.token");
    assertThat(ConfigDigest.of(Sample.read(file))).isNotEqualTo(ConfigDigest.of(config));
  }
}
