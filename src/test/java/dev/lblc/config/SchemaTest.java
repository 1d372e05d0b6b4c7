package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The schema for editors says what the reader says, as far as a schema can. */
class SchemaTest {
  /** Which faults no schema can express: they need a second value, the machine, or arithmetic on text. */
  private static final Set<String> BEYOND_A_SCHEMA = Set.of(
      "rename $.services.images: a route names it",
      "drop $.services.images: a route names it",
      "drop $.listeners[0]: a route names it",
      "drop $.listeners[1]: a route names it",
      "drop $.listeners[2]: a route names it",
      "drop $.services.db: a route names it",
      "rename $.services.db: a route names it",
      "drop $.services.db.proxyProtocol: only a route of http may not name it",
      "set $.listeners[2].name = other: a route names it",
      "set $.listeners[2].ports[1] = 6010-6000: out of order",
      "set $.listeners[3].port = 8443: taken",
      "set $.listeners[3].name = web: taken",
      "set $.routes[0].service = db: tcp alone",
      "set $.routes[2].listener = web: tcp",
      "set $.routes[0].listener = db: not tcp",
      "set $.listeners[0].timeouts.header = 25h: too long",
      "set $.listeners[0].limits.line = 1GiB: too long",
      "set $.listeners[0].limits.line = ${SECRET}KiB: depends on the variable",
      "set $.routes[0].limits.body = 0B: too small",
      "set $.routes[2].match.client[0] = 10.0.0.0/33: not of IPv4",
      "drop $.services.images.options.maxEntries: its default is above hardLimit",
      "set $.services.images.options.maxEntries = 65536: above hardLimit",
      "set $.services.images.options.hardLimit = 1: below maxEntries",
      "set $.services.images.servers[0].upper = 1: below lower",
      "set $.services.images.servers[0].lower = 65536: above upper",
      "set $.routes[0].timeouts.connect = ${SECRET}s: depends on the variable",
      "set $.listeners[0].name = other: a route names it",
      "set $.listeners[1].name = web: taken",
      "set $.listeners[1].port = 8443: taken",
      "set $.listeners[0].tls.key = absent.pem: no such file",
      "set $.listeners[0].trustedPeers[0] = 10.0.0.0/33: not of IPv4",
      "set $.routes[0].timeouts.connect = 25h: too long",
      "set $.routes[0].match.path = /%2f: not normalised",
      "set $.routes[0].requestHeaders.set['host'] = a: frames messages",
      "set $.routes[0].host = a:65536: arithmetic on text",
      "set $.services.images.strategy = rr: plugins add strategies",
      "set $.services.images.options.hardLimit = 9: below maxEntries",
      "set $.services.images.servers[1].id = s1: taken",
      "set $.services.images.servers[0].lower = 10: above upper",
      "set $.services.images.tls.trust = absent.pem: no such file",
      "set $.services.images.tls.certificate = absent.pem: no such file",
      "set $.services.images.tls.key = absent.pem: no such file",
      "set $.services.images.health.active.timeout = 4s: above interval",
      "set $.services.images.health.active.headers['host'] = a: names the target",
      "set $.services.images.health.active.status = 399-200: out of order",
      "set $.services.images.health.active.status = ${SECRET}: depends on the variable",
      "set $.services.images.health.passive.maxEject = 10s: below eject",
      "set $.cluster.peerTimeout = 1ms: below reportInterval",
      "set $.cluster.eventBus.port = 0: not with publicPort",
      "set $.cluster.eventBus.publicHost = 0.0.0.0: nobody can connect to it",
      "set $.admin.token = ${UNSET}: no such variable",
      "set $.cluster.enabled = true: not with state");

  private static final JsonSchemaOptions OPTIONS =
      new JsonSchemaOptions().setDraft(Draft.DRAFT202012).setBaseUri("https://lblc.dev/");

  @TempDir
  private Path directory;

