package dev.lblc.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One value of the full configuration at a time. */
class RulesTest {
  private static final String SERVER = "$.services.images.servers[0]";
  private static final String OPTIONS = "$.services.images.options";
  private static final String ACTIVE = "$.services.images.health.active";

  private static final String EVENT_BUS = "$.cluster.eventBus";
  private static final String TLS = "$.services.images.tls";

  @TempDir
  private Path directory;

  static Stream<Arguments> faults() {
    return Stream.of(
        fault("$.listeners", new JsonArray(), "a list of 1 or more"),
        fault("$.listeners[0].name", "", "a name"),
        fault("$.listeners[0].name", "${EMPTY}", "a name"),
        fault("$.listeners[0].name", "a\nb", "control characters"),
        fault("$.listeners[0].protocol", "udp", "one of http, tcp"),
        fault("$.listeners[0].host", "not a host", "a host name or an IP address"),
        fault("$.listeners[0].host", "256.1.1.1", "a host name or an IP address"),
        fault("$.listeners[0].host", "1.2.3", "a host name or an IP address"),
        fault("$.listeners[0].host", "::1::", "a host name or an IP address"),
        fault("$.listeners[0].host", "[::1]", "a host name or an IP address"),
        fault("$.listeners[0].port", -1, "0 to 65535"),
        fault("$.listeners[0].port", 65_536, "0 to 65535"),
        fault("$.listeners[0].port", "8080", "0 to 65535"),
        fault("$.listeners[0].port", 1e300, "0 to 65535"),
        fault("$.listeners[0].port", 4_294_967_376L, "0 to 65535"),
        fault("$.listeners[1].port", 8443, "$.listeners[0].port"),
        fault("$.admin.port", 8443, "$.listeners[0].port"),
        fault("$.listeners[0].tls.certificate", "no/such/file", "a readable file"),
        fault("$.listeners[0].tls.key", "/", "a readable file"),
        fault("$.listeners[0].tls.key", "\0", "the path of a file"),
        fault("$.listeners[0].tls", null, "an object"),
        fault("$.listeners[0].tls.minimum", "1.1", "1.2"),
        fault("$.listeners[0].tls.minimum", 1.2, "1.2"),
        fault("$.listeners[0].tls.clientAuth", true, "an object"),
        fault("$.listeners[0].tls.clientAuth.trust", "no/such/file", "a readable file"),
        fault("$.listeners[0].tls.clientAuth.required", "yes", "true or false"),
        fault("$.listeners[2].tls.certificates", new JsonArray(), "a list of 1 or more"),
        fault("$.listeners[2].tls.certificates[1].key", "no/such/file", "a readable file"),
        fault("$.listeners[2].tls.certificate", "a.pem", "no certificate beside certificates"),
        fault("$.listeners[2].tls.key", "a.pem", "no key beside certificates"),
        fault("$.listeners[0].proxyProtocol", "true", "true or false"),
        fault("$.listeners[0].maxConnections", 0, "1 to"),
        fault("$.listeners[0].trustedPeers[1]", "10.0.0.0/33", "0 to 32"),
        fault("$.listeners[0].trustedPeers[1]", "::/129", "0 to 128"),
        fault("$.listeners[0].trustedPeers[1]", "10.0.0.0/", "0 to 32"),
        fault("$.listeners[0].trustedPeers[1]", "proxy.example.com", "a CIDR block"),
        fault("$.listeners[0].trustedPeers", "10.0.0.0/8", "a list"),
        fault("$.routes[0].listener", "edge", "one of web, plain, db, raw"),
        fault("$.routes[0].service", "nothing", "one of images, my svc, db"),
        fault("$.routes[0].redirect", new JsonObject().put("scheme", "https"), "no redirect"),
        fault("$.routes[1].redirect.scheme", "ftp", "one of http, https"),
        fault("$.routes[1].redirect.status", 304, "308"),
        fault("$.routes[1].redirect.port", 0, "1 to 65535"),
        fault("$.routes[1].redirect.port", 65536, "1 to 65535"),
        fault("$.routes[0].match.sni", "*.db.example.com", "no sni: the route's listener is http"),
        fault("$.routes[0].match.port", new JsonArray().add(80), "no port: the route's listener"),
        fault("$.routes[0].match.client", new JsonArray().add("::1"), "no client: the route's"),
        fault("$.routes[0].timeouts.lifetime", "1s", "one of connect, response, idle"),
        fault("$.routes[0].service", "db", "only tcp routes send it"),
        fault("$.listeners[0].ports", new JsonArray().add(80), "port, one alone"),
        fault("$.listeners[0].timeouts.hello", "1s", "no hello: it is for tcp"),
        fault("$.listeners[0].timeouts.header", "0ms", "from 1ms to 24h"),
        fault("$.listeners[0].timeouts.idle", 60, "a duration"),
        fault("$.listeners[0].engine", "netty", "one of lane, vertx"),
        fault("$.listeners[0].limits.line", "255B", "256B, 8KiB, 16MiB or 1GiB, from 256B to 1MiB"),
        fault("$.listeners[0].limits.line", "8KB", "a size such as"),
        fault("$.listeners[0].limits.line", 8192, "a size such as"),
        fault("$.listeners[0].limits.header", "1023B", "from 1KiB to 1MiB"),
        fault("$.listeners[0].limits.header", "1025KiB", "from 1KiB to 1MiB"),
        fault("$.listeners[0].limits.headers", 0, "1 to 10000"),
        fault("$.listeners[0].limits.headers", 10_001, "1 to 10000"),
        fault("$.listeners[0].limits.body", "0B", "from 1B to 1024GiB"),
        fault("$.listeners[0].limits.body", "1025GiB", "from 1B to 1024GiB"),
        fault("$.listeners[0].limits.body", "9223372036854775807GiB", "to 1024GiB"),
        fault("$.listeners[0].limits.body", "99999999999999999999B", "to 1024GiB"),
        fault("$.listeners[0].limits.bodyRate", 0, "a size such as"),
        fault("$.listeners[0].limits.bodyRate", "2GiB", "from 0B to 1GiB"),
        fault("$.listeners[0].limits.streams", 0, "1 to 100000"),
        fault("$.listeners[0].limits.resets", 100_001, "1 to 100000"),
        fault("$.listeners[0].http2", "yes", "true or false"),
        fault("$.listeners[2].http2", true, "no http2: it is for http"),
        fault("$.services.images.http", "3", "one of \"1.1\", \"2\", a string"),
        fault("$.routes[0].service", "models", "engine vertx speaks no HTTP/2 to servers"),
        fault("$.services.images.http", 2, "one of \"1.1\", \"2\", a string"),
        fault("$.listeners[2].engine", "vertx", "no engine: it is for http"),
        fault("$.listeners[2].limits", new JsonObject(), "no limits: they are for http"),
        fault("$.listeners[2].timeouts.header", "1s", "no header: it is for http"),
        fault("$.listeners[2].timeouts.idle", "1s", "no idle: that of a tcp listener is in its"),
        fault("$.routes[0].timeouts.request", "0s", "from 1ms to 24h"),
        fault("$.routes[0].limits.body", "x", "from 1B to 1024GiB"),
        fault("$.routes[2].limits", new JsonObject(), "no limits: the route's listener is tcp"),
        fault("$.routes[2].timeouts.request", "1s", "no request: the route's listener is tcp"),
        fault(TLS + ".trust", "no/such/file", "a readable file"),
        fault(TLS + ".certificate", "no/such/file", "a readable file"),
        fault(TLS + ".key", "/", "a readable file"),
        fault(TLS + ".serverName", "*.internal", "a host name or an IP address"),
        fault(TLS + ".serverName", "a.internal:443", "a host name or an IP address"),
        fault(TLS + ".verify", "no", "true or false"),
        fault(TLS + ".ca", "ca.pem", "one of trust, serverName, certificate, key, verify"),
        fault(TLS, true, "an object"),
        fault("$.services.images.pool.idle", "0s", "from 1ms to 24h"),
        fault("$.services.images.pool.maxAge", "0s", "from 1ms to 8760h"),
        fault("$.services.images.discovery.dns", "10.0.0.1", "a name that name servers know"),
        fault("$.services.images.discovery.dns", "a..b", "a name that name servers know"),
        fault("$.services.images.discovery.port", 0, "1 to 65535"),
        fault("$.services.images.discovery.records", "mx", "one of a, aaaa, both, srv"),
        fault("$.services.images.discovery.refresh", "10ms", "from 100ms to 1h"),
        fault("$.services.images.discovery.weight", 0, "1 to 1000000"),
        fault("$.dns.servers[0]", "dns.example.com", "an IP address such as 10.0.0.2"),
        fault("$.dns.servers[0]", "10.0.0.2:65536", "an IP address such as 10.0.0.2"),
        fault("$.dns.timeout", "1ms", "from 10ms to 30s"),
        fault("$.services.images.pool.maxIdle", -1, "0 to 1000000"),
        fault("$.services.images.pool.maxConnections", 1_000_001, "0 to 1000000"),
        fault("$.listeners[2].port", 80, "no port beside ports"),
        fault("$.listeners[2].ports", new JsonArray(), "1 or more"),
        fault("$.listeners[2].ports", 80, "a list"),
        fault("$.listeners[2].ports[0]", 0, "1 to 65535"),
        fault("$.listeners[2].ports[0]", "6000", "a range of ports such as 6000-6010"),
        fault("$.listeners[2].ports[1]", "6010-6000", "the lower one first"),
        fault("$.listeners[2].ports[1]", "1-65536", "up to 65535"),
        fault("$.listeners[2].ports[1]", "5000-5500", "unlike 5432"),
        fault("$.listeners[2].ports[1]", "8400-8500", "$.listeners[0].port"),
        fault("$.listeners[2].ports", new JsonArray().add("10000-15000"), "at most 4096 ports"),
        fault("$.listeners[3].port", 6001, "$.listeners[2].ports[1]"),
        fault("$.listeners[3].proxyProtocol", true, "trustedPeers beside it"),
        fault("$.listeners[2].timeouts.hello", "0ms", "from 1ms"),
        fault("$.routes[2].match.sni", "*", "*. and a host name"),
        fault("$.routes[2].match.port[0]", 65_536, "1 to 65535"),
        fault("$.routes[2].match.client[0]", "10.0.0.0/33", "0 to 32"),
        fault("$.routes[2].match.host", "a", "no host: the route's listener is tcp"),
        fault("$.routes[2].match.path", "/", "no path: the route's listener is tcp"),
        fault("$.routes[2].host", "keep", "no host: the route's listener is tcp"),
        fault("$.routes[2].redirect", new JsonObject(), "no redirect: the route's listener"),
        fault("$.routes[2].timeouts.response", "1s", "no response: the route's listener"),
        fault("$.routes[2].timeouts.lifetime", "1d", "a duration"),
        fault("$.routes[2].destination[0]", "{host}", "no fields but {client.ip}"),
        fault("$.routes[2].service", null, "one of images"),
        fault("$.services.db.proxyProtocol", "v3", "one of v1, v2"),
        fault("$.services.db.proxyProtocol", true, "one of v1, v2"),
        fault("$.routes[0].match.host", "*", "*. and a host name"),
        fault("$.routes[0].match.host", "a.*.com", "*. and a host name"),
        fault("$.routes[0].match.host", "*example.com", "*. and a host name"),
        fault("$.routes[0].match.host", "example.com:80", "*. and a host name"),
        fault("$.routes[0].match.host", "a..b", "*. and a host name"),
        fault("$.routes[0].match.path", "images/*", "starts with /"),
        fault("$.routes[0].match.path", "/*/x", "have none elsewhere"),
        fault("$.routes[0].match.path", "/a?b", "a path"),
        fault("$.routes[0].match.path", "/a b", "a path"),
        fault("$.routes[0].match.path", "/a//b", "normalised"),
        fault("$.routes[0].match.path", "/a/../b", "normalised"),
        fault("$.routes[0].match.path", "/a/.", "normalised path, here /a/"),
        fault("$.routes[0].match.path", "/a/.*", "normalised path, here /a/*"),
        fault("$.routes[0].match.path", "/%61dmin/*", "normalised path, here /admin/*"),
        fault("$.routes[0].match.path", "/caf%c3%a9", "normalised path, here /caf%C3%A9"),
        fault("$.routes[0].match.path", "/a%2fb", "normalised path, here /a/b"),
        fault("$.routes[0].match.path", "/..", "climbs above its root"),
        fault("$.routes[0].match.path", "/a%zz/*", "broken escape"),
        fault("$.routes[0].match.path", "/a%2*", "broken escape"),
        fault("$.routes[0].match.path", "/a%5cb", "illegal escape"),
        fault("$.routes[0].match.path", "/a%c0%af", "over-long escape"),
        fault("$.routes[0].match.path", "/x/..%2fb", "ambiguous path"),
        fault("$.routes[0].match.path", "/y/..;x/*", "dot segment with parameters"),
        fault("$.routes[0].match.method[0]", "GET ", "an HTTP method"),
        fault("$.routes[0].match.method[1]", "GET", "$.routes[0].match.method[0]"),
        fault("$.routes[0].match.method", new JsonArray(), "1 or more"),
        fault("$.routes[0].match.method", "GET", "a list"),
        fault("$.routes[0].match.header['x-tenant']", "a", "upper and lower case"),
        fault("$.routes[0].match.header['x y']", "a", "a header name"),
        fault("$.routes[0].match.header['x-y']", "a\r\nb", "a header value"),
        fault("$.routes[0].match.header['x-y']", "", "a header value"),
        fault("$.routes[0].destination", "{host}", "a list"),
        fault("$.routes[0].destination[0]", "", "a template"),
        fault("$.routes[0].destination[0]", "{host", "balanced braces"),
        fault("$.routes[0].destination[0]", 1, "a template"),
        fault("$.routes[0].timeouts.connect", "0ms", "from 1ms"),
        fault("$.routes[0].timeouts.connect", "1", "a duration"),
        fault("$.routes[0].timeouts.connect", 1000, "a duration"),
        fault("$.routes[0].timeouts.connect", "1d", "a duration"),
        fault("$.routes[0].timeouts.connect", "-1s", "a duration"),
        fault("$.routes[0].timeouts.connect", "1 s", "a duration"),
        fault("$.routes[0].timeouts.connect", "25h", "to 24h"),
        fault("$.routes[0].timeouts.connect", "9223372036854775807h", "to 24h"),
        fault("$.routes[0].timeouts.connect", "99999999999999999999ms", "to 24h"),
        fault("$.routes[0].retries", 1.5, "a whole number"),
        fault("$.routes[0].rewrite.stripPrefix", "/", "does not end with it"),
        fault("$.routes[0].rewrite.stripPrefix", "/a/", "does not end with it"),
        fault("$.routes[0].rewrite.stripPrefix", "a", "starts with /"),
        fault("$.routes[0].rewrite.stripPrefix", "/a*", "without *"),
        fault("$.routes[0].rewrite.stripPrefix", "/a//b", "normalised path, here /a/b"),
        fault("$.routes[0].rewrite.stripPrefix", "/y/..", "normalised path, here /"),
        fault("$.routes[0].rewrite.stripPrefix", "/y/..;x", "dot segment with parameters"),
        fault("$.routes[0].rewrite.stripPrefix", "/a%zz", "broken escape"),
        fault("$.routes[0].upgrade[0]", "web socket", "a protocol such as websocket"),
        fault("$.routes[0].upgrade[0]", "", "a protocol such as websocket"),
        fault("$.routes[0].upgrade[0]", "H2C", "a protocol that is not HTTP or TLS"),
        fault("$.routes[0].upgrade[0]", "HTTP/2.0", "a protocol that is not HTTP or TLS"),
        fault("$.routes[0].upgrade[1]", "tls/1.3", "a protocol that is not HTTP or TLS"),
        fault("$.routes[0].upgrade[1]", "WEBSOCKET", "upgrade[0]"),
        fault("$.routes[0].timeouts.tunnel", "0s", "a duration"),
        fault("$.routes[0].host", "a:65536", "a host name with or without a port"),
        fault("$.routes[0].host", "a:0", "a host name with or without a port"),
        fault("$.routes[0].host", "a b", "keep, server, or a host name"),
        fault("$.routes[0].requestHeaders.set['x-b']", "${EVIL}", "a header value"),
        fault("$.routes[0].requestHeaders.set['x-b']", " a", "a header value"),
        fault("$.routes[0].requestHeaders.set['x-b']", "\u00e9", "a header value"),
        fault("$.routes[0].requestHeaders.set['X-A']", "a", "a name that"),
        fault("$.routes[0].requestHeaders.set[':path']", "a", "a header name"),
        fault("$.routes[0].requestHeaders.set['Content-Length']", "1", "may be edited"),
        fault("$.routes[0].serverHeader", "content-length", "may be edited"),
        fault("$.routes[0].responseHeaders.remove[0]", "transfer-encoding", "may be edited"),
        fault("$.routes[0].responseHeaders.remove[0]", "a:b", "a header name"),
        fault("$.routes[0].responseHeaders.remove[1]", "Server", "remove[0]"),
        fault("$.routes[0].requestId", "x y", "a header name"),
        fault("$.routes[0].requestId", "Host", "may be edited"),
        fault("$.routes[0].requestId", "Cookie", "a header that means nothing else"),
        fault("$.routes[0].requestId", "AUTHORIZATION", "a header that means nothing else"),
        fault("$.routes[0].requestId", "X-Forwarded-For", "a header that means nothing else"),
        fault("$.routes[0].requestId", "X_Forwarded_Host", "a header that means nothing else"),
        fault("$.routes[0].requestId", "Content-Type", "a header that means nothing else"),
        fault("$.routes[0].requestId", "tracestate", "a header that means nothing else"),
        fault("$.listeners[0].accessLog", "json", "true, false, or an object"),
        fault("$.listeners[0].accessLog.format", "xml", "one of text, json, common"),
        fault("$.listeners[0].accessLog.file", "a\nb", "the path of a file"),
        fault("$.services", new JsonObject(), "1 or more keys"),
        fault(
            "$.services['']",
            new JsonObject().put("strategy", "wlc").put("servers", new JsonArray()),
            "a name"),
        fault("$.services.images.strategy", "rr", "one of lblc, lblcr, wlc"),
        fault(OPTIONS + ".expiration", "8761h", "from 0ms to 8760h"),
        fault(OPTIONS + ".maxEntries", 0, "1 to 1000000000"),
        fault(OPTIONS + ".hardLimit", 9, "at least maxEntries, which is 10"),
        fault(OPTIONS + ".hardLimit", 2_147_483_648L, "1 to 2147483647"),
        fault(OPTIONS + ".ties", "SPREAD", "one of spread, kernel"),
        fault(OPTIONS + ".checkInterval", "0s", "from 1ms"),
        fault(OPTIONS + ".entryCounter", "approximate", "one of exact, drifting"),
        fault(OPTIONS + ".whenFull", "evict", "one of refuse, replace"),
        fault(SERVER + ".id", "", "a name"),
        fault("$.services.images.servers[1].id", "s1", "servers[0].id"),
        fault(SERVER + ".host", "http://x", "a host name or an IP address"),
        fault(SERVER + ".port", 0, "1 to 65535"),
        fault(SERVER + ".weight", -1, "0 to 1000000"),
        fault(SERVER + ".weight", 1_000_001, "0 to 1000000"),
        fault(SERVER + ".weight", 0.5, "a whole number"),
        fault(SERVER + ".upper", -1, "a whole number"),
        fault(SERVER + ".lower", 10, "at most upper, which is 9"),
        fault(ACTIVE + ".path", "health", "starts with /"),
        fault(ACTIVE + ".path", "/a b", "starts with /"),
        fault(ACTIVE + ".interval", "1ms", "from 10ms"),
        fault(ACTIVE + ".timeout", "4s", "at most interval, which is 3s"),
        fault(ACTIVE + ".rise", 0, "1 to"),
        fault(ACTIVE + ".fall", true, "1 to"),
        fault(ACTIVE + ".port", 0, "1 to 65535"),
        fault(ACTIVE + ".host", "a b", "a host name"),
        fault(ACTIVE + ".headers.host", "a", "may be edited"),
        fault(ACTIVE + ".headers['x-check']", "a\r\nb", "a header value"),
        fault(ACTIVE + ".method", "CONNECT", "not CONNECT"),
        fault(ACTIVE + ".method", "G T", "an HTTP method"),
        fault(ACTIVE + ".status", "100", "a status, 200 to 599"),
        fault(ACTIVE + ".status", 600, "200 to 599"),
        fault(ACTIVE + ".status", "399-200", "the lower status first"),
        fault(ACTIVE + ".status", new JsonArray(), "a list of 1 or more"),
        fault(ACTIVE + ".status[1]", true, "200 to 599"),
        fault(ACTIVE + ".body", "", "not empty"),
        fault(ACTIVE + ".tls", "yes", "true or false"),
        fault("$.services.images.health.passive.on", new JsonArray(), "a list of 1 or more"),
        fault("$.services.images.health.passive.on[0]", "4xx", "one of connect, timeout, 5xx"),
        fault("$.services.images.health.passive.maxEject", "10s", "at least eject, which is 11s"),
        fault("$.services.images.health.passive.maxEjected", 0, "1 to 100"),
        fault("$.services.images.health.passive.maxEjected", 101, "1 to 100"),
        fault("$.services.images.health.slowStart", "0s", "from 10ms"),
        fault("$.services.images.health.passive.failures", 0, "1 to"),
        fault("$.services.images.health.passive.eject", "", "a duration"),
        fault("$.cluster.enabled", "yes", "true or false"),
        fault("$.cluster.config", "", "a file"),
        fault("$.cluster.reportInterval", "0ms", "from 1ms"),
        fault("$.cluster.peerTimeout", "40ms", "more than reportInterval, which is 40ms"),
        fault(EVENT_BUS + ".host", "a b", "a host name or an IP address"),
        fault(EVENT_BUS + ".port", 65_536, "0 to 65535"),
        fault(EVENT_BUS + ".publicHost", "[::1]", "a host name or an IP address"),
        fault(EVENT_BUS + ".publicHost", "0.0.0.0", "that other nodes can connect to"),
        fault(EVENT_BUS + ".publicPort", 0, "1 to 65535"),
        fault(EVENT_BUS + ".tls.certificate", "", "a file"),
        fault(EVENT_BUS + ".tls.key", 1, "a file"),
        fault(EVENT_BUS + ".tls.trust", null, "a file"),
        fault(EVENT_BUS + ".tls.ca", "ca.pem", "one of certificate, key, trust"),
        fault(EVENT_BUS + ".tls", null, "an object"),
        fault(EVENT_BUS, true, "an object"),
        fault("$.admin.port", null, "0 to 65535"),
        fault("$.state", 1, "the path of a file"),
        fault("$.state", "", "the path of a file"),
        fault("$.shutdown.grace", "2h", "from 0ms to 1h"),
        fault("$.shutdown.grace", 1, "a duration"),
        fault("$.shutdown.drain", "25h", "from 0ms to 24h"),
        fault("$.shutdown.wait", "1s", "one of grace, drain"),
        fault("$.shutdown", "30s", "an object"),
        fault("$.admin.token", "", "a token"),
        fault("$.admin.token", "a b", "a token"),
        fault("$.admin.token", "${UNSET}", "environment variable UNSET to be set"),
        fault("$.admin.host", "${", "${NAME}"),
        fault("$.admin.host", "${A B}", "${NAME}"),
        fault("$.admin.host", "${}", "${NAME}"));
  }

