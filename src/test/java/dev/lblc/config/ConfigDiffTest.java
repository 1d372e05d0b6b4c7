package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.scheduler.OptionReader;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigDiffTest {
  private static final String SERVERS = "$.services.images.servers";

  @TempDir
  private Path directory;

  @Test
  void sameFile_hasNoDifference() throws Exception {
    assertThat(changes(json -> {})).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "$.listeners[0].host                               | '127.0.0.1'",
        "$.listeners[0].port                               | 8444",
        "$.listeners[0].proxyProtocol                      | false",
        "$.listeners[0].maxConnections                     | 6",
        "$.listeners[0].accessLog.format                   | 'common'",
        "$.listeners[0].accessLog.file                     | 'other.log'",
        "$.listeners[2].accessLog                          | false",
        "$.listeners[0].engine                             | 'lane'",
        "$.listeners[0].http2                              | true",
        "$.listeners[0].limits.streams                     | 51",
        "$.listeners[0].limits.resets                      | 61",
        "$.listeners[0].limits.inspect                     | '33KiB'",
        "$.services.models.http                            | '1.1'",
        "$.services.models.health.active.grpc              | 'my.Others'",
        "$.listeners[0].timeouts.header                    | '8s'",
        "$.listeners[0].timeouts.idle                      | '49s'",
        "$.listeners[0].limits.line                        | '5KiB'",
        "$.listeners[0].limits.header                      | '33KiB'",
        "$.listeners[0].limits.headers                     | 51",
        "$.listeners[0].limits.body                        | '2GiB'",
        "$.listeners[0].limits.bodyRate                    | '2KiB'",
        "$.listeners[2].transparent                        | false",
        "$.listeners[2].timeouts.hello                     | '4s'",
        "$.routes[0].match.host                            | 'example.com'",
        "$.routes[0].match.path                            | '/'",
        "$.routes[0].match.header['x-tenant']              | 'b'",
        "$.routes[0].service                               | 'my svc'",
        "$.routes[0].timeouts.connect                      | '251ms'",
        "$.routes[0].timeouts.response                     | '6s'",
        "$.routes[0].timeouts.idle                         | '7m'",
        "$.routes[0].timeouts.tunnel                       | '2h'",
        "$.routes[0].timeouts.request                      | '11m'",
        "$.routes[0].limits.body                           | '9MiB'",
        "$.routes[0].limits.inspect                        | '17KiB'",
        "$.routes[0].match.json.model                      | 'n'",
        "$.routes[0].stickyCookie.name                     | 'other'",
        "$.routes[0].stickyCookie.attributes               | 'Path=/'",
        "$.routes[0].retries                               | 3",
        "$.routes[0].rewrite.stripPrefix                   | '/images/a'",
        "$.routes[0].host                                  | 'keep'",
        "$.routes[0].requestHeaders.set['x-a']             | 'c'",
        "$.routes[0].serverHeader                          | 'x-by'",
        "$.routes[0].requestId                             | 'x-other'",
        "$.routes[1].redirect.port                         | 443",
        "$.routes[1].redirect.status                       | 308",
        "$.routes[2].match.sni                             | 'a.b'",
        "$.routes[2].timeouts.lifetime                     | '9h'",
        "$.services.images.strategy                        | 'lblcr'",
        "$.services.images.options.expiration              | '2h'",
        "$.services.images.options.maxEntries              | 11",
        "$.services.images.options.hardLimit               | 21",
        "$.services.images.options.ties                    | 'spread'",
        "$.services.images.options.checkInterval           | '60s'",
        "$.services.images.options.entryCounter            | 'exact'",
        "$.services.images.options.whenFull                | 'replace'",
        "$.services.images.servers[0].host                 | 'a'",
        "$.services.images.servers[0].port                 | 1",
        "$.services.images.servers[0].weight               | 65",
        "$.services.images.servers[1].upper                | 10",
        "$.services.images.servers[0].lower                | 8",
        "$.services.images.leaseTimeout                    | '11m'",
        "$.services.images.tls.serverName                  | '::1'",
        "$.services.images.tls.verify                      | true",
        "$.services.images.pool.idle                       | '13s'",
        "$.services.images.pool.maxIdle                    | 11",
        "$.services.images.pool.maxConnections             | 21",
        "$.services.images.pool.maxAge                     | '11m'",
        "$.services.images.discovery.dns                   | 'a.b'",
        "$.services.images.discovery.port                  | 9004",
        "$.services.images.discovery.records               | 'both'",
        "$.services.images.discovery.refresh               | '8s'",
        "$.services.images.discovery.weight                | 51",
        "$.dns.timeout                                     | '3s'",
        "$.services.images.health.active.path              | '/'",
        "$.services.images.health.active.interval          | '4s'",
        "$.services.images.health.active.timeout           | '1s'",
        "$.services.images.health.active.rise              | 2",
        "$.services.images.health.active.port              | 8002",
        "$.services.images.health.active.host              | 'a'",
        "$.services.images.health.active.headers['x-check'] | 'a'",
        "$.services.images.health.active.method            | 'GET'",
        "$.services.images.health.active.status            | '200-299'",
        "$.services.images.health.active.body              | 'OK'",
        "$.services.images.health.active.tls               | false",
        "$.services.images.health.passive.maxEject         | '3m'",
        "$.services.images.health.passive.maxEjected       | 35",
        "$.services.images.health.slowStart                | '31s'",
        "$.services.images.health.passive.failures         | 7",
        "$.services.images.health.passive.eject            | '12s'",
        "$.services['my svc'].strategy                     | 'lblc'",
        "$.services.db.proxyProtocol                       | 'v1'",
        "$.cluster.config                                  | 'other.yaml'",
        "$.cluster.reportInterval                          | '41ms'",
        "$.cluster.peerTimeout                             | '5s'",
        "$.cluster.eventBus.host                           | '127.0.0.1'",
        "$.cluster.eventBus.port                           | 1",
        "$.cluster.eventBus.publicHost                     | 'a'",
        "$.cluster.eventBus.publicPort                     | 2",
        "$.admin.host                                      | '::1'",
        "$.admin.port                                      | 9902",
        "$.admin.token                                     | 'other'",
        "$.state                                           | 'other.state'",
        "$.shutdown.grace                                  | '2s'",
        "$.shutdown.drain                                  | '0s'",
      })
  void value_changed_isNamedByItsPath(String path, String value) throws Exception {
    Object json = value.matches("[0-9]+")
        ? (Object) Integer.valueOf(value)
        : value.matches("true|false") ? (Object) Boolean.valueOf(value) : value;
    assertThat(changes(file -> Sample.set(file, path.replace("'x-tenant'", "'X-Tenant'"), json)))
        .containsExactly(path);
  }

  @Test
  void everySectionThatIsThere_changed_isSeen() throws Exception {
    List<String> unseen = new ArrayList<>();
    JsonObject full = Sample.full(directory);
    for (String path : List.of(
        "$.dns.servers",
        "$.services.images.discovery",
        "$.listeners[0].tls",
        "$.listeners[2].tls",
        "$.listeners[0].tls.minimum",
        "$.listeners[0].tls.clientAuth",
        "$.listeners[0].tls.clientAuth.required",
        "$.listeners[0].trustedPeers",
        "$.listeners[0].limits.body",
        "$.routes[0].timeouts.request",
        "$.routes[0].limits",
        "$.routes[0].match.json",
        "$.routes[0].learn",
        "$.routes[0].stickyCookie",
        "$.routes[0].match",
        "$.routes[0].match.method",
        "$.routes[0].destination",
        "$.routes[0].rewrite",
        "$.routes[0].upgrade",
        "$.routes[0].timeouts.tunnel",
        "$.routes[0].requestHeaders",
        "$.routes[0].responseHeaders.remove",
        "$.routes[0].serverHeader",
        "$.routes[2].match.port",
        "$.routes[2].match.client",
        "$.routes[2].timeouts.lifetime",
        "$.services.images.tls",
        "$.services.images.tls.trust",
        "$.services.images.tls.serverName",
        "$.services.images.health",
        "$.services.images.health.active",
        "$.services.images.health.active.headers",
        "$.services.images.health.active.port",
        "$.services.images.health.passive",
        "$.services.images.health.passive.on",
        "$.services.images.health.slowStart",
        "$.services.db",
        "$.services.db.proxyProtocol",
        "$.cluster.config",
        "$.cluster.eventBus.tls",
        "$.cluster.eventBus.publicPort",
        "$.admin",
        "$.admin.token",
        "$.state")) {
      JsonObject without = full.copy();
      if (path.equals("$.services.db")) {
        Sample.remove(without, "$.routes[2]");
      }
      Sample.remove(without, path);
      for (List<String> changed : List.of(diff(full, without), diff(without, full))) {
        if (!changed.contains(path) || (changed.size() > 1 && !path.equals("$.services.db"))) {
          unseen.add(path + ": " + changed);
        }
      }
    }
    assertThat(unseen).isEmpty();
  }

  @Test
  void defaultsAndOrderOfKeys_writtenOut_changeNothing() throws Exception {
    assertThat(changes(file -> {
          Sample.set(file, "$.listeners[1].host", "0.0.0.0");
          Sample.set(file, "$.listeners[1].accessLog", false);
          Sample.set(file, "$.listeners[1].engine", "lane");
          Sample.set(file, "$.listeners[1].limits", new JsonObject().put("line", "8192B"));
          Sample.set(file, "$.listeners[0].limits.body", "1024MiB");
          Sample.set(file, "$.services.images.leaseTimeout", "600s");
          Sample.set(file, "$.routes[1].timeouts", new JsonObject().put("idle", "1m"));
          Sample.set(
              file, "$.routes[0].match.method", new JsonArray().add("HEAD").add("GET"));
          Sample.set(file, "$.listeners[2].ports", new JsonArray(List.of(5432, 6000, 6001, 6002)));
          Object services = file.remove("services");
          Object listeners = file.remove("listeners");
          file.put("// why", "moved").put("services", services).put("listeners", listeners);
        }))
        .isEmpty();
  }

  @Test
  void lists_ofValues_areNamedAsAWhole() throws Exception {
    assertThat(changes(file -> {
          Sample.set(file, "$.listeners[2].ports[1]", "6000-6003");
          Sample.set(file, "$.routes[0].destination[1]", "{path}");
          Sample.set(file, "$.routes[0].match.method[2]", "PUT");
          Sample.set(file, "$.listeners[0].trustedPeers[2]", "10.0.0.1");
        }))
        .containsExactly(
            "$.listeners[0].trustedPeers",
            "$.listeners[2].ports",
            "$.routes[0].match.method",
            "$.routes[0].destination");
  }

  @Test
  void servers_addedRemovedAndMoved_areComparedById() throws Exception {
    JsonObject added = server("s0", 1);
    assertThat(changes(file -> servers(file).add(0, added.getMap())))
        .containsExactly(SERVERS + "[0]");
    assertThat(changes(file -> servers(file).remove(0))).containsExactly(SERVERS + "[0]");
    assertThat(changes(file -> servers(file).remove(1))).containsExactly(SERVERS + "[1]");
    assertThat(changes(file -> Collections.reverse(servers(file)))).containsExactly(SERVERS);
    assertThat(changes(file -> {
          servers(file).add(0, added.getMap());
          Sample.set(file, SERVERS + "[2].weight", 7);
        }))
        .containsExactly(SERVERS + "[0]", SERVERS + "[2].weight");
    assertThat(changes(file -> servers(file).set(1, added.getMap())))
        .containsExactly(SERVERS + "[1]");
    assertThat(changes(file -> servers(file).clear()))
        .containsExactly(SERVERS + "[0]", SERVERS + "[1]");
  }

  @Test
  void listeners_added_areComparedByName() throws Exception {
    JsonObject added =
        new JsonObject().put("name", "new").put("protocol", "http").put("port", 1);
    assertThat(changes(file -> list(file, "listeners").add(1, added.getMap())))
        .containsExactly("$.listeners[1]");
    assertThat(changes(file -> list(file, "listeners").remove(3)))
        .containsExactly("$.listeners[3]");
    assertThat(changes(file -> Sample.set(file, "$.listeners[3].protocol", "http")))
        .containsExactly(
            "$.listeners[3].protocol",
            "$.listeners[3].engine",
            "$.listeners[3].http2",
            "$.listeners[3].timeouts.header",
            "$.listeners[3].timeouts.idle",
            "$.listeners[3].timeouts.hello",
            "$.listeners[3].limits",
            "$.listeners[3].transparent");
  }

  @Test
  void routes_addedAndRemoved_areComparedByPlace() throws Exception {
    JsonObject added = new JsonObject().put("listener", "web").put("service", "images");
    for (int place = 0; place < 4; place++) {
      int at = place;
      assertThat(changes(file -> list(file, "routes").add(at, added.getMap())))
          .containsExactly("$.routes[" + at + "]");
    }
    for (int place = 0; place < 3; place++) {
      int at = place;
      assertThat(changes(file -> list(file, "routes").remove(at)))
          .containsExactly("$.routes[" + at + "]");
    }
    assertThat(changes(file -> {
          Sample.set(file, "$.routes[0].retries", 9);
          list(file, "routes").add(1, added.getMap());
        }))
        .containsExactly("$.routes[0].retries", "$.routes[1]");
  }

  @Test
  void ownOptionsOfAStrategy_changed_areNamed() throws Exception {
    StrategyCatalog catalog = new StrategyCatalog() {
      @Override
      public Set<String> names() {
        return Set.of("lblc", "wlc");
      }

      @Override
      public Object readOptions(String name, OptionReader reader) {
        reader.integer("size", 3, 1, 9);
        return new Object(); // never equal to another one
      }
    };
    GatewayConfig before = read(Sample.full(directory), catalog);
    JsonObject after = Sample.set(Sample.full(directory), "$.services.images.options.size", 3);
    assertThat(ConfigDiff.paths(before, read(after, catalog))).isEmpty();
    Sample.set(after, "$.services.images.options.size", 4);
    assertThat(ConfigDiff.paths(before, read(after, catalog)))
        .containsExactly("$.services.images.options.size");
  }

  @Test
  void certificate_underAnotherName_isAChange() throws Exception {
    Path other = Files.writeString(directory.resolve("other.pem"), "certificate");
    assertThat(
            changes(file -> Sample.set(file, "$.listeners[0].tls.certificate", other.toString())))
        .containsExactly("$.listeners[0].tls.certificate");
  }

  private List<String> changes(Consumer<JsonObject> change) throws ConfigException {
    JsonObject after = Sample.full(directory);
    change.accept(after);
    return diff(Sample.full(directory), after);
  }

  private static List<String> diff(JsonObject before, JsonObject after) throws ConfigException {
    return ConfigDiff.paths(Sample.read(before), Sample.read(after));
  }

  private static GatewayConfig read(JsonObject json, StrategyCatalog catalog)
      throws ConfigException {
    return ConfigReader.readText("test", json.encode(), catalog, Sample.ENVIRONMENT);
  }

  private static JsonObject server(String id, int port) {
    return new JsonObject(Map.of("id", id, "host", "h", "port", port));
  }

  @SuppressWarnings("unchecked")
  private static List<Object> servers(JsonObject file) {
    return file.getJsonObject("services")
        .getJsonObject("images")
        .getJsonArray("servers")
        .getList();
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(JsonObject file, String key) {
    return file.getJsonArray(key).getList();
  }
}