  private JsonObject schema = new JsonObject();
  private Validator validator = Validator.create(JsonSchema.of(schema), OPTIONS);

  @BeforeEach
  void loadSchema() throws IOException {
    schema = new JsonObject(Files.readString(Path.of("conf/gateway.schema.json")));
    validator = Validator.create(JsonSchema.of(schema), OPTIONS);
  }

  @Test
  void fullFile_inSchemaAndReader_accepted() {
    assertThat(Sample.errors(Sample.full(directory))).isEmpty();
    assertThat(schemaAccepts(Sample.full(directory))).isTrue();
  }

  @Test
  void everyObject_inSchemaAndReader_hasTheSameKeys() {
    Map<String, Set<String>> ofSchema = new LinkedHashMap<>();
    collectKeys(schema, "$", Sample.full(directory), ofSchema);

    Map<String, Set<String>> ofReader = new LinkedHashMap<>();
    ofSchema.keySet().forEach(path -> ofReader.put(path, keysOfReader(path)));

    assertThat(ofSchema).hasSizeGreaterThan(20);
    assertThat(ofReader).isEqualTo(ofSchema);
  }

  /** All objects together: which of them has a key is what the test above compares. */
  @Test
  void everyKeyOfTheSchema_isOneThatTheReaderMayTakeForMisspelt() {
    Set<String> ofSchema = new TreeSet<>();
    Map<String, Set<String>> objects = new LinkedHashMap<>();
    collectKeys(schema, "$", Sample.full(directory), objects);
    objects.forEach((path, keys) -> {
      if (!path.endsWith(".options")) {
        ofSchema.addAll(keys);
      }
    });
    Set<String> ofReader = new TreeSet<>();
    Stream.of(
            Keys.GATEWAY,
            Keys.LISTENER,
            Keys.LISTENER_TIMEOUTS,
            Keys.LISTENER_LIMITS,
            Keys.ACCESS_LOG,
            Keys.TLS,
            Keys.ROUTE,
            Keys.MATCH,
            Keys.ROUTE_TIMEOUTS,
            Keys.ROUTE_LIMITS,
            Keys.REWRITE,
            Keys.HEADER_EDITS,
            Keys.STICKY_COOKIE,
            Keys.REDIRECT,
            Keys.SERVICE,
            Keys.QUEUE,
            Keys.SERVER,
            Keys.POOL,
            Keys.UPSTREAM_TLS,
            Keys.DISCOVERY,
            Keys.DNS,
            Keys.HEALTH,
            Keys.ACTIVE,
            Keys.PASSIVE,
            Keys.CLUSTER,
            Keys.SHUTDOWN,
            Keys.EVENT_BUS,
            Keys.EVENT_BUS_TLS,
            Keys.TLS,
            Keys.CLIENT_AUTH,
            Keys.ADMIN)
        .forEach(ofReader::addAll);
    assertThat(ofReader).isEqualTo(ofSchema);
  }

  @Test
  void seededFaults_inSchemaAndReader_judgedAlike() {
    List<String> different = new ArrayList<>();
    int judged = 0;
    JsonObject full = Sample.full(directory);
    for (Mutation mutation : mutations()) {
      JsonObject json = mutation.apply(full.copy());
      boolean byReader = Sample.errors(json).isEmpty();
      judged++;
      if (byReader != schemaAccepts(json)
          && (byReader
              || BEYOND_A_SCHEMA.stream().noneMatch(known -> known.startsWith(mutation + ":")))) {
        different.add(mutation
            + (byReader ? ": only the reader accepts it" : ": only the schema accepts it"));
      }
    }

    assertThat(judged).isGreaterThan(400);
    assertThat(different).isEmpty();
  }