  @Test
  void accessLog_ofTcpInTheCommonFormat_isAFault() {
    JsonObject common = new JsonObject().put("format", "common");
    assertThat(
            Sample.errors(Sample.set(Sample.full(directory), "$.listeners[2].accessLog", common)))
        .singleElement()
        .satisfies(error -> {
          assertThat(error.path()).isEqualTo("$.listeners[2].accessLog.format");
          assertThat(error.expected()).isEqualTo("text or json: common is for http");
        });
  }

  @ParameterizedTest(name = "{0} = {1}")
  @MethodSource("faults")
  void value_faulty_isTheOnlyFault(String path, @Nullable Object value, String expected) {
    assertThat(Sample.errors(Sample.set(Sample.full(directory), path, value)))
        .singleElement()
        .satisfies(error -> {
          assertThat(error.path()).isEqualTo(path);
          assertThat(error.expected()).contains(expected);
        });
  }

  @Test
  void listenerName_usedTwice_isAFaultOfTheSecond() {
    JsonObject third =
        new JsonObject().put("name", "web").put("protocol", "http").put("port", 0);

    assertThat(Sample.errors(Sample.set(Sample.full(directory), "$.listeners[4]", third)))
        .extracting(ConfigError::toString)
        .containsExactly(
            "test.json: $.listeners[4].name: \"web\" (expected: a name that $.listeners[0].name has not taken)");
  }

