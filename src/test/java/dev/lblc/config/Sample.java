package dev.lblc.config;

import dev.lblc.scheduler.OptionReader;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A valid configuration with every key that there is, and ways to spoil it. */
final class Sample {
  static final StrategyCatalog STRATEGIES = strategies("wlc", "lblcr", "lblc");
  static final Map<String, String> ENVIRONMENT =
      Map.of("SECRET", "s3cret", "EMPTY", "", "EVIL", "a\r\nb: c");

  private static final Pattern STEP = Pattern.compile(
      "\\.(?<key>[A-Za-z_][A-Za-z0-9_]*)|\\['(?<quoted>[^']*)'\\]|\\[(?<index>[0-9]+)\\]");

  private Sample() {}

  /** Strategies without options of their own. */
  static StrategyCatalog strategies(String... names) {
    return new StrategyCatalog() {
      @Override
      public Set<String> names() {
        return Set.of(names);
      }

      @Override
      public Object readOptions(String name, OptionReader reader) {
        return Map.of();
      }
    };
  }

  /** With its files in {@code directory}. */
  static JsonObject full(Path directory) {
    try {
      Path certificate = Files.writeString(directory.resolve("cert.pem"), "certificate");
      Path key = Files.writeString(directory.resolve("key.pem"), "key");
      Path trust = Files.writeString(directory.resolve("ca.pem"), "certificate");
      return new JsonObject(TEXT.replace("CERT", certificate.toString())
          .replace("KEY", key.toString())
          .replace("TRUST", trust.toString())
          .replace("LOG", directory.resolve("access.log").toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static GatewayConfig read(JsonObject json) throws ConfigException {
    return read(json.encode());
  }

  static GatewayConfig read(String text) throws ConfigException {
    return ConfigReader.readText("test.json", text, STRATEGIES, ENVIRONMENT);
  }

  static List<ConfigError> errors(JsonObject json) {
    return errors(json.encode());
  }

  static List<ConfigError> errors(String text) {
    try {
      read(text);
      return List.of();
    } catch (ConfigException e) {
      return e.errors();
    }
  }

  /** Sets the value at a JSON path; its parent exists. */
  static JsonObject set(JsonObject root, String path, @Nullable Object value) {
    Spot spot = spot(root, path);
    if (spot.parent instanceof JsonArray list) {
      if (spot.index == list.size()) {
        list.add(value);
      } else {
        list.set(spot.index, value);
      }
    } else {
      ((JsonObject) spot.parent).put(spot.key, value);
    }
    return root;
  }

  static JsonObject remove(JsonObject root, String path) {
    Spot spot = spot(root, path);
    if (spot.parent instanceof JsonArray list) {
      list.remove(spot.index);
    } else {
      ((JsonObject) spot.parent).remove(spot.key);
    }
    return root;
  }

  /** The routes of all HTTP listeners. */
  static List<HttpRouteConfig> httpRoutes(GatewayConfig config) {
    return config.httpListeners().stream()
        .flatMap(listener -> listener.routes().stream())
        .toList();
  }

  static ServiceConfig service(GatewayConfig config, String name) {
    return Objects.requireNonNull(config.plugin().services().get(name), name);
  }

  /** The value at a JSON path; null where there is none. */
  static @Nullable Object get(JsonObject root, String path) {
    Spot spot = spot(root, path);
    return spot.parent instanceof JsonArray list
        ? list.getValue(spot.index)
        : ((JsonObject) spot.parent).getValue(spot.key);
  }

  private static Spot spot(JsonObject root, String path) {
    Matcher steps = STEP.matcher(path);
    Spot spot = new Spot(root, "", 0);
    @Nullable Object value = root;
    while (steps.find()) {
      String index = steps.group("index");
      String key = steps.group("key") == null ? steps.group("quoted") : steps.group("key");
      if (index == null) {
        spot = new Spot(Objects.requireNonNull(value, path), key, 0);
        value = ((JsonObject) spot.parent).getValue(key);
      } else {
        int at = Integer.parseInt(index);
        spot = new Spot(Objects.requireNonNull(value, path), "", at);
        JsonArray list = (JsonArray) spot.parent;
        value = at < list.size() ? list.getValue(at) : null;
      }
    }
    return spot;
  }

  private record Spot(Object parent, String key, int index) {}

  private static final String TEXT = """
      {
        "$schema": "./gateway.schema.json",
        "listeners": [
          {"name": "web", "protocol": "http", "host": "0.0.0.0", "port": 8443, "reusePort": true,
           "tls": {"certificate": "CERT", "key": "KEY", "minimum": "1.3",
                   "clientAuth": {"trust": "TRUST", "required": false}},
           "proxyProtocol": true, "maxConnections": 5, "trustedPeers": ["10.0.0.0/8", "::1"],
           "accessLog": {"format": "json", "file": "LOG"},
           "engine": "vertx", "http2": false, "timeouts": {"header": "9s", "idle": "50s"},
           "limits": {"line": "4KiB", "header": "32KiB", "headers": 50, "body": "1GiB", "bodyRate": "1KiB", "streams": 50,
                      "resets": 60, "inspect": "32KiB"}},
          {"name": "plain", "protocol": "http", "port": 8080},
          {"name": "db", "protocol": "tcp", "host": "127.0.0.1", "ports": [5432, "6000-6002"], "reusePort": true, "transparent": true,
           "tls": {"certificates": [{"certificate": "CERT", "key": "KEY"}, {"certificate": "KEY", "key": "CERT"}]},
           "proxyProtocol": true, "maxConnections": 6,
           "trustedPeers": ["10.1.0.0/16"], "timeouts": {"hello": "3s"}, "accessLog": true},
          {"name": "raw", "protocol": "tcp", "port": 0}
        ],
        "routes": [
          {"listener": "web",
           "match": {"host": "*.Example.com", "path": "/images/*", "method": ["GET", "HEAD"],
                     "header": {"X-Tenant": "a"}, "json": {"model": "m", "messages.0.role": "*"}},
           "service": "images", "destination": ["{header:X-Session}", "{json:user.id}", "{host}{path:2}"],
           "timeouts": {"connect": "250ms", "response": "5s", "idle": "6m", "tunnel": "1h", "request": "10m"}, "retries": 2,
           "limits": {"body": "8MiB", "inspect": "16KiB"},
           "rewrite": {"stripPrefix": "/images"}, "upgrade": ["WebSocket", "spdy/3.1"], "host": "backend:81",
           "requestHeaders": {"set": {"x-a": "b"}, "remove": ["cookie"]},
           "responseHeaders": {"set": {"x-c": "d"}, "remove": ["server"]},
           "serverHeader": "X-Served-By",
           "requestId": "X-Request-Id",
           "learn": ["{set-cookie:SESSION}", "{host}:{response:X-Session}"],
           "stickyCookie": {"name": "lblc", "attributes": "Path=/; Secure"}},
          {"listener": "plain", "redirect": {"scheme": "https", "port": 8443, "status": 307}},
          {"listener": "db", "match": {"sni": "*.DB.example.com", "port": [5432, "6001-6002"], "client": ["10.2.0.0/16"]},
           "service": "db", "destination": ["{sni}", "{local.ip}:{local.port}"],
           "timeouts": {"connect": "200ms", "idle": "7m", "lifetime": "8h"}, "retries": 3}
        ],
        "services": {
          "images": {
            "strategy": "lblc",
            "options": {"expiration": "1h", "maxEntries": 10, "hardLimit": 20, "ties": "kernel",
                        "checkInterval": "61440ms", "entryCounter": "drifting", "whenFull": "refuse"},
            "servers": [{"id": "s1", "host": "127.0.0.1", "port": 9001, "weight": 64, "upper": 9, "lower": 7, "max": 80},
                        {"id": "s2", "host": "s2.example.com", "port": 9002}],
            "tls": {"trust": "TRUST", "serverName": "images.internal", "certificate": "CERT", "key": "KEY",
                    "verify": false},
            "pool": {"idle": "14s", "maxIdle": 10, "maxConnections": 20, "maxAge": "10m"},
            "queue": {"length": 30, "timeout": "9s", "homeWait": "250ms"},
            "discovery": {"dns": "images.internal", "port": 9003, "records": "aaaa", "refresh": "7s", "weight": 50, "max": 60},
            "health": {"active": {"path": "/health?a", "port": 8001, "host": "health.example.com:8001",
                                  "headers": {"x-check": "s3cret"}, "method": "POST", "status": ["200-299", 401],
                                  "body": "ok", "tls": true, "interval": "3s", "timeout": "2s", "rise": 1, "fall": 4},
                       "passive": {"failures": 6, "on": ["connect", "5xx"], "eject": "11s", "maxEject": "2m",
                                   "maxEjected": 34},
                       "slowStart": "30s"}
          },
          "my svc": {"strategy": "wlc", "servers": []},
          "db": {"strategy": "wlc", "servers": [], "proxyProtocol": "v2"},
          "models": {"strategy": "wlc", "servers": [], "http": "2", "health": {"active": {"grpc": "my.Models"}}}
        },
        "cluster": {"enabled": false, "node": "node-1", "config": "cluster/hazelcast.yaml", "reportInterval": "40ms",
                    "peerTimeout": "4s",
                    "eventBus": {"host": "0.0.0.0", "port": 15701, "publicHost": "node-1.example.com",
                                 "publicPort": 25701,
                                 "tls": {"certificate": "CERT", "key": "KEY", "trust": "TRUST"}}},
        "admin": {"host": "127.0.0.1", "port": 9901, "token": "${SECRET}"},
        "dns": {"servers": ["10.0.0.2", "[fd00::2]:5353"], "timeout": "1500ms"},
        "shutdown": {"grace": "1s", "drain": "25s"},
        "state": "lblc.state",
        "transport": "io_uring",
        "watch": true
      }
      """;
}