  @Test
  void faultsBeyondASchema_areFoundByTheReader() {
    for (String known : BEYOND_A_SCHEMA) {
      if (known.startsWith("set ")) {
        String[] parts = known.substring("set ".length()).split(" = |: ", -1);
        Object value = parts[1].matches("[0-9]+")
            ? (Object) Integer.valueOf(parts[1])
            : parts[1].equals("true") ? (Object) true : parts[1];
        JsonObject json = Sample.set(Sample.full(directory), parts[0], value);
        assertThat(Sample.errors(json)).as(known).isNotEmpty();
        assertThat(schemaAccepts(json)).as(known).isTrue();
      }
    }
  }

  @Test
  void commentsAndVariables_inSchemaAndReader_accepted() {
    JsonObject full = Sample.full(directory);
    List<String> refused = new ArrayList<>();
    int judged = 0;
    List<Mutation> mutations = new ArrayList<>();
    for (Mutation place : mutations()) {
      Object value = place.what().equals("null") ? Sample.get(full, place.path()) : null;
      if (value instanceof JsonObject) {
        mutations.add(Mutation.set(JsonPath.member(place.path(), "$comment"), "why"));
        mutations.add(Mutation.set(JsonPath.member(place.path(), "// why"), new JsonArray()));
      } else if (value instanceof Number || value instanceof Boolean) {
        mutations.add(Mutation.set(place.path(), "${UNSET:-" + value + "}"));
      }
    }
    for (Mutation mutation : mutations) {
      JsonObject json = mutation.apply(full.copy());
      judged++;
      if (!Sample.errors(json).isEmpty() || !schemaAccepts(json)) {
        refused.add(mutation + ": " + Sample.errors(json));
      }
    }

    assertThat(judged).isGreaterThan(80);
    assertThat(refused).isEmpty();
  }

  private boolean schemaAccepts(JsonObject json) {
    return Boolean.TRUE.equals(validator.validate(json).getValid());
  }

  /** Keys of each object of the schema, by the path of one such object in the configuration. */
  private void collectKeys(
      JsonObject part, String path, Object value, Map<String, Set<String>> keys) {
    JsonObject at = resolved(part, value);
    JsonObject properties = at.getJsonObject("properties");
    if (properties != null && value instanceof JsonObject object) {
      keys.put(path, new LinkedHashSet<>(properties.fieldNames()));
      object.forEach(member -> {
        if (properties.containsKey(member.getKey())) {
          collectKeys(
              properties.getJsonObject(member.getKey()),
              JsonPath.member(path, member.getKey()),
              member.getValue(),
              keys);
        }
      });
    } else if (value instanceof JsonObject object
        && at.getValue("additionalProperties") instanceof JsonObject entry) {
      object.forEach(member ->
          collectKeys(entry, JsonPath.member(path, member.getKey()), member.getValue(), keys));
    } else if (value instanceof JsonArray list
        && at.getValue("items") instanceof JsonObject element) {
      for (int i = 0; i < list.size(); i++) {
        collectKeys(element, JsonPath.element(path, i), list.getValue(i), keys);
      }
    }
  }

  /** The part that is meant: behind a reference, and of several the one that accepts the value. */
  private JsonObject resolved(JsonObject part, Object value) {
    JsonArray several = part.getJsonArray("anyOf");
    if (several != null && value instanceof JsonObject) {
      for (int i = 0; i < several.size(); i++) {
        JsonObject alone = several.getJsonObject(i).copy().put("$defs", schema.getValue("$defs"));
        if (Boolean.TRUE.equals(
            Validator.create(JsonSchema.of(alone), OPTIONS).validate(value).getValid())) {
          return resolved(several.getJsonObject(i), value);
        }
      }
    }
    String ref = part.getString("$ref");
    return ref == null
        ? part
        : Objects.requireNonNull(
            schema.getJsonObject("$defs").getJsonObject(ref.substring("#/$defs/".length())));
  }