  @Test
  void httpCheck_ofAServiceThatExpectsProxyHeaders_isAFault() {
    JsonObject json = Sample.full(directory);
    Sample.set(json, "$.services.db.health", new JsonObject().put("active", new JsonObject()));
    assertThat(Sample.errors(json)).isEmpty();

    assertThat(Sample.errors(Sample.set(json, "$.services.db.health.active.path", "/")))
        .extracting(ConfigError::toString)
        .containsExactly(
            "test.json: $.services.db.health.active.path: \"/\" (expected: no path in a service with"
                + " proxyProtocol: checks send no such header; with a port of their own they may have one)");

    assertThat(Sample.errors(Sample.set(json, "$.services.db.health.active.port", 8001)))
        .isEmpty();
  }

  @Test
  void grpcCheck_besideAnother_isAFault() {
    String path = "$.services.models.health.active.path";
    assertThat(Sample.errors(Sample.set(Sample.full(directory), path, "/")))
        .extracting(ConfigError::toString)
        .containsExactly("test.json: $.services.models.health.active.grpc: \"my.Models\""
            + " (expected: no path beside it: a check asks one thing)");
    JsonObject check = new JsonObject().put("active", new JsonObject().put("grpc", ""));
    JsonObject json = Sample.set(Sample.full(directory), "$.services.db.health", check);
    assertThat(Sample.errors(json))
        .extracting(ConfigError::path)
        .containsExactly("$.services.db.health.active.grpc");
    assertThat(Sample.errors(Sample.set(json, "$.services.db.health.active.port", 8001)))
        .isEmpty();
  }

