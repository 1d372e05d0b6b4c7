package dev.lblc.gateway.log;

import org.jspecify.annotations.Nullable;

/** Facts that a test makes up: those of a request of which all is known, unless one of its fields is set to something else. */
final class SomeFacts implements AccessFacts {
  boolean isConnection;
  String client = "192.0.2.1";

  @Nullable
  String method = "GET";

  @Nullable
  String host = "example.com";

  @Nullable
  String target = "/a/b?token=secret";

  @Nullable
  String protocol = "HTTP/1.1";

  int status = 200;
  long bytesIn = 3;
  long bytesOut = 12;
  long nanos = 1_260_000;
  long headNanos = 1_000_999;
  long connectNanos = 250_000;

  @Nullable
  String service = "images";

  @Nullable
  String server = "cache-1";

  @Nullable
  String decision = "hit";

  int retries = 1;
  String end = "answered";

  @Nullable
  String error;

  @Nullable
  String tlsVersion = "TLSv1.3";

  @Nullable
  String serverName = "example.com";

  @Nullable
  String userAgent = "curl/8";

  @Nullable
  String requestId = "r-1";

  @Nullable
  String traceId = "0af7651916cd43dd8448eb211c80319c";

  /** Facts of which nothing is known that may be unknown. */
  static SomeFacts unknown() {
    SomeFacts facts = new SomeFacts();
    facts.method = null;
    facts.host = null;
    facts.target = null;
    facts.protocol = null;
    facts.headNanos = NONE;
    facts.connectNanos = NONE;
    facts.service = null;
    facts.server = null;
    facts.decision = null;
    facts.retries = 0;
    facts.tlsVersion = null;
    facts.serverName = null;
    facts.userAgent = null;
    facts.requestId = null;
    facts.traceId = null;
    return facts;
  }

  @Override
  public boolean isConnection() {
    return isConnection;
  }

  @Override
  public String client() {
    return client;
  }

  @Override
  public @Nullable String method() {
    return method;
  }

  @Override
  public @Nullable String host() {
    return host;
  }

  @Override
  public @Nullable String target() {
    return target;
  }

  @Override
  public @Nullable String protocol() {
    return protocol;
  }

  @Override
  public int port() {
    return 6379;
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public long bytesIn() {
    return bytesIn;
  }

  @Override
  public long bytesOut() {
    return bytesOut;
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public long headNanos() {
    return headNanos;
  }

  @Override
  public long connectNanos() {
    return connectNanos;
  }

  @Override
  public @Nullable String service() {
    return service;
  }

  @Override
  public @Nullable String server() {
    return server;
  }

  @Override
  public @Nullable String decision() {
    return decision;
  }

  @Override
  public int retries() {
    return retries;
  }

  @Override
  public String end() {
    return end;
  }

  @Override
  public @Nullable String error() {
    return error;
  }

  @Override
  public @Nullable String tlsVersion() {
    return tlsVersion;
  }

  @Override
  public @Nullable String serverName() {
    return serverName;
  }

  @Override
  public @Nullable String userAgent() {
    return userAgent;
  }

  @Override
  public @Nullable String requestId() {
    return requestId;
  }

  @Override
  public @Nullable String traceId() {
    return traceId;
  }
}
