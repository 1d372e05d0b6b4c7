package dev.lblc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.ConfigException;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.gateway.count.ExchangeCounts;
import dev.lblc.gateway.count.ServiceCounts;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.Strategies;
import dev.lblc.testing.ConfigJson;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a check of the configuration accepts, the gateway accepts too, and the other way round it could not tell where. */
final class HttpRoutesTest {
  private static final List<String> PATHS = List.of(
      "/",
      "/*",
      "/a",
      "/a/*",
      "/a*",
      "/.*",
      "/..*",
      "/.well-known*",
      "/...",
      "/a/.;x",
      "/y/..;x",
      "/a%zz/*",
      "/a%2*",
      "/a%5cb",
      "/a%5Cb*",
      "/x/..%2fb",
      "/x%2Fb",
      "/%61",
      "/%20",
      "/%c3%a9*",
      "/%C3%A9*",
      "/%c0%af",
      "/%00",
      "/%7f",
      "/a//b",
      "/a//",
      "/~!$&'()+,;=:@",
      "/<>\"^`{|}",
      "/a;b=c/d");
  private static final List<String> HOSTS = List.of(
      "h",
      "*.h",
      "H.Example",
      "*.A_b.c",
      "_",
      "1.2.3.4",
      "*.1",
      "xn--bcher-kva.example",
      "a.",
      "*");
  private static final List<String> TEMPLATES = List.of(
      "{host}{path}",
      "{path:999}",
      "a{query}b",
      "{query:%61}",
      "{query:a b}",
      "{header:X-A}",
      "{cookie:__Host-a}",
      "{client.ip}|{local.ip}|{local.port}|{sni}{method}",
      "é",
      " ");
  private static final List<String> PEERS = List.of(
      "10.0.0.0/8", "0.0.0.0/0", "::/0", "::1", "::ffff:10.0.0.1", "2001:db8::/32", "1.2.3.4");

  @Test
  void compile_whateverTheReaderAccepts_works() throws Exception {
    int accepted = 0;
    for (JsonObject route : routes().toList()) {
      for (String peer : PEERS) {
        GatewayConfig config;
        try {
          config = read(route, peer);
        } catch (ConfigException e) {
          assertThat(e.errors())
              .allSatisfy(error -> assertThat(error.path()).startsWith("$.routes[0]."));
          continue;
        }
        accepted++;
        assertThat(HttpRoutes.compile(
                config.httpListeners().get(0),
                Map.of(),
                HttpRoutesTest::none,
                Map.of(),
                service -> new ExchangeCounts(1, new ServiceCounts(1, 1)),
                null))
            .as("%s from %s", route, peer)
            .isNotNull();
      }
    }
    assertThat(accepted).isGreaterThan(30 * PEERS.size());
  }

  private static Stream<JsonObject> routes() {
    return Stream.of(
            PATHS.stream()
                .map(path -> new JsonObject().put("match", new JsonObject().put("path", path))),
            PATHS.stream()
                .map(path ->
                    new JsonObject().put("rewrite", new JsonObject().put("stripPrefix", path))),
            HOSTS.stream()
                .map(host -> new JsonObject().put("match", new JsonObject().put("host", host))),
            TEMPLATES.stream()
                .map(
                    template -> new JsonObject().put("destination", new JsonArray().add(template))),
            Stream.of("proxy-connection", "Host", "TE", "x-a", "Cookie")
                .map(name -> new JsonObject()
                    .put(
                        "requestHeaders", new JsonObject().put("remove", new JsonArray().add(name)))
                    .put(
                        "responseHeaders",
                        new JsonObject().put("set", new JsonObject().put(name, "1")))))
        .flatMap(all -> all);
  }

  private static GatewayConfig read(JsonObject route, String peer) throws ConfigException {
    JsonObject config = new JsonObject()
        .put(
            "listeners",
            new JsonArray()
                .add(ConfigJson.listener("127.0.0.1", 0)
                    .put("trustedPeers", new JsonArray().add(peer))))
        .put(
            "routes",
            new JsonArray()
                .add(route
                    .copy()
                    .put("listener", "web")
                    .put("redirect", new JsonObject().put("scheme", "https"))))
        .put(
            "services",
            new JsonObject()
                .put("s", new JsonObject().put("strategy", "wlc").put("servers", new JsonArray())));
    return ConfigReader.readText("test", config.encode(), Strategies.ofClassPath(), Map.of());
  }

  private static LblcService none(String service) {
    throw new IllegalArgumentException(service);
  }
}
