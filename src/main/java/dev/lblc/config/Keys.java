package dev.lblc.config;

import java.util.List;

/**
 * The keys that each kind of object in a configuration may have. Listeners and routes have the keys of HTTP and of TCP in one
 * list.
 *
 * <p>The reader needs all keys before it reads an object: only then it can tell which key is misspelt.
 */
final class Keys {
  static final List<String> GATEWAY = List.of(
      "$schema",
      "listeners",
      "routes",
      "services",
      "cluster",
      "admin",
      "dns",
      "shutdown",
      "state",
      "transport",
      "watch");
  static final List<String> PLUGIN = List.of("name", "services", "cluster", "dns");
  static final List<String> VERTICLE = List.of("verticle", "instances", "config");

  static final List<String> LISTENER = List.of(
      "name",
      "protocol",
      "engine",
      "http2",
      "host",
      "port",
      "ports",
      "reusePort",
      "transparent",
      "tls",
      "proxyProtocol",
      "maxConnections",
      "trustedPeers",
      "timeouts",
      "limits",
      "accessLog");
  static final List<String> ACCESS_LOG = List.of("format", "file");
  static final List<String> LISTENER_TIMEOUTS = List.of("hello", "header", "idle");
  static final List<String> LISTENER_LIMITS =
      List.of("line", "header", "headers", "body", "bodyRate", "streams", "resets", "inspect");
  static final List<String> TLS =
      List.of("certificates", "certificate", "key", "minimum", "clientAuth");
  static final List<String> CERTIFICATE = List.of("certificate", "key");
  static final List<String> CLIENT_AUTH = List.of("trust", "required");

  static final List<String> ROUTE = List.of(
      "listener",
      "match",
      "service",
      "destination",
      "timeouts",
      "limits",
      "retries",
      "rewrite",
      "upgrade",
      "host",
      "requestHeaders",
      "responseHeaders",
      "serverHeader",
      "requestId",
      "learn",
      "stickyCookie",
      "redirect");
  static final List<String> MATCH =
      List.of("host", "path", "method", "header", "json", "sni", "port", "client");
  static final List<String> STICKY_COOKIE = List.of("name", "attributes");
  static final List<String> ROUTE_TIMEOUTS =
      List.of("connect", "response", "idle", "tunnel", "request", "lifetime");
  static final List<String> ROUTE_LIMITS = List.of("body", "inspect");
  static final List<String> REWRITE = List.of("stripPrefix");
  static final List<String> HEADER_EDITS = List.of("set", "remove");
  static final List<String> REDIRECT = List.of("scheme", "port", "status");

  static final List<String> SERVICE = List.of(
      "strategy",
      "options",
      "servers",
      "queue",
      "discovery",
      "leaseTimeout",
      "proxyProtocol",
      "http",
      "pool",
      "tls",
      "health");
  static final List<String> SERVER =
      List.of("id", "host", "port", "weight", "upper", "lower", "max");
  static final List<String> SERVER_CHANGE = List.of("weight", "upper", "lower", "max");
  static final List<String> QUEUE = List.of("length", "timeout", "homeWait");
  static final List<String> DRAIN = List.of("deadline");
  static final List<String> POOL = List.of("idle", "maxIdle", "maxConnections", "maxAge");
  static final List<String> UPSTREAM_TLS =
      List.of("trust", "serverName", "certificate", "key", "verify");
  static final List<String> DISCOVERY =
      List.of("dns", "port", "records", "refresh", "weight", "max");
  static final List<String> HEALTH = List.of("active", "passive", "slowStart");
  static final List<String> ACTIVE = List.of(
      "path",
      "grpc",
      "port",
      "host",
      "headers",
      "method",
      "status",
      "body",
      "tls",
      "interval",
      "timeout",
      "rise",
      "fall");
  static final List<String> PASSIVE = List.of("failures", "on", "eject", "maxEject", "maxEjected");

  static final List<String> CLUSTER =
      List.of("enabled", "node", "config", "eventBus", "reportInterval", "peerTimeout");
  static final List<String> EVENT_BUS = List.of("host", "port", "publicHost", "publicPort", "tls");
  static final List<String> EVENT_BUS_TLS = List.of("certificate", "key", "trust");
  static final List<String> DNS = List.of("servers", "timeout");
  static final List<String> SHUTDOWN = List.of("grace", "drain");
  static final List<String> ADMIN = List.of("host", "port", "token");

  /** The keys of an object that are not known before it is read: none of its keys counts as misspelt. */
  static final List<String> OPEN = List.of();

  private Keys() {}
}