  @Test
  void httpCheck_withoutAPath_isAFaultOfWhatIsOfARequest() {
    assertThat(Sample.errors(Sample.remove(Sample.full(directory), ACTIVE + ".path")))
        .extracting(ConfigError::path)
        .containsExactly(
            ACTIVE + ".host",
            ACTIVE + ".headers",
            ACTIVE + ".method",
            ACTIVE + ".status",
            ACTIVE + ".body");
  }

  @Test
  void headCheck_withABody_isAFault() {
    assertThat(Sample.errors(Sample.set(Sample.full(directory), ACTIVE + ".method", "HEAD")))
        .singleElement()
        .satisfies(error -> assertThat(error.toString()).contains("no body with method HEAD"));
  }

  @Test
  void checkStatus_inEachForm_isReadAsRanges() throws Exception {
    assertThat(statuses("204")).containsExactly(new StatusRange(204, 204));
    assertThat(statuses("200-399")).containsExactly(new StatusRange(200, 399));
    assertThat(statuses(401)).containsExactly(new StatusRange(401, 401));
    assertThat(statuses(new JsonArray().add(200).add("300-302").add("401")))
        .containsExactly(
            new StatusRange(200, 200), new StatusRange(300, 302), new StatusRange(401, 401));
  }

  private List<StatusRange> statuses(Object value) throws Exception {
    JsonObject json = Sample.set(Sample.full(directory), ACTIVE + ".status", value);
    HealthConfig health =
        requireNonNull(Sample.service(Sample.read(json), "images").health());
    return requireNonNull(requireNonNull(health.active()).http()).statuses();
  }