  /** What the reader lists when it meets a key that it does not know. */
  private Set<String> keysOfReader(String path) {
    String unknown = JsonPath.member(path, "quiteUnlikely");
    List<ConfigError> errors = Sample.errors(Sample.set(Sample.full(directory), unknown, 1));
    assertThat(errors).as(path).singleElement().extracting(ConfigError::path).isEqualTo(unknown);
    String list = errors.get(0).expected().substring("one of ".length());
    return new LinkedHashSet<>(Arrays.asList(list.split(", ", -1)));
  }

  private List<Mutation> mutations() {
    List<Mutation> mutations = new ArrayList<>();
    everywhere("$", Sample.full(directory), mutations);
    for (String[] edit : new String[][] {
      {"$.listeners[0].protocol", "tcp", "http", "HTTP"},
      {"$.listeners[0].engine", "lane", "vertx", "Lane", "netty"},
      {"$.services.models.http", "1.1", "2", "1", "h2"},
      {"$.listeners[0].timeouts.header", "1s", "1", "25h"},
      {
        "$.listeners[0].limits.line",
        "8KiB",
        "8KB",
        "8kib",
        "8",
        "1.5KiB",
        "-1B",
        "1GiB",
        "${SECRET}KiB"
      },
      {"$.routes[0].limits.body", "8MiB", "8 MiB", "1B", "0B"},
      {"$.services.images.pool.idle", "1s", "1"},
      {"$.listeners[2].protocol", "tcp", "http", "TCP"},
      {"$.listeners[2].ports[1]", "6000-6001", "6000", "-6000", "6000-", "0-1", "a", "6000 - 6001"},
      {"$.listeners[2].trustedPeers[0]", "peer", "::/0", "10.0.0.1"},
      {"$.listeners[2].timeouts.hello", "1s", "1", "fast"},
      {"$.routes[2].match.sni", "*", "a.b", "*.b", "a.*", "*b", "b:1"},
      {"$.routes[2].match.port[1]", "6000-6001", "6000", "x"},
      {"$.routes[2].match.client[0]", "peer", "::/0", "10.0.0.1", "10.0.0.0/8"},
      {
        "$.routes[2].destination[0]",
        "x",
        "{sni}",
        "{host}",
        "{client.ip}",
        "{local.port",
        "{path:2}"
      },
      {"$.routes[2].timeouts.lifetime", "1s", "1d"},
      {"$.services.db.proxyProtocol", "v1", "v2", "v3", "V1"},
      {"$.listeners[0].host", "a b", "::1", "10.0.0.1", "ok.example"},
      {"$.listeners[0].trustedPeers[0]", "peer", "::/0", "10.0.0.1"},
      {"$.routes[0].match.host", "*", "a.b", "*.b", "a.*", "*b", "b:1"},
      {
        "$.routes[0].match.path",
        "/",
        "/*",
        "a",
        "/a*b",
        "/a?b",
        "/a#b",
        "/a b",
        "/%2f",
        "*",
        "/\u00e9"
      },
      {"$.routes[0].match.method[0]", "A B", "PURGE", "G\u00c4T"},
      {"$.routes[0].match.header['x-tenant2']", "a", "*", "a b", " a", "a\nb"},
      {"$.routes[0].match.header['x tenant']", "a"},
      {
        "$.routes[0].destination[0]",
        "x",
        "{",
        "}",
        "{host}",
        "{host:a}",
        "{path:0}",
        "{path:2}",
        "{query}",
        "{query:}",
        "{query:a}",
        "{header}",
        "{header:}",
        "{header:a b}",
        "{header:a}",
        "{cookie:a}",
        "{cookie}",
        "{sni}",
        "{client.ip}",
        "{client}",
        "{{host}}",
        "a{host}b{path}c"
      },
      {
        "$.routes[0].timeouts.connect",
        "1s",
        "1",
        "s",
        "1d",
        "1.5s",
        "-1s",
        "1S",
        "1 s",
        "${SECRET}s"
      },
      {"$.routes[0].rewrite.stripPrefix", "/a", "/a/b", "/", "/a/", "a", "/a*", "/a?"},
      {
        "$.routes[0].upgrade[0]",
        "websocket",
        "a/1",
        "h2",
        "H2C",
        "h2cx",
        "HTTP/2.0",
        "https",
        "tls/1",
        "tlsx",
        "a/",
        "/a",
        "a/b/c",
        "a b",
        ""
      },
      {"$.routes[0].host", "keep", "server", "a.b", "a.b:80", "a b", "a:b", "*.a"},
      {"$.routes[0].requestHeaders.set['a b']", "a"},
      {"$.routes[0].requestHeaders.set['x-n']", "a", "a\r\nb", "a\tb", "\u00e9"},
      {"$.routes[0].requestHeaders.remove[0]", "a b", "x-y"},
      {"$.routes[1].redirect.scheme", "http", "ftp", "HTTPS"},
      {"$.services.images.options.ties", "spread", "kernel", "first"},
      {"$.services.images.options.entryCounter", "exact", "drifting", "none"},
      {"$.services.images.servers[0].id", "a", "a b", "a\tb"},
      {"$.services.images.health.active.path", "/", "/a?b=c", "a", "/a#b", "/a b"},
      {"$.services.models.health.active.grpc", "", "a.b.C", "a b", "\u00e9"},
      {"$.services.images.health.active.host", "a.b", "a.b:80", "a b", "a:b"},
      {"$.services.images.health.active.headers['a b']", "a"},
      {"$.services.images.health.active.method", "GET", "HEAD", "CONNECT", "a b"},
      {"$.services.images.health.active.status", "200", "200-399", "100", "600", "2xx", "${SECRET}"
      },
      {"$.services.images.health.passive.on[0]", "connect", "timeout", "5xx", "4xx"},
      {"$.admin.token", "x", "a b", "\u00e9"},
    }) {
      for (int i = 1; i < edit.length; i++) {
        mutations.add(Mutation.set(edit[0], edit[i]));
      }
    }
    for (int port : new int[] {0, 1, 65_535, 65_536}) {
      mutations.add(Mutation.set("$.routes[1].redirect.port", port));
    }
    for (String status : List.of("301", "302", "303", "304", "307", "308", "200")) {
      mutations.add(Mutation.set("$.routes[1].redirect.status", Integer.valueOf(status)));
    }
    mutations.add(Mutation.set("$.cluster.enabled", "yes"));
    mutations.add(Mutation.set("$.cluster.eventBus.host", "::"));
    mutations.add(Mutation.set("$.cluster.eventBus.publicHost", "0.0.0.0"));
    mutations.add(Mutation.set("$.routes[0].redirect", new JsonObject().put("scheme", "https")));
    mutations.add(Mutation.set("$.routes[0].match.sni", "a"));
    return mutations;
  }

  /** Drops, renames and replaces every value there is. */
  private static void everywhere(String path, Object value, List<Mutation> mutations) {
    if (!path.equals("$")) {
      if (path.endsWith("]") && !path.endsWith("']")) {
        mutations.add(new Mutation("drop", path, null));
      } else {
        mutations.add(new Mutation("drop", path, null));
        mutations.add(new Mutation("rename", path, null));
      }
      for (Object other :
          List.of("", 0, -1, 1, 1.5, 65_536, 1e30, true, new JsonObject(), new JsonArray())) {
        mutations.add(Mutation.set(path, other));
      }
      mutations.add(new Mutation("null", path, null));
    }
    if (value instanceof JsonObject object) {
      object.forEach(member ->
          everywhere(JsonPath.member(path, member.getKey()), member.getValue(), mutations));
    } else if (value instanceof JsonArray list) {
      for (int i = 0; i < list.size(); i++) {
        everywhere(JsonPath.element(path, i), list.getValue(i), mutations);
      }
    }
  }
}
