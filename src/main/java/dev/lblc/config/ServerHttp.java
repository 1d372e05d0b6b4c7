package dev.lblc.config;

/** The version of HTTP that the servers of a service speak. */
public enum ServerHttp {
  /** One request at a time on a connection. */
  HTTP_1_1("1.1"),
  /** Many requests at once on a connection: by prior knowledge, or as TLS agrees. */
  HTTP_2("2");

  private static final String EXPECTED = "one of \"1.1\", \"2\", a string";

  static final Syntax<ServerHttp> SYNTAX = new Syntax<>(EXPECTED, ServerHttp::of);

  private final String key;

  ServerHttp(String key) {
    this.key = key;
  }

  /** Returns how a configuration calls it. */
  String key() {
    return key;
  }

  private static ServerHttp of(String key) throws SyntaxException {
    for (ServerHttp version : values()) {
      if (version.key.equals(key)) {
        return version;
      }
    }
    throw new SyntaxException(EXPECTED);
  }
}