  @Test
  void maxEject_leftOut_isNotBelowEject() throws Exception {
    String passive = "$.services.images.health.passive";
    JsonObject json = Sample.remove(Sample.full(directory), passive + ".maxEject");
    HealthConfig health = Sample.service(
            Sample.read(Sample.set(json, passive + ".eject", "1h")), "images")
        .health();
    assertThat(requireNonNull(requireNonNull(health).passive()).maxEject()).hasHours(1);
  }

  /** The listener of the sample looks at 32 KiB, its first route at 16. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {"16384, true, -", "16385, true, 16384", "32768, false, -", "32769, false, 32768"})
  void prefix_longerThanIsLookedAt_isAFault(
      int octets, boolean hasOwnLimit, @Nullable Integer most) {
    JsonObject json =
        Sample.set(Sample.full(directory), "$.routes[0].destination[1]", "{prefix:" + octets + "}");
    if (!hasOwnLimit) {
      Sample.remove(json, "$.routes[0].limits.inspect");
    }
    assertThat(Sample.errors(json))
        .extracting(ConfigError::toString)
        .isEqualTo(
            most == null
                ? List.of()
                : List.of("test.json: $.routes[0].destination: \"{prefix:" + octets
                    + "}\" (expected: a prefix of at most " + most
                    + " bytes, what limits.inspect says)"));
  }

  @Test
  void discovery_bySrv_hasNoPort_andInPlaceOfServersNone() {
    JsonObject json = Sample.full(directory);
    Sample.set(json, "$.services.images.discovery.records", "srv");
    assertThat(Sample.errors(json))
        .extracting(ConfigError::toString)
        .containsExactly(
            "test.json: $.services.images.discovery.port: 9003 (expected: no port: records of"
                + " type srv tell it)");
    Sample.remove(json, "$.services.images.discovery.port");
    Sample.remove(json, "$.services.images.servers");
    assertThat(Sample.errors(json)).isEmpty();
    Sample.remove(json, "$.services.images.discovery");
    assertThat(Sample.errors(json))
        .extracting(ConfigError::path)
        .containsExactly("$.services.images.servers");
  }

  static Stream<Arguments> fine() {
    return Stream.of(
        Arguments.of("$.listeners[2].ports[0]", "7000-7000"),
        Arguments.of("$.listeners[2].ports[0]", "10000-14000"),
        Arguments.of("$.listeners[3].port", 6003),
        Arguments.of("$.routes[2].match.client[0]", "::/0"),
        Arguments.of("$.listeners[0].host", "::"),
        Arguments.of("$.listeners[0].host", "fe80::1"),
        Arguments.of("$.listeners[0].host", "under_score.example"),
        Arguments.of("$.listeners[0].port", 8443.0),
        Arguments.of("$.listeners[0].port", 0),
        Arguments.of("$.listeners[0].engine", "lane"),
        Arguments.of("$.listeners[0].timeouts.header", "1ms"),
        Arguments.of("$.listeners[0].limits.line", "256B"),
        Arguments.of("$.listeners[0].limits.header", "1024KiB"),
        Arguments.of("$.listeners[0].limits.body", "1B"),
        Arguments.of("$.listeners[0].limits.body", "1024GiB"),
        Arguments.of("$.listeners[0].limits.bodyRate", "0B"),
        Arguments.of("$.routes[0].limits.body", "0002MiB"),
        Arguments.of("$.services.images.pool.maxIdle", 0),
        Arguments.of("$.services.images.discovery.dns", "_web._tcp.example.com."),
        Arguments.of("$.dns.servers[0]", "::1"),
        Arguments.of("$.dns.servers[0]", "127.0.0.1:5353"),
        Arguments.of("$.listeners[0].trustedPeers[0]", "2001:db8::/32"),
        Arguments.of("$.listeners[0].trustedPeers[0]", "192.0.2.1"),
        Arguments.of("$.routes[0].match.host", "example.com"),
        Arguments.of("$.routes[0].match.path", "/exact"),
        Arguments.of("$.routes[0].match.path", "/*"),
        Arguments.of("$.routes[0].match.path", "/"),
        Arguments.of("$.routes[0].match.path", "/.well-known*"),
        Arguments.of("$.routes[0].match.path", "/a/...;x=1/caf%C3%A9%20"),
        Arguments.of("$.routes[0].rewrite.stripPrefix", "/a;x/%20b"),
        Arguments.of("$.routes[0].match.header['x-any']", "*"),
        Arguments.of("$.routes[0].destination", new JsonArray()),
        Arguments.of("$.routes[0].host", "server"),
        Arguments.of("$.routes[0].requestHeaders.set['x-b']", "two words"),
        Arguments.of(OPTIONS + ".expiration", "0ms"),
        Arguments.of(SERVER + ".weight", 0),
        Arguments.of(SERVER + ".upper", 0),
        Arguments.of(ACTIVE + ".timeout", "3s"),
        Arguments.of(TLS, new JsonObject()),
        Arguments.of(TLS + ".serverName", "10.0.0.1"),
        Arguments.of(EVENT_BUS, new JsonObject()),
        Arguments.of(EVENT_BUS + ".host", "::1"),
        Arguments.of(EVENT_BUS + ".publicPort", 15_701),
        Arguments.of(EVENT_BUS + ".tls.trust", "no/such/file"), // the cluster is off
        Arguments.of("$.admin.host", "0.0.0.0"),
        Arguments.of("$.admin.token", "$$5"));
  }

  @ParameterizedTest(name = "{0} = {1}")
  @MethodSource("fine")
  void value_inRange_isNoFault(String path, Object value) {
    assertThat(Sample.errors(Sample.set(Sample.full(directory), path, value))).isEmpty();
  }

  @Test
  void eventBusTls_inPart_isAFaultForEachMissingFile() {
    JsonObject json = Sample.full(directory);

    assertThat(Sample.errors(Sample.set(json, EVENT_BUS + ".tls", new JsonObject())))
        .extracting(ConfigError::toString)
        .containsExactly(
            "test.json: $.cluster.eventBus.tls.certificate: missing (expected: the path of a file)",
            "test.json: $.cluster.eventBus.tls.key: missing (expected: the path of a file)",
            "test.json: $.cluster.eventBus.tls.trust: missing (expected: the path of a file)");
  }

  @Test
  void upstreamCertificate_withoutKeyOrKeyAlone_isAFault() {
    assertThat(Sample.errors(Sample.remove(Sample.full(directory), TLS + ".key")))
        .singleElement()
        .satisfies(error -> {
          assertThat(error.path()).isEqualTo(TLS + ".key");
          assertThat(error.expected())
              .isEqualTo("the private key of certificate, or neither of them");
        });
    assertThat(Sample.errors(Sample.remove(Sample.full(directory), TLS + ".certificate")))
        .singleElement()
        .satisfies(error -> {
          assertThat(error.path()).isEqualTo(TLS + ".certificate");
          assertThat(error.expected()).isEqualTo("the certificate of key, or neither of them");
        });
  }

  @Test
  void listenerTls_withoutACertificate_saysBothForms() {
    assertThat(Sample.errors(
            Sample.set(Sample.full(directory), "$.listeners[0].tls", new JsonObject())))
        .singleElement()
        .satisfies(error -> {
          assertThat(error.path()).isEqualTo("$.listeners[0].tls");
          assertThat(error.expected())
              .isEqualTo("certificate and key, or certificates: a list of objects with both");
        });
    JsonObject half = new JsonObject().put("certificate", "pom.xml");
    assertThat(Sample.errors(Sample.set(Sample.full(directory), "$.listeners[0].tls", half)))
        .singleElement()
        .satisfies(error -> assertThat(error.path()).isEqualTo("$.listeners[0].tls.key"));
  }

  @Test
  void eventBusPublicPort_whereAnyPortIsBound_isAFault() {
    JsonObject json = Sample.set(Sample.full(directory), EVENT_BUS + ".port", 0);

    assertThat(Sample.errors(json))
        .containsExactly(new ConfigError(
            "test.json",
            EVENT_BUS + ".publicPort",
            "25701",
            "none where port is 0, which takes another one at each start"));
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void adminWithoutToken_onHost_allowedIfLoopback(String host, boolean allowed) {
    JsonObject json = Sample.remove(Sample.full(directory), "$.admin.token");

    assertThat(Sample.errors(Sample.set(json, "$.admin.host", host)).isEmpty()).isEqualTo(allowed);
  }

  static Stream<Arguments> hosts() {
    return Stream.of(
        Arguments.of("127.0.0.1", true),
        Arguments.of("127.1.2.3", true),
        Arguments.of("::1", true),
        Arguments.of("0:0:0:0:0:0:0:1", true),
        Arguments.of("localhost", true),
        Arguments.of("0.0.0.0", false),
        Arguments.of("::", false),
        Arguments.of("10.0.0.1", false),
        Arguments.of("127.0.0.1.example.com", false));
  }

  @ParameterizedTest
  @MethodSource("shortIntervals")
  void activeInterval_withoutTimeout_limitsTheTimeout(String interval, String timeout)
      throws Exception {
    JsonObject json = Sample.remove(Sample.full(directory), ACTIVE + ".timeout");
    HealthConfig health = Sample.service(
            Sample.read(Sample.set(json, ACTIVE + ".interval", interval)), "images")
        .health();

    assertThat(health)
        .extracting(HealthConfig::active)
        .satisfies(active -> assertThat(DurationSyntax.shown(active.timeout())).isEqualTo(timeout));
  }

  static Stream<Arguments> shortIntervals() {
    return Stream.of(Arguments.of("200ms", "200ms"), Arguments.of("1m", "1s"));
  }

  private static Arguments fault(String path, @Nullable Object value, String expected) {
    return Arguments.of(path, value, expected);
  }
}
