package dev.lblc.config;

import java.util.Arrays;

/** The version of HTTP that the servers of a service speak. */
public enum ServerHttp {
  /** One request at a time on a connection. */
  HTTP_1_1("1.1"),
  /** Many requests at once on a connection: by prior knowledge, or as TLS agrees. */
  HTTP_2("2");

  static final Syntax<ServerHttp> SYNTAX = NameSyntax.oneOf(
          Arrays.stream(values()).map(ServerHttp::key).toList())
      .then("one of 1.1, 2", ServerHttp::of);

  private final String key;

  ServerHttp(String key) {
    this.key = key;
  }

  /** Returns how a configuration calls it. */
  String key() {
    return key;
  }

  private static ServerHttp of(String key) {
    return Arrays.stream(values())
        .filter(version -> version.key.equals(key))
        .findFirst()
        .orElse(HTTP_1_1);
  }
}
